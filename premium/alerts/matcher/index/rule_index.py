"""The index of rules: an event reaches those that it can fire, and no others.

Rules of a kind are grouped by the fields that they want equal (chain, asset, addresses, …); within a group, by the
numeric field and operator of one of their conditions, sorted by threshold. A batch of events finds its groups by
dictionary and its thresholds by a search over all events at once. What a rule wants besides is checked by the matcher.

A rule is a row of numbers, and made again when it is asked for; only those that a row cannot hold stay objects.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from premium.alerts.language.catalogue import FIELDS
from premium.alerts.language.rule import Rule
from premium.alerts.matcher.columns.arrays import Bools
from premium.alerts.matcher.columns.batch import as_float, is_short
from premium.alerts.matcher.index.bulk_load import fill
from premium.alerts.matcher.index.groups import KindIndex
from premium.alerts.matcher.index.layouts import Layout, Layouts
from premium.alerts.matcher.index.rule_rows import RuleRows, fits_float


class RuleIndex(RuleRows):
    """The rules of a shard, by slot."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        super().__init__()
        self.kinds: dict[str, KindIndex] = {kind: KindIndex(kind) for kind in FIELDS}
        self.edges: dict[str, int] = dict.fromkeys(FIELDS, 0)
        self.cooled: dict[str, int] = dict.fromkeys(FIELDS, 0)
        self._layouts = Layouts()
        self._kept = fill(rules, self._layouts, self.kinds, self)
        self.slots: dict[str, int] = dict(zip(self.names[: self.used].tolist(), range(self.used), strict=True))
        if len(self.slots) < self.used:
            name, _ = Counter(self.names[: self.used].tolist()).most_common(1)[0]
            raise ValueError(f"rule {name!r} is there twice")
        self._rank = self.used
        for number, layout in enumerate(self._layouts):
            here = self.cooling[: self.used][self.layouts[: self.used] == number]
            self._count(layout, len(here), int(np.count_nonzero(here)))

    def __len__(self) -> int:
        return len(self.slots)

    def rule(self, slot: int) -> Rule:
        """Return the rule of a slot that is taken."""
        kept = self._kept.get(slot)
        if kept is not None:
            return kept
        layout: Layout = self._layouts[self.layouts[slot]]
        key = self.kinds[layout.kind].keys[self.groups[slot]]
        return layout.rule(self.names[slot], key, self.numbers(slot), int(self.cooling[slot]))

    def with_hysteresis(self) -> Bools:
        """Return which slots' rules have a hysteresis."""
        found = np.zeros(self.used, np.bool_)
        found[[slot for slot, rule in self._kept.items() if rule.hysteresis is not None]] = True
        return found

    def put(self, rule: Rule) -> None:
        """Add a rule, or put a new version in the place of the old one."""
        if rule.id in self.slots:
            self.remove(rule.id)
        number, slot = self._layouts.number(rule), self.take_slot()
        layout, kind = self._layouts[number], self.kinds[rule.kind]
        group, (first, second) = kind.group(layout.signature, layout.key(rule)), layout.numbers(rule)
        self._rank += 1
        self.slots[rule.id] = slot
        self.names[slot], self.ranks[slot], self.cooling[slot] = rule.id, self._rank, rule.cooldown
        self.layouts[slot], self.groups[slot], self.short[slot] = number, group, is_short(first) and is_short(second)
        self.first[slot], self.second[slot] = as_float(first), as_float(second)
        if not (layout.plain and fits_float(first) and fits_float(second)):
            self._kept[slot] = rule
        self._count(layout, 1, int(rule.cooldown > 0))
        kind.store(layout.store).insert(group, as_float(first), slot)

    def remove(self, rule_id: str) -> bool:
        """Remove a rule; return False if it is not there."""
        slot = self.slots.pop(rule_id, None)
        if slot is None:
            return False
        layout = self._layouts[self.layouts[slot]]
        store = self.kinds[layout.kind].stores[layout.store]
        store.delete(int(self.groups[slot]), float(self.first[slot]), slot)
        self._count(layout, -1, -int(self.cooling[slot] > 0))
        self._kept.pop(slot, None)
        self.release_slot(slot)
        return True

    def _count(self, layout: Layout, rules: int, cooled: int) -> None:
        self.edges[layout.kind] += rules * layout.edge
        self.cooled[layout.kind] += cooled
