"""Rules in the earlier form: an alert type, a threshold, and channels by name.

It is the form of the paths `/v2/premium/alerts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from premium.alerts.language.catalogue import DISCRIMINATORS, FIELDS, KIND_OF_RULE
from premium.alerts.model import Action, Channel, Draft, RuleType
from premium.errors import InvalidInput

AlertType = Literal["whale_movement", "price_above", "price_below", "gas_above", "gas_below", "protocol_risk"]


class Meaning(NamedTuple):
    """The condition that an alert type puts its threshold into."""

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
    """Return the draft of a rule in the earlier form.

    InvalidInput names what is not understood. Each channel goes where the profile says.
    """
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
    """Return the alert type of a rule, its own type where none fits."""
    for name, meaning in MEANINGS.items():
        if meaning.type == draft.type and _thresholds(meaning, draft):
            return name
    return draft.type


def condition_of(draft: Draft) -> Mapping[str, Any]:
    """Return `{"threshold", "asset", …}`, or `{"conditions": […]}` for a rule that this form cannot express."""
    meaning = MEANINGS.get(alert_type_of(draft))
    thresholds = _thresholds(meaning, draft) if meaning else []
    equal = {one["field"]: one["value"] for one in draft.conditions if one["operator"] == "eq"}
    if len(thresholds) != 1 or len(equal) + 1 != len(draft.conditions) or not equal.keys() <= set(DISCRIMINATORS):
        return {"conditions": [dict(condition) for condition in draft.conditions]}
    return {"threshold": thresholds[0], **equal}


@contextmanager
def earlier_field_names(condition: Mapping[str, Any]) -> Iterator[None]:
    """Rename the fields of an InvalidInput raised inside to those of the earlier form."""
    try:
        yield
    except InvalidInput as error:
        names = ["threshold", *sorted(condition.keys() - {"threshold"})]
        raise type(error)(
            _renamed(error.message, names),
            details={_renamed(field, names): why for field, why in error.details.items()},
        ) from None


def _renamed(text: str, names: Sequence[str]) -> str:
    """Rename `conditions.1.value…` to the second key of the condition, `actions.0.destination…` to `channels`."""
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
    return InvalidInput.about(field, reason)
