"""The trial of a rule: a sample event, and a verdict on each condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from premium.alerts.language import catalogue
from premium.alerts.language.catalogue import FieldType
from premium.alerts.language.evaluation import condition_holds
from premium.alerts.language.event import AHEAD, OLDEST
from premium.alerts.language.rule import Condition, Rule
from premium.clock import rfc3339
from premium.errors import InvalidInput
from premium.money import EXACT, plain
from premium.prices.assets import Resolved
from premium.refusals import shown

_STEP = {"gt": Decimal(1), "lt": Decimal(-1)}
_TIME: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)
_USUAL_DECIMALS = 18
_ADDRESS = "0x" + "0" * 39 + "1"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one condition holds for an event."""

    condition: Condition
    holds: bool


def verdicts(rule: Rule, event: Mapping[str, Any]) -> tuple[Verdict, ...]:
    """Return the verdict on each condition alone.

    A trial has no event before it, so that triggering is by level.
    """
    right_kind = event.get("kind") == rule.kind
    return tuple(Verdict(one, right_kind and condition_holds(one, event)) for one in rule.conditions)


def fits(rule: Rule, event: Mapping[str, Any]) -> bool:
    """Return whether an event is of the rule's subject: kind, chain, asset, parties."""
    about = [one for one in rule.conditions if isinstance(one.value, str)]
    return event.get("kind") == rule.kind and all(condition_holds(one, event) for one in about)


def sample(rule: Rule, event_id: str, now: datetime, asset: Resolved | None = None) -> dict[str, Any]:
    """Return an event of the rule's kind for which its conditions hold.

    Every field of the kind has a value. Conditions that contradict each other hold for no event: then the last one on
    a field decides.
    """
    event: dict[str, Any] = {name: _plain_value(field.type) for name, field in catalogue.FIELDS[rule.kind].items()}
    event |= {"event_id": event_id, "kind": rule.kind, "chain": "ethereum", "timestamp": rfc3339(now)}
    for condition in sorted(rule.conditions, key=lambda one: one.operator == "eq"):
        event[condition.field] = _fitting(condition, [one for one in rule.conditions if one.field == condition.field])
    if asset is not None:
        event |= {"chain": asset.chain or event["chain"], "symbol": asset.symbol}
    return _scaled(event, rule, asset) if rule.kind == "transfer" else event


def _scaled(event: dict[str, Any], rule: Rule, asset: Resolved | None) -> dict[str, Any]:
    """Return a transfer whose two amounts are one, unless the rule asks for both."""
    decimals = _USUAL_DECIMALS if asset is None or asset.decimals is None else asset.decimals
    named = {one.field for one in rule.conditions}
    base = EXACT.scaleb(Decimal(event["amount"]), decimals)
    if "amount_base_units" not in named and base == base.to_integral_value():
        event |= {"amount_base_units": plain(base)}
    elif "amount" not in named:
        event |= {"amount": plain(EXACT.scaleb(Decimal(event["amount_base_units"]), -decimals))}
    return event | {"decimals": decimals}


def trial_time(event: Mapping[str, Any], now: datetime) -> datetime:
    """Return the event's own time, within the range of events that come from elsewhere."""
    given = shown(event.get("timestamp"))
    try:
        time = _TIME.validate_python(event.get("timestamp", now))
    except ValidationError:
        raise InvalidInput.about("event.timestamp", f"must be a time with its offset from UTC; given {given}") from None
    if not OLDEST <= time <= now + AHEAD:
        reason = f"must lie between {OLDEST.date()} and five minutes from now"
        raise InvalidInput.about("event.timestamp", f"{reason}; given {given}")
    return time


def _plain_value(field_type: FieldType) -> str:
    match field_type:
        case FieldType.NUMBER:
            return "1"
        case FieldType.ADDRESS:
            return _ADDRESS
        case FieldType.SEVERITY:
            return "medium"
    return "sample"


def _fitting(condition: Condition, together: list[Condition]) -> str:
    """Return a value for which the condition holds, if possible with others on its field."""
    candidates = [_near(one) for one in (condition, *together)] + _between(together)
    for candidate in candidates:
        if all(condition_holds(one, {one.field: candidate}) for one in together):
            return candidate
    return candidates[0]


def _near(condition: Condition) -> str:
    if isinstance(condition.value, str):
        return condition.value
    return plain(EXACT.add(condition.value, _STEP.get(condition.operator, Decimal(0))))


def _between(conditions: list[Condition]) -> list[str]:
    """Return the middles between neighbouring bounds: a range may be narrower than a step."""
    bounds = sorted({one.value for one in conditions if isinstance(one.value, Decimal)})
    return [plain(EXACT.multiply(EXACT.add(low, high), Decimal("0.5"))) for low, high in pairwise(bounds)]
