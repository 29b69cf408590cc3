"""The bulk load of rules into an empty index, column by column.

Rules are sorted by group and threshold, so that those that one event fires lie side by side in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

import numpy as np

from premium.alerts.language.rule import Rule
from premium.alerts.matcher.columns.arrays import Ints
from premium.alerts.matcher.columns.batch import is_short
from premium.alerts.matcher.columns.codes import side_by_side
from premium.alerts.matcher.index.groups import KindIndex
from premium.alerts.matcher.index.layouts import Layouts, StoreKey
from premium.alerts.matcher.index.rule_rows import RuleRows, fits_float


def fill(rules: Iterable[Rule], layouts: Layouts, kinds: Mapping[str, KindIndex], rows: RuleRows) -> dict[int, Rule]:
    """Load rules into rows and stores.

    Return by slot the rules that a row cannot hold.
    """
    parts: list[_Part] = []
    for rank, rule in enumerate(rules, 1):
        number = layouts.number(rule)
        if number == len(parts):
            parts.append(_Part(number, layouts, kinds))
        parts[number].add(rule, rank)
    kept: dict[int, Rule] = {}
    stores: dict[tuple[str, StoreKey], list[_Part]] = {}
    for part in parts:
        stores.setdefault((part.layout.kind, part.layout.store), []).append(part)
    for (kind, key), together in stores.items():
        kept.update(_settle(together, kinds[kind], key, rows))
    for codes in (codes for kind_index in kinds.values() for codes in kind_index.codes.values()):
        codes.settle()
    return kept


class _Part:
    """The rules of one layout, in order of arrival."""

    def __init__(self, number: int, layouts: Layouts, kinds: Mapping[str, KindIndex]) -> None:
        self.number = number
        self.layout = layouts[number]
        self.names: list[str] = []
        self.ranks: list[int] = []
        self.groups: list[int] = []
        self.cooling: list[int] = []
        self.first: list[Decimal] = []
        self.second: list[Decimal] = []
        self._rules: list[Rule] = []
        self._kind = kinds[self.layout.kind]
        self._known: dict[tuple[str, ...], int] = {}

    def add(self, rule: Rule, rank: int) -> None:
        """Add a rule."""
        layout = self.layout
        key = layout.key(rule)
        group = self._known.get(key)
        if group is None:
            group = self._known[key] = self._kind.group(layout.signature, key)
        first, second = layout.numbers(rule)
        self.names.append(rule.id)
        self.ranks.append(rank)
        self.groups.append(group)
        self.cooling.append(rule.cooldown)
        self.first.append(first)
        self.second.append(second)
        if not layout.plain:
            self._rules.append(rule)

    def columns(self) -> dict[str, Ints]:
        """Return the columns of the rows, by name."""
        short = np.fromiter(map(is_short, self.first), np.bool_, len(self.first))
        if self.layout.second is not None:
            short &= np.fromiter(map(is_short, self.second), np.bool_, len(self.second))
        found = {name: np.array(getattr(self, name)) for name in ("ranks", "groups", "cooling")}
        numbers = {name: np.fromiter(map(float, getattr(self, name)), np.float64) for name in ("first", "second")}
        return found | numbers | {"short": short, "layouts": np.full(len(short), self.number)}

    def objects(self, short: Ints) -> Iterator[tuple[int, Rule]]:
        """Yield the rules that a row cannot hold, by place; `short` as `columns` found it."""
        if not self.layout.plain:
            yield from enumerate(self._rules)
            return
        for at in np.flatnonzero(~short).tolist():
            numbers = self.first[at], self.second[at]
            if not all(map(fits_float, numbers)):
                yield at, self.layout.rule(self.names[at], self._kind.keys[self.groups[at]], numbers, self.cooling[at])


def _settle(parts: list[_Part], kind: KindIndex, key: StoreKey, rows: RuleRows) -> Iterator[tuple[int, Rule]]:
    """Load the parts of one store, by group and then threshold.

    Yield by slot the rules that a row cannot hold.
    """
    each = [part.columns() for part in parts]
    columns = {name: np.concatenate([one[name] for one in each]) for name in each[0]}
    order = np.lexsort((columns["first"], columns["groups"]))
    begin = rows.extend(len(order))
    slots = np.arange(begin, begin + len(order), dtype=np.int32)
    for name, column in columns.items():
        getattr(rows, name)[slots] = column[order]
    names = [name for part in parts for name in part.names]
    rows.names[slots] = side_by_side(names[at] for at in order.tolist())
    kind.store(key).load(columns["groups"][order], columns["first"][order], slots)
    slot_of = np.empty_like(slots)
    slot_of[order] = slots
    before = 0
    for part, one in zip(parts, each, strict=True):
        for at, rule in part.objects(one["short"]):
            yield int(slot_of[before + at]), rule
        before += len(part.names)
