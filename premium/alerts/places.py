"""Where a rule lies in the index: its group, its store and its threshold there."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from premium.alerts import values
from premium.alerts.catalogue import DISCRIMINATORS, SERIES
from premium.alerts.columns import Reader
from premium.alerts.rule import Condition, Rule

_ZERO = Decimal(0)
_KEYED = (values.text, values.folded)
_NUMERIC = (values.number, values.severity)


class Residual(NamedTuple):
    """A second numeric condition, checked in the column of the candidates."""

    field: str
    read: Reader
    operator: str


class StoreKey(NamedTuple):
    """A store of thresholds: on which column, by which operator.

    `edge`: searched for crossings. `whole`: group, threshold and `residual` decide; else each candidate is looked at.
    """

    field: str
    read: Reader
    operator: str
    edge: bool
    whole: bool
    residual: Residual | None = None


ANY = "any"
"""The operator of stores whose rules every event of their group reaches: no number to search by, or a state."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule lies; `second` is the threshold of the residual condition."""

    signature: tuple[str, ...]
    key: tuple[str, ...]
    store: StoreKey
    threshold: Decimal
    second: Decimal


def place_of(rule: Rule) -> Place:
    """Where the index keeps a rule: a pure function of the rule, so that it is found again for removal."""
    keyed: dict[str, Condition] = {}
    for condition in rule.conditions:
        if condition.operator == "eq" and condition.read in _KEYED and condition.field in DISCRIMINATORS:
            keyed.setdefault(condition.field, condition)
    rest = [condition for condition in rule.conditions if keyed.get(condition.field) is not condition]
    signature = tuple(sorted(keyed))
    key = tuple(str(keyed[name].value) for name in signature)
    numeric = [one for one in rest if one.read in _NUMERIC and isinstance(one.value, Decimal)]
    if not numeric or rule.hysteresis is not None:
        store = StoreKey("", values.number, ANY, edge=False, whole=not rest and not rule.edge)
        return Place(signature, key, store, _ZERO, _ZERO)
    first, second = numeric[0], numeric[1] if len(numeric) == 2 else None
    whole = len(rest) == len(numeric) <= (1 if rule.edge else 2) and _decides(rule, signature)
    residual = Residual(second.field, second.read, second.operator) if second is not None and whole else None
    store = StoreKey(first.field, first.read, first.operator, rule.edge and whole, whole, residual)
    return Place(signature, key, store, Decimal(first.value), Decimal(second.value) if residual and second else _ZERO)


def _decides(rule: Rule, signature: tuple[str, ...]) -> bool:
    """Whether a series lies in one group: else an event's predecessor may have been none of the rule's."""
    return not rule.edge or set(signature) <= set(SERIES[rule.kind])
