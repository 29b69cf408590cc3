"""Which rules an event can fire, without a look at the others.

Rules of a kind are grouped by the fields that they want equal (chain, asset, addresses, …); within a group, by the
numeric field and operator of one of their conditions, sorted by threshold. A batch of events finds its groups by
dictionary and its thresholds by a search over all events at once. What a rule wants besides is checked by the matcher.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from premium.alerts import values
from premium.alerts.catalogue import DISCRIMINATORS, FIELDS
from premium.alerts.columns import Batch, Reader, as_float, is_short
from premium.alerts.rule import Condition, Rule
from premium.alerts.thresholds import Thresholds

_KEYED = (values.text, values.folded)
_NUMERIC = (values.number, values.severity)


class StoreKey(NamedTuple):
    """A store of thresholds: on which column, by which operator, and whether it is searched for crossings."""

    field: str
    read: Reader
    operator: str
    edge: bool


ALWAYS = StoreKey("", values.number, "any", edge=False)
"""The store of rules that every event of their group reaches: no numeric condition, or a state of their own."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule lies: `whole` where group and threshold decide it, so that nothing is left to check."""

    signature: tuple[str, ...]
    key: tuple[str, ...]
    store: StoreKey
    threshold: Decimal
    whole: bool


@dataclass(slots=True)
class KindIndex:
    """The groups and stores of one kind of event."""

    signatures: dict[tuple[str, ...], dict[Hashable, int]] = field(default_factory=dict)
    stores: dict[StoreKey, Thresholds] = field(default_factory=dict)
    groups: int = 0

    def group(self, signature: tuple[str, ...], key: tuple[str, ...]) -> int:
        """The group's number, a new one where there is none."""
        by_key = self.signatures.setdefault(signature, {})
        wanted = key[0] if len(key) == 1 else key  # a lone key needs no tuple for each event that looks it up
        number = by_key.get(wanted)
        if number is None:
            number = by_key[wanted] = self.groups
            self.groups += 1
        return number

    def groups_of(self, batch: Batch) -> Iterator[NDArray[np.int64]]:
        """For each signature the group of each event, -1 for none."""
        for signature, by_key in self.signatures.items():
            if not signature:
                yield np.full(len(batch), by_key[()], np.int64)
                continue
            get, columns = by_key.get, [batch.key(name) for name in signature]
            keys = columns[0] if len(columns) == 1 else zip(*columns, strict=True)
            yield np.array([get(key, -1) for key in keys], np.int64)


class RuleIndex:
    """The rules of a shard by slot (a small integer that is reused), and where each can be reached."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self.kinds: dict[str, KindIndex] = {kind: KindIndex() for kind in FIELDS}
        self.rules: list[Rule | None] = []
        self.names: NDArray[np.object_] = np.empty(0, np.object_)
        self.slots: dict[str, int] = {}
        self.cooling: set[int] = set()
        self.edges: dict[str, int] = dict.fromkeys(FIELDS, 0)
        self.whole: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self.short: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._free: list[int] = []
        self._load(rules)

    def __len__(self) -> int:
        return len(self.slots)

    def put(self, rule: Rule) -> None:
        """Adds a rule or puts a new version in the place of the old one."""
        if rule.id in self.slots:
            self.remove(rule.id)
        slot, place = self._take_slot(rule), place_of(rule)
        kind = self.kinds[rule.kind]
        store = kind.stores.setdefault(place.store, Thresholds())
        store.insert(kind.group(place.signature, place.key), as_float(place.threshold), slot)

    def remove(self, rule_id: str) -> bool:
        """Takes a rule out; False if it is not there."""
        slot = self.slots.pop(rule_id, None)
        if slot is None:
            return False
        rule = self.rules[slot]
        assert rule is not None  # noqa: S101 - slots of known ids are taken
        place, kind = place_of(rule), self.kinds[rule.kind]
        kind.stores[place.store].delete(kind.group(place.signature, place.key), as_float(place.threshold), slot)
        self.rules[slot] = None
        self.cooling.discard(slot)
        self.edges[rule.kind] -= rule.edge
        self._free.append(slot)
        return True

    def _take_slot(self, rule: Rule) -> int:
        if self._free:
            slot = self._free.pop()
            self.rules[slot] = rule
        else:
            slot = len(self.rules)
            self.rules.append(rule)
        if slot >= len(self.whole):
            extra = np.zeros(max(1024, len(self.whole) // 4), np.bool_)
            self.names = np.concatenate((self.names, np.empty(len(extra), np.object_)))
            self.whole, self.short = np.concatenate((self.whole, extra)), np.concatenate((self.short, extra))
        place = place_of(rule)
        self.slots[rule.id] = slot
        self.names[slot] = rule.id
        self.edges[rule.kind] += rule.edge
        if rule.cooldown:
            self.cooling.add(slot)
        self.whole[slot], self.short[slot] = place.whole, is_short(place.threshold)
        return slot

    def _load(self, rules: Iterable[Rule]) -> None:
        columns: dict[tuple[str, StoreKey], tuple[list[int], list[float], list[int]]] = {}
        for rule in rules:
            if rule.id in self.slots:
                raise ValueError(f"rule {rule.id!r} is there twice")
            slot, place = self._take_slot(rule), place_of(rule)
            groups, thresholds, slots = columns.setdefault((rule.kind, place.store), ([], [], []))
            groups.append(self.kinds[rule.kind].group(place.signature, place.key))
            thresholds.append(as_float(place.threshold))
            slots.append(slot)
        for (kind, key), (groups, thresholds, slots) in columns.items():
            store = self.kinds[kind].stores[key] = Thresholds()
            store.load(np.array(groups, np.int64), np.array(thresholds, np.float64), np.array(slots, np.int32))


def place_of(rule: Rule) -> Place:
    """Where the index keeps a rule: a pure function of the rule, so that it is found again for removal."""
    keyed: dict[str, Condition] = {}
    for condition in rule.conditions:
        if condition.operator == "eq" and condition.read in _KEYED and condition.field in DISCRIMINATORS:
            keyed.setdefault(condition.field, condition)
    rest = [condition for condition in rule.conditions if keyed.get(condition.field) is not condition]
    signature = tuple(sorted(keyed))
    key = tuple(str(keyed[name].value) for name in signature)
    primary = next((one for one in rest if one.read in _NUMERIC and isinstance(one.value, Decimal)), None)
    if primary is None or rule.hysteresis is not None:
        return Place(signature, key, ALWAYS, Decimal(0), whole=not rest and not rule.edge)
    whole = len(rest) == 1 and rule.hysteresis is None
    store = StoreKey(primary.field, primary.read, primary.operator, edge=rule.edge and whole)
    return Place(signature, key, store, Decimal(primary.value), whole=whole)
