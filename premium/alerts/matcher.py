"""Events in, firings out: the index finds whom an event can fire, this decides exactly whom it does.

A level rule fires on every event for which its conditions hold. An edge rule fires when they hold and did not hold for
the previous event of the series (`premium.alerts.series`); where nothing is known of before, they count as not having
held. With a hysteresis the rule, once fired, is re-armed when the level has gone back past its threshold by that much.
A cooldown suppresses firings within it, before or after in event time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from premium.alerts.catalogue import OCCURRENCES
from premium.alerts.columns import Batch, Bools
from premium.alerts.evaluate import Event, all_hold, relaxed
from premium.alerts.index import ALWAYS, KindIndex, RuleIndex, StoreKey
from premium.alerts.rule import Rule
from premium.alerts.series import Previous, Series
from premium.alerts.thresholds import Floats, Ints, Thresholds

_SLOT_BITS = 32
_SLOT_MASK = (1 << _SLOT_BITS) - 1
_UP = ("gt", "gte")
_COMPARE = {"gt": np.greater, "gte": np.greater_equal, "lt": np.less, "lte": np.less_equal, "eq": np.equal}


@dataclass(frozen=True, slots=True)
class Pairs:
    """Candidates: the event's place in its batch, the rule's slot, and whether it is decided already."""

    events: Ints
    slots: NDArray[np.int32]
    sure: Bools


class Matcher:
    """One shard: its rules and the state of its series. Not thread-safe: one consumer owns it."""

    def __init__(self, rules: Iterable[Rule] = (), *, stateless: bool = False) -> None:
        """stateless: every rule fires on every event for which it holds."""
        self.index = RuleIndex(rules)
        self.series = {kind: Series() for kind in self.index.kinds}
        self._stateless = stateless
        self._fired: dict[int, float] = {}
        self._disarmed: set[tuple[int, int]] = set()

    def put(self, rule: Rule) -> None:
        """Adds or replaces a rule; the next batch sees it. What it remembered is forgotten."""
        self.forget(rule.id)
        self.index.put(rule)

    def forget(self, rule_id: str) -> bool:
        """Removes a rule; False if there is none."""
        slot = self.index.slots.get(rule_id)
        if slot is not None:
            self._fired.pop(slot, None)
            self._disarmed = {one for one in self._disarmed if one[0] != slot} if self._disarmed else self._disarmed
        return self.index.remove(rule_id)

    def match(self, events: Sequence[Event]) -> tuple[Ints, NDArray[np.int32]]:
        """Places of events and slots of the rules that they fire, by place and then by slot."""
        found_events: list[Ints] = [np.zeros(0, np.int64)]
        found_slots: list[NDArray[np.int32]] = [np.zeros(0, np.int32)]
        for kind, places in _by_kind(events).items():
            if kind in self.index.kinds:
                batch = Batch(kind, events if len(places) == len(events) else [events[place] for place in places])
                at, slots = self._match_kind(batch)
                found_events.append(np.asarray(places, np.int64)[at])
                found_slots.append(slots)
        all_events, all_slots = np.concatenate(found_events), np.concatenate(found_slots)
        # One sort of whole numbers is several times faster than one by two keys.
        packed = np.sort((all_events << _SLOT_BITS) | all_slots)
        return packed >> _SLOT_BITS, (packed & _SLOT_MASK).astype(np.int32)

    def ids(self, slots: NDArray[np.int32]) -> list[str]:
        """The ids of the rules in these slots."""
        # Names lie in an array of their own: to reach them through a million rules costs a cache miss more for each.
        found: list[str] = self.index.names[slots].tolist()
        return found

    def _match_kind(self, batch: Batch) -> tuple[Ints, NDArray[np.int32]]:
        kind, series = self.index.kinds[batch.kind], self.series[batch.kind]
        previous = series.look(batch) if self._keeps_levels(batch.kind) else None
        events, slots = [np.zeros(0, np.int64)], [np.zeros(0, np.int32)]
        for groups in kind.groups_of(batch):
            for pairs in self._candidates(kind, batch, groups, previous):
                kept = self._decide(batch, pairs, previous)
                events.append(pairs.events[kept])
                slots.append(pairs.slots[kept])
        if previous is not None:
            series.keep(batch, previous)
        return self._cooled(batch, np.concatenate(events), np.concatenate(slots))

    def _keeps_levels(self, kind: str) -> bool:
        """Occurrences tell no level: theirs are kept only while some rule asks for their edges."""
        return not self._stateless and (kind not in OCCURRENCES or self.index.edges[kind] > 0)

    def _candidates(self, kind: KindIndex, batch: Batch, groups: Ints, previous: Previous | None) -> Iterator[Pairs]:
        reached = np.flatnonzero(groups >= 0)
        if len(reached) == 0:
            return
        for key, store in kind.stores.items():
            if store.count == 0:
                continue
            start, end = store.bounds(groups[reached])
            filled = start < end
            if filled.any():
                yield self._search(key, store, batch, (reached[filled], start[filled], end[filled]), previous)

    def _search(
        self, key: StoreKey, store: Thresholds, batch: Batch, found: tuple[Ints, Ints, Ints], previous: Previous | None
    ) -> Pairs:
        at, start, end = found
        if key.operator == ALWAYS.operator:
            events, places = _spread(at, start, end)
            slots = store.slots[places]
            return Pairs(events, slots, self.index.whole[slots])
        column = batch.numbers(key.field, key.read)
        readable = ~np.isnan(column.floats[at])
        at, start, end = at[readable], start[readable], end[readable]
        now, was = column.floats[at], None
        if key.edge and previous is not None:
            before = self.series[batch.kind].column_before(batch, previous, key.field, key.read)
            judged = previous.judged[at]
            at, start, end, now = at[judged], start[judged], end[judged], now[judged]
            was = before.floats[at]
        low, high = _range(key.operator, store, (start, end), now, was)
        events, places = _spread(at, low, high)
        slots, thresholds = store.slots[places], store.values[places]
        sure = self.index.whole[slots]
        exact = column.short[events] & self.index.short[slots]
        tied = thresholds == column.floats[events]
        holds = _COMPARE[key.operator](column.floats[events], thresholds)
        if was is not None:
            earlier = before.floats[events]
            holds &= ~_COMPARE[key.operator](earlier, thresholds)
            exact_before = before.short[events] & self.index.short[slots]
            doubtful = (tied & ~exact) | ((thresholds == earlier) & ~exact_before)
        else:
            doubtful = tied & ~exact
        kept = holds | doubtful
        return Pairs(events[kept], slots[kept], (sure & ~doubtful)[kept])

    def _decide(self, batch: Batch, pairs: Pairs, previous: Previous | None) -> Bools:
        """Which candidates fire, before hysteresis and cooldown; the sure ones do."""
        kept = pairs.sure.copy()
        rules = self.index.rules
        open_pairs = np.flatnonzero(~pairs.sure)
        events, slots = pairs.events[open_pairs].tolist(), pairs.slots[open_pairs].tolist()
        for place, at, slot in zip(open_pairs.tolist(), events, slots, strict=True):
            rule = rules[slot]
            assert rule is not None  # noqa: S101 - the index holds only rules that are there
            kept[place] = self._fires(rule, slot, batch, at, previous)
        return kept

    def _fires(self, rule: Rule, slot: int, batch: Batch, at: int, previous: Previous | None) -> bool:
        event = batch.events[at]
        holds = all_hold(rule.conditions, event)
        if previous is None or not rule.edge:
            return holds
        if not previous.judged[at]:
            return False
        before = self.series[batch.kind].before(batch, previous, at)
        if rule.hysteresis is not None:
            return self._armed_and_holds(rule, (slot, int(previous.numbers[at])), event, before, holds=holds)
        return holds and (before is None or not all_hold(rule.conditions, before))

    def _armed_and_holds(
        self, rule: Rule, key: tuple[int, int], event: Event, before: Event | None, *, holds: bool
    ) -> bool:
        if not all_hold(relaxed(rule), event):
            self._disarmed.discard(key)
            return False
        fires = holds and key not in self._disarmed and (before is None or not all_hold(rule.conditions, before))
        if holds:
            self._disarmed.add(key)
        return fires

    def _cooled(self, batch: Batch, events: Ints, slots: NDArray[np.int32]) -> tuple[Ints, NDArray[np.int32]]:
        if self._stateless or not self.index.cooling:
            return events, slots
        cooled = np.flatnonzero(np.isin(slots, np.fromiter(self.index.cooling, np.int32)))
        kept = np.ones(len(slots), np.bool_)
        for place in cooled[np.lexsort((slots[cooled], events[cooled]))].tolist():
            kept[place] = self._warm(int(slots[place]), float(batch.times[events[place]]))
        return events[kept], slots[kept]

    def _warm(self, slot: int, time: float) -> bool:
        """Whether the rule's cooldown lets it fire at `time`; an event without a time is let through."""
        rule, last = self.index.rules[slot], self._fired.get(slot)
        assert rule is not None  # noqa: S101 - as in _decide
        if last is not None and abs(time - last) < rule.cooldown:
            return False
        self._fired[slot] = time if last is None or time > last else last
        return True


