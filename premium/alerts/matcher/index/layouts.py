"""The layout of a rule in the index: its group, its store and its thresholds.

All of that but texts and numbers is the same for every rule of a form, and there are few forms: it is worked out once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import itemgetter
from typing import Any, NamedTuple

from premium.alerts.language import values
from premium.alerts.language.catalogue import DISCRIMINATORS, SERIES
from premium.alerts.language.rule import Condition, Rule
from premium.alerts.matcher.columns.batch import Reader

_ZERO = Decimal(0)
_KEYED = (values.text, values.folded)
_NUMERIC = (values.number, values.severity)
_WITHOUT_VALUE: Callable[[Condition], tuple[str, str, Reader]] = itemgetter(0, 1, 3)


class Residual(NamedTuple):
    """A second numeric condition, checked in the column of the candidates."""

    field: str
    read: Reader
    operator: str


class StoreKey(NamedTuple):
    """The key of a store of thresholds: its column and operator.

    `edge`: searched for crossings. `whole`: group, threshold and `residual` decide; else each candidate is looked at.
    """

    field: str
    read: Reader
    operator: str
    edge: bool
    whole: bool
    residual: Residual | None = None


ANY = "any"
"""The operator of stores without a search: every event of a group reaches all its rules."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout of all rules of one form.

    `keyed`, `first` and `second` are places of conditions. `keyed`: whose texts are the key of the group, in the order
    of `signature`. `first`: whose number is the threshold in the store; `second`: that of the residual condition.
    `plain`: these are all conditions, and there is no hysteresis.
    """

    kind: str
    edge: bool
    conditions: tuple[Condition, ...]
    signature: tuple[str, ...]
    keyed: tuple[int, ...]
    store: StoreKey
    first: int | None
    second: int | None
    plain: bool

    def key(self, rule: Rule) -> tuple[str, ...]:
        """Return the texts that name the rule's group."""
        return tuple([str(rule.conditions[at].value) for at in self.keyed])

    def numbers(self, rule: Rule) -> tuple[Decimal, Decimal]:
        """Return the threshold in the store and that of the residual condition.

        Zero where there is none.
        """
        first = _ZERO if self.first is None else Decimal(rule.conditions[self.first].value)
        return first, _ZERO if self.second is None else Decimal(rule.conditions[self.second].value)

    def rule(self, name: str, key: Sequence[str], numbers: tuple[Decimal, Decimal], cooldown: int) -> Rule:
        """Make a plain rule again."""
        numbered: dict[int | None, Decimal | str] = dict(zip(self.keyed, key, strict=True))
        numbered |= zip((self.first, self.second), numbers, strict=True)
        conditions = tuple(one._replace(value=numbered[at]) for at, one in enumerate(self.conditions))
        return Rule(name, self.kind, conditions, self.edge, cooldown)


class Layouts(list[Layout]):
    """All layouts met so far, by number."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers: dict[tuple[Any, ...], int] = {}

    def number(self, rule: Rule) -> int:
        """Return the number of the rule's layout."""
        form = rule.kind, rule.edge, rule.hysteresis is None, *map(_WITHOUT_VALUE, rule.conditions)
        found = self._numbers.get(form)
        if found is None:
            found = self._numbers[form] = len(self)
            self.append(layout_of(rule))
        return found


def layout_of(rule: Rule) -> Layout:
    """Work out the layout of a rule."""
    keyed = dict(_keyed(rule.conditions))
    signature = tuple(sorted(keyed))
    rest = [at for at in range(len(rule.conditions)) if at not in keyed.values()]
    numeric = [at for at in rest if rule.conditions[at].read in _NUMERIC]
    known = Layout(
        rule.kind, rule.edge, rule.conditions, signature, tuple(keyed[name] for name in signature),
        StoreKey("", values.number, ANY, edge=False, whole=not rest and not rule.edge), None, None,
        plain=not rest and not rule.edge and rule.hysteresis is None,
    )  # fmt: skip
    if not numeric or rule.hysteresis is not None:
        return known
    decided = len(rest) == len(numeric) <= (1 if rule.edge else 2)
    return _by_number(known, numeric, whole=decided and (not rule.edge or _holds_series(known)))


def _holds_series(layout: Layout) -> bool:
    """Return whether a series lies in one group.

    Else an event's predecessor may be of another.
    """
    return set(layout.signature) <= set(SERIES[layout.kind])


def _by_number(known: Layout, numeric: list[int], *, whole: bool) -> Layout:
    first, second = numeric[0], numeric[1] if len(numeric) == 2 and whole else None
    one, residual = known.conditions[first], None
    if second is not None:
        other = known.conditions[second]
        residual = Residual(other.field, other.read, other.operator)
    store = StoreKey(one.field, one.read, one.operator, known.edge and whole, whole, residual)
    return replace(known, store=store, first=first, second=second, plain=whole)


def _keyed(conditions: Sequence[Condition]) -> Iterator[tuple[str, int]]:
    """Yield the first condition on each field that groups rules, by field."""
    seen: set[str] = set()
    for at, one in enumerate(conditions):
        if one.operator == "eq" and one.read in _KEYED and one.field in DISCRIMINATORS and one.field not in seen:
            seen.add(one.field)
            yield one.field, at
