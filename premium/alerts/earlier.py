"""Rules in the form of the earlier paths (`/v2/premium/alerts`): an alert type, a threshold, and channels by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from premium.alerts.catalogue import DISCRIMINATORS, FIELDS, KIND_OF_RULE
from premium.alerts.model import Action, Draft, RuleType
from premium.errors import InvalidInput
from premium.notifications.model import Channel

AlertType = Literal["whale_movement", "price_above", "price_below", "gas_above", "gas_below", "protocol_risk"]


class Meaning(NamedTuple):
    """What `threshold` means for an alert type."""

    type: RuleType
    field: str
    operator: str


MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        "whale_movement": Meaning("whale", "amount_usd", "gte"),
        "price_above": Meaning("price", "price_usd", "gte"),
        "price_below": Meaning("price", "price_usd", "lte"),
        "gas_above": Meaning("gas", "gas_gwei", "gte"),
        "gas_below": Meaning("gas", "gas_gwei", "lte"),
        "protocol_risk": Meaning("protocol_risk", "severity", "gte"),
    }
)


def draft_of(name: str, alert_type: str, channels: Sequence[Channel], condition: Mapping[str, Any]) -> Draft:
    """The rule that is meant; each channel goes where the profile says. InvalidInput names what is not understood."""
    meaning = MEANINGS.get(alert_type)
    if meaning is None:
        raise _invalid("alert_type", f"must be one of {', '.join(MEANINGS)}")
    return Draft(
        name=name,
        type=meaning.type,
        conditions=_conditions(meaning, condition),
        actions=tuple(Action(type=channel) for channel in dict.fromkeys(channels)),
    )


def alert_type_of(draft: Draft) -> str:
    """The alert type that a rule has in this form; its own type where none fits."""
    for name, meaning in MEANINGS.items():
        if meaning.type == draft.type and _thresholds(meaning, draft):
            return name
    return draft.type


def condition_of(draft: Draft) -> Mapping[str, Any]:
    """`{"threshold", "asset", …}`, or `{"conditions": […]}` for a rule that this form cannot say."""
    meaning = MEANINGS.get(alert_type_of(draft))
    thresholds = _thresholds(meaning, draft) if meaning else []
    equal = {one["field"]: one["value"] for one in draft.conditions if one["operator"] == "eq"}
    if len(thresholds) != 1 or len(equal) + 1 != len(draft.conditions) or not equal.keys() <= set(DISCRIMINATORS):
        return {"conditions": [dict(condition) for condition in draft.conditions]}
    return {"threshold": thresholds[0], **equal}


@contextmanager
def in_its_words(condition: Mapping[str, Any]) -> Iterator[None]:
    """What is wrong with the rule that is meant, by the names of this form."""
    try:
        yield
    except InvalidInput as error:
        names = ["threshold", *sorted(condition.keys() - {"threshold"})]
        raise type(error)(
            _renamed(error.message, names),
            details={_renamed(field, names): why for field, why in error.details.items()},
        ) from None


def _renamed(text: str, names: Sequence[str]) -> str:
    """`conditions.1.value…` is what the condition has under the second name, `actions.0.destination…` a channel."""
    if found := re.match(r"actions\.\d+\.destination", text):
        return f"channels{text[found.end() :]}"
    found = re.match(r"conditions\.(\d+)\.\w+", text)
    return f"condition.{names[int(found[1])]}{text[found.end() :]}" if found else text


def _thresholds(meaning: Meaning, draft: Draft) -> list[Any]:
    wanted = (meaning.field, meaning.operator)
    return [one["value"] for one in draft.conditions if (one["field"], one["operator"]) == wanted]


def _conditions(meaning: Meaning, condition: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    if "threshold" not in condition:
        raise _invalid("condition.threshold", "is required")
    known = FIELDS[KIND_OF_RULE[meaning.type]].keys() & set(DISCRIMINATORS)
    unknown = sorted(condition.keys() - known - {"threshold"})
    if unknown:
        raise _invalid(f"condition.{unknown[0][:100]}", f"is none of threshold, {', '.join(sorted(known))}")
    bound = {"field": meaning.field, "operator": meaning.operator, "value": condition["threshold"]}
    equal = ({"field": name, "operator": "eq", "value": condition[name]} for name in sorted(condition.keys() & known))
    return (bound, *equal)


def _invalid(field: str, reason: str) -> InvalidInput:
    return InvalidInput(f"{field}: {reason}", details={field: reason})