def _by_kind(events: Sequence[Event]) -> dict[str, Sequence[int]]:
    kinds = [event.get("kind") for event in events]
    if len(set(map(str, kinds))) == 1:
        return {str(kinds[0]): range(len(events))}
    places: dict[str, list[int]] = {}
    for place, kind in enumerate(kinds):
        if isinstance(kind, str):
            places.setdefault(kind, []).append(place)
    return dict(places)


def _range(
    operator: str, store: Thresholds, segment: tuple[Ints, Ints], now: Floats, was: Floats | None
) -> tuple[Ints, Ints]:
    """The thresholds that may fire at `now` (and did not at `was`, NaN for unknown), on the safe side of ties."""
    start, end = segment
    if operator == "eq":
        return store.below(start, end, now, inclusive=False), store.below(start, end, now, inclusive=True)
    if operator in _UP:
        high = store.below(start, end, now, inclusive=True)
        if was is None:
            return start, high
        low = np.where(np.isnan(was), start, store.below(start, end, was, inclusive=False))
        return np.minimum(low, high), high
    low = store.below(start, end, now, inclusive=False)
    if was is None:
        return low, end
    high = np.where(np.isnan(was), end, store.below(start, end, was, inclusive=True))
    return low, np.maximum(low, high)


def _spread(at: Ints, low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """Every (event, place) with low ≤ place < high."""
    counts = high - low
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    places = np.arange(total) + np.repeat(low - (ends - counts), counts)
    return np.repeat(at, counts), places
