"""Which rules an event can fire, without a look at the others.

Rules of a kind are grouped by the fields that they want equal (chain, asset, addresses, …); within a group, by the
numeric field and operator of one of their conditions, sorted by threshold. A batch of events finds its groups by
dictionary and its thresholds by a search over all events at once. What a rule wants besides is checked by the matcher.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from premium.alerts.catalogue import DISCRIMINATORS, FIELDS
from premium.alerts.codes import Codes, side_by_side
from premium.alerts.columns import Batch, as_float, is_short
from premium.alerts.groups import Signature
from premium.alerts.places import Place, StoreKey, place_of
from premium.alerts.rule import Rule
from premium.alerts.thresholds import Floats, Ints, Thresholds


class KindIndex:
    """The groups and stores of one kind of event, and the numbers of its texts."""

    def __init__(self, kind: str) -> None:
        self.codes: dict[str, Codes] = {name: Codes() for name in FIELDS[kind] if name in DISCRIMINATORS}
        self.stores: dict[StoreKey, Thresholds] = {}
        self.groups = 0
        self._signatures: dict[tuple[str, ...], Signature] = {}

    def group(self, place: Place) -> int:
        """The number of the place's group, a new one where there is none."""
        signature = self._signatures.get(place.signature)
        if signature is None:
            signature = self._signatures[place.signature] = Signature(place.signature)
        codes = [self.codes[name].add(text) for name, text in zip(place.signature, place.key, strict=True)]
        group, new = signature.group(codes, self.groups)
        self.groups += new
        return group

    def groups_of(self, batch: Batch) -> Iterator[Ints]:
        """For each signature the group of each event, -1 for none."""
        for signature in self._signatures.values():
            yield signature.groups_of(batch)


class RuleIndex:
    """The rules of a shard by slot (a small integer that is reused), and where each can be reached.

    By slot: `names`, `ranks` (the order in which rules came), `short` and `second` of their thresholds, `cooling`.
    """

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self.kinds: dict[str, KindIndex] = {kind: KindIndex(kind) for kind in FIELDS}
        self.rules: list[Rule | None] = []
        self.names: NDArray[np.object_] = np.empty(0, np.object_)
        self.slots: dict[str, int] = {}
        self.cooling: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self.edges: dict[str, int] = dict.fromkeys(FIELDS, 0)
        self.cooled: dict[str, int] = dict.fromkeys(FIELDS, 0)
        self.short: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self.second: Floats = np.zeros(0, np.float64)
        self.ranks: Ints = np.zeros(0, np.int64)
        self._free: list[int] = []
        self._rank = 0
        self._load(rules)

    def __len__(self) -> int:
        return len(self.slots)

    def put(self, rule: Rule) -> None:
        """Adds a rule or puts a new version in the place of the old one."""
        if rule.id in self.slots:
            self.remove(rule.id)
        place, kind = place_of(rule), self.kinds[rule.kind]
        self._rank += 1
        slot = self._take_slot(rule, place, self._rank)
        store = kind.stores.get(place.store)
        if store is None:
            store = kind.stores[place.store] = Thresholds()
        store.insert(kind.group(place), as_float(place.threshold), slot)

    def remove(self, rule_id: str) -> bool:
        """Takes a rule out; False if it is not there."""
        slot = self.slots.pop(rule_id, None)
        if slot is None:
            return False
        rule = self.rules[slot]
        assert rule is not None  # noqa: S101 - slots of known ids are taken
        place, kind = place_of(rule), self.kinds[rule.kind]
        kind.stores[place.store].delete(kind.group(place), as_float(place.threshold), slot)
        self.rules[slot] = None
        self.cooling[slot] = False
        self.edges[rule.kind] -= rule.edge
        self.cooled[rule.kind] -= rule.cooldown > 0
        self._free.append(slot)
        return True

    def _take_slot(self, rule: Rule, place: Place, rank: int) -> int:
        if self._free:
            slot = self._free.pop()
            self.rules[slot] = rule
        else:
            slot = len(self.rules)
            self.rules.append(rule)
        if slot >= len(self.short):
            self._make_room(max(1024, len(self.short) // 4))
        self.slots[rule.id] = slot
        self.names[slot], self.ranks[slot] = rule.id, rank
        self.edges[rule.kind] += rule.edge
        self.cooled[rule.kind] += rule.cooldown > 0
        self.cooling[slot] = rule.cooldown > 0
        self.short[slot] = is_short(place.threshold) and is_short(place.second)
        self.second[slot] = as_float(place.second)
        return slot

    def _make_room(self, extra: int) -> None:
        self.names = np.concatenate((self.names, np.empty(extra, np.object_)))
        self.short = np.concatenate((self.short, np.zeros(extra, np.bool_)))
        self.cooling = np.concatenate((self.cooling, np.zeros(extra, np.bool_)))
        self.second = np.concatenate((self.second, np.zeros(extra, np.float64)))
        self.ranks = np.concatenate((self.ranks, np.zeros(extra, np.int64)))

    def _load(self, rules: Iterable[Rule]) -> None:
        """Rules that lie together get slots together: what one event fires then lies side by side in memory."""
        columns: dict[tuple[str, StoreKey], tuple[list[int], list[float], list[tuple[Rule, Place, int]]]] = {}
        seen: set[str] = set()
        for rule in rules:
            if rule.id in seen:
                raise ValueError(f"rule {rule.id!r} is there twice")
            seen.add(rule.id)
            place = place_of(rule)
            groups, thresholds, entries = columns.setdefault((rule.kind, place.store), ([], [], []))
            groups.append(self.kinds[rule.kind].group(place))
            thresholds.append(as_float(place.threshold))
            entries.append((rule, place, len(seen)))
        self._rank = len(seen)
        for (kind, key), (groups, thresholds, entries) in columns.items():
            store = self.kinds[kind].stores[key] = Thresholds()
            numbers, values_ = np.array(groups, np.int64), np.array(thresholds, np.float64)
            order = np.lexsort((values_, numbers))
            slots = np.array([self._take_slot(*entries[at]) for at in order.tolist()], np.int32)
            store.load(numbers[order], values_[order], slots)
        self.names[: len(self.rules)] = side_by_side(self.names[: len(self.rules)])
        for codes in (codes for index in self.kinds.values() for codes in index.codes.values()):
            codes.settle()
