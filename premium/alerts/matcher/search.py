"""The search of a batch in the index, for pairs of event and rule.

Thresholds lie sorted as float64, which keeps the order of the exact values: a threshold strictly below or above the
event's value is decided, and only one that equals it as a float is a tie. Two short decimals that are equal as floats
are equal; other ties are left open for the exact comparison.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from premium.alerts.matcher.columns.arrays import Bools, Floats, Ints, Slots
from premium.alerts.matcher.columns.batch import Batch
from premium.alerts.matcher.index.groups import KindIndex
from premium.alerts.matcher.index.layouts import ANY, StoreKey
from premium.alerts.matcher.index.rule_index import RuleIndex
from premium.alerts.matcher.index.thresholds import Thresholds
from premium.alerts.matcher.levels.series import Predecessors, Series

_UP = ("gt", "gte")
_INCLUSIVE = ("gte", "lte", "eq")
_COMPARE = {"gt": np.greater, "gte": np.greater_equal, "lt": np.less, "lte": np.less_equal, "eq": np.equal}


@dataclass(frozen=True, slots=True)
class Pairs:
    """Places of events and slots of rules: decided pairs, and open ones."""

    events: Ints
    slots: Slots
    open_events: Ints
    open_slots: Slots

    def of(self, chosen: Bools) -> Pairs:
        """Return the pairs of some slots."""
        decided, is_open = chosen[self.slots], chosen[self.open_slots]
        return Pairs(self.events[decided], self.slots[decided], self.open_events[is_open], self.open_slots[is_open])


class Segments(NamedTuple):
    """The thresholds of each event's group.

    They lie from `start` to `end` for the event at the place `at`.
    """

    at: Ints
    start: Ints
    end: Ints

    def only(self, kept: Bools) -> Segments:
        """Return the segments of some of the events."""
        return Segments(self.at[kept], self.start[kept], self.end[kept])


class Search:
    """The search of one batch; `previous` is None where each event stands on its own."""

    def __init__(self, index: RuleIndex, series: Series, batch: Batch, previous: Predecessors | None) -> None:
        self._index = index
        self._kind: KindIndex = index.kinds[batch.kind]
        self._series = series
        self._batch = batch
        self._previous = previous

    def pairs(self) -> Iterator[Pairs]:
        """Yield the pairs of each store; no pair comes twice."""
        for groups in self._kind.groups_of(self._batch):
            reached = np.flatnonzero(groups >= 0)
            for key, store in self._kind.stores.items():
                start, end = store.bounds(groups[reached])
                filled = start < end
                if filled.any():
                    yield self._search(key, store, Segments(reached, start, end).only(filled))

    def _search(self, key: StoreKey, store: Thresholds, segments: Segments) -> Pairs:
        if key.operator == ANY:
            return _opened(*_spread(store, *segments), whole=key.whole)
        readable = ~np.isnan(self._batch.numbers(key.field, key.read).floats[segments.at])
        if not readable.all():
            segments = segments.only(readable)
        if key.edge and self._previous is not None:
            return self._crossed(key, store, segments, self._previous)
        return self._reached(key, store, segments)

    def _reached(self, key: StoreKey, store: Thresholds, segments: Segments) -> Pairs:
        """Return the pairs whose condition holds now."""
        column, (at, start, end) = self._batch.numbers(key.field, key.read), segments
        low, high = _ties(store, start, end, column.floats[at])
        if key.operator in _UP:
            sure = _spread(store, at, start, low)
        elif key.operator == "eq":
            sure = _spread(store, at[:0], low[:0], low[:0])
        else:
            sure = _spread(store, at, high, end)
        events, slots = _spread(store, at, low, high)
        exact = column.short(events) & self._index.short[slots]
        equal = exact if key.operator in _INCLUSIVE else np.zeros_like(exact)
        return self._rest(key, _joined(sure, (events[equal], slots[equal])), (events[~exact], slots[~exact]))

    def _rest(self, key: StoreKey, found: tuple[Ints, Slots], ties: tuple[Ints, Slots]) -> Pairs:
        """Check the residual condition of pairs, where there is one."""
        if not key.whole:
            return _opened(*_joined(found, ties), whole=False)
        if key.residual is None:
            return Pairs(*found, *ties)
        field, read, operator = key.residual
        column = self._batch.numbers(field, read)
        events, slots = _joined(found, ties)
        now, wanted = column.floats[events], self._index.second[slots]
        holds, doubtful = _COMPARE[operator](now, wanted), now == wanted
        tied = np.flatnonzero(doubtful)
        doubtful[tied] = ~(column.short(events[tied]) & self._index.short[slots[tied]])
        unsure = np.arange(len(events)) >= len(found[0])
        sure, look = holds & ~doubtful & ~unsure, (holds & unsure) | doubtful
        return Pairs(events[sure], slots[sure], events[look], slots[look])

    def _crossed(self, key: StoreKey, store: Thresholds, segments: Segments, previous: Predecessors) -> Pairs:
        """Return the pairs whose condition holds now and did not hold for the predecessor."""
        column = self._batch.numbers(key.field, key.read)
        at, start, end = segments if previous.judged.all() else segments.only(previous.judged[segments.at])
        before = self._series.column_before(self._batch, previous, key.field, key.read)
        now, was = column.floats[at], before[at]
        low, high = _ties(store, start, end, now)
        low_was, high_was = _ties(store, start, end, was)
        new = np.isnan(was)
        if key.operator in _UP:
            sure = _spread(store, at, np.where(new, start, high_was), low)
        elif key.operator == "eq":
            sure = _spread(store, at[:0], low[:0], low[:0])
        else:
            sure = _spread(store, at, high, np.where(new, end, low_was))
        moved = ~new & (now != was)
        tied_now = _spread(store, at, low, high)
        tied_was = _spread(store, at[moved], low_was[moved], high_was[moved])
        ties = _joined(tied_now, tied_was if key.operator != "eq" else (at[:0], store.slots[:0]))
        decided = self._tied(key, *ties, before, previous)
        return Pairs(*_joined(sure, (decided.events, decided.slots)), decided.open_events, decided.open_slots)

    def _tied(self, key: StoreKey, events: Ints, slots: Slots, before: Floats, previous: Predecessors) -> Pairs:
        """Decide pairs whose threshold equals the value or the one before, where floats can tell.

        At a round threshold, where prices like to stand, there may be thousands of these.
        """
        column, wanted = self._batch.numbers(key.field, key.read), self._index.first[slots]
        now, was, short = column.floats[events], before[events], self._index.short[slots]
        known = np.ones(len(events), np.bool_)
        at = np.flatnonzero(now == wanted)
        known[at] &= short[at] & column.short(events[at])
        at = np.flatnonzero(was == wanted)
        known[at] &= short[at] & self._series.short_before(self._batch, previous, events[at], key.field, key.read)
        holds = _COMPARE[key.operator]
        fires = known & holds(now, wanted) & ~holds(was, wanted)
        return Pairs(events[fires], slots[fires], events[~known], slots[~known])


def _ties(store: Thresholds, start: Ints, end: Ints, wanted: Floats) -> tuple[Ints, Ints]:
    """Return where thresholds equal `wanted`.

    From the first not below to the first above; NaN equals none.
    """
    low = store.below(start, end, wanted, inclusive=False)
    high = low.copy()
    tied = np.flatnonzero(low < end)
    tied = tied[store.values[low[tied]] == wanted[tied]]
    if len(tied):
        high[tied] = store.below(low[tied], end[tied], wanted[tied], inclusive=True)
    return low, high


def _opened(events: Ints, slots: Slots, *, whole: bool) -> Pairs:
    none, nobody = events[:0], slots[:0]
    return Pairs(events, slots, none, nobody) if whole else Pairs(none, nobody, events, slots)


def _joined(first: tuple[Ints, Slots], second: tuple[Ints, Slots]) -> tuple[Ints, Slots]:
    if len(second[0]) == 0:
        return first
    return np.concatenate((first[0], second[0])), np.concatenate((first[1], second[1]))


def _spread(store: Thresholds, at: Ints, low: Ints, high: Ints) -> tuple[Ints, Slots]:
    """Return each event paired with every slot at low ≤ place < high."""
    counts = np.maximum(high - low, 0)
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    if total == 0:
        return at[:0], store.slots[:0]
    places = np.arange(total) + np.repeat(low - (ends - counts), counts)
    return np.repeat(at, counts), store.slots[places]
