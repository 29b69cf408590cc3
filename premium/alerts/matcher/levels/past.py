"""Past events by series and time, as far back as late events may need them.

Batches become runs sorted by series, time and arrival; small runs are merged into larger ones, so that they stay few
however small the batches are, and what a window no longer needs is dropped when it is merged into the oldest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from premium.alerts.language.values import Event
from premium.alerts.matcher.columns.arrays import Floats, Ints, Objects
from premium.alerts.matcher.levels.packed_events import opened, packed

WINDOW = 600.0
"""Seconds by which an event may be late and still be judged against the value at its time."""

NEVER = -np.inf

_FAN = 8
"""The number of runs of one size that are merged.

All must have come within `_SPAN` seconds: else the oldest stays too long.
"""
_SPAN = WINDOW / 4


@dataclass(frozen=True, slots=True)
class _Run:
    """Events sorted by series, time and arrival.

    `stamp` is the newest time when its last event came.
    """

    numbers: Ints
    times: Floats
    events: Objects
    stamp: float
    size: int = 0

    def __len__(self) -> int:
        return len(self.numbers)

    def last(self, numbers: Ints, times: Floats) -> Ints:
        """Return the place of each series' last event not after a time.

        -1 for none.
        """
        low = np.searchsorted(self.numbers, numbers, "left")
        high = np.searchsorted(self.numbers, numbers, "right")
        first = low.copy()
        while (open_ := low < high).any():
            middle = (low + high) >> 1
            before = open_ & (self.times[np.minimum(middle, len(self) - 1)] <= times)
            low, high = np.where(before, middle + 1, low), np.where(open_ & ~before, middle, high)
        return np.where(low > first, low - 1, -1)

    def places(self, number: int) -> range:
        """Return the places of one series."""
        low, high = np.searchsorted(self.numbers, [number, number + 1]).tolist()
        return range(low, high)

    def without(self, number: int, event_id: object) -> _Run:
        """Return the run without one event of a series."""
        gone = [at for at in self.places(number) if opened(self.events[at]).get("event_id") == event_id]
        if not gone:
            return self
        numbers, times = np.delete(self.numbers, gone), np.delete(self.times, gone)
        return _Run(numbers, times, np.delete(self.events, gone), self.stamp, self.size)


class Past:
    """Past events by series; of events of one time the later arrival counts."""

    def __init__(self) -> None:
        self.newest = NEVER
        self._oldest = _merged([], np.zeros(0), 0)
        self._runs: list[_Run] = []

    def add(self, numbers: Ints, times: Floats, events: Objects, levels: Floats) -> None:
        """Add a matched batch, sorted by series, time and arrival.

        `levels`: the time of each series' newest event, by the series' number.
        """
        if len(numbers) == 0:
            return
        self.newest = max(self.newest, float(times.max()))
        self._runs.append(_Run(numbers, times, events, self.newest))
        self._fold(levels)
        self._forget(levels)

    def before(self, numbers: Ints, times: Floats) -> tuple[Floats, Objects]:
        """Return time and event of each series' newest not after a time.

        NEVER and None if there is none.
        """
        best, found = np.full(len(numbers), NEVER), np.empty(len(numbers), np.object_)
        for run in (self._oldest, *self._runs):
            place = run.last(numbers, times)
            at = np.flatnonzero(place >= 0)
            at = at[run.times[place[at]] >= best[at]]
            best[at], found[at] = run.times[place[at]], run.events[place[at]]
        known = np.flatnonzero(best > NEVER)
        found[known] = _objects(opened(event) for event in found[known].tolist())
        return best, found

    def of(self, number: int) -> list[tuple[float, Event]]:
        """Return the kept events of a series with their times.

        Events of equal times are in order of arrival.
        """
        runs = ((run, place) for run in (self._oldest, *self._runs) for place in run.places(number))
        return [(float(run.times[place]), opened(run.events[place])) for run, place in runs]

    def newest_of(self, number: int) -> tuple[float, Event | None]:
        """Return time and event of what is now the newest of a series."""
        times, events = self.before(np.array([number]), np.array([np.inf]))
        return float(times[0]), events[0]

    def remove(self, number: int, event_id: object) -> None:
        """Remove an event of a series that the chain took back."""
        self._oldest = self._oldest.without(number, event_id)
        self._runs = [run.without(number, event_id) for run in self._runs]

    def _fold(self, levels: Floats) -> None:
        while len(self._runs) >= _FAN:
            some = self._runs[-_FAN:]
            if some[0].size != some[-1].size or some[-1].stamp - some[0].stamp > _SPAN:
                return
            self._runs[-_FAN:] = [_merged(some, levels, some[0].size + 1)]

    def _forget(self, levels: Floats) -> None:
        """Merge runs older than the window, once they hold as many events as the oldest."""
        old = [run for run in self._runs if run.stamp < self.newest - WINDOW]
        if old and (len(old) > _FAN or sum(map(len, old)) >= len(self._oldest)):
            self._oldest = _merged([self._oldest, *old], levels, 0)
            self._runs = self._runs[len(old) :]


def _merged(runs: Sequence[_Run], levels: Floats, size: int) -> _Run:
    """Merge runs into one, and drop events that no late event can need.

    Of those older than their series' window the newest stays.
    """
    numbers = np.concatenate([np.zeros(0, np.int64), *(run.numbers for run in runs)])
    times = np.concatenate([np.zeros(0), *(run.times for run in runs)])
    order = _sorted(numbers, times)
    numbers, times = numbers[order], times[order]
    old = times < levels[numbers] - WINDOW
    needed = ~old
    needed[:-1] |= ~old[1:] | (numbers[1:] != numbers[:-1])
    needed[-1:] = True
    events = _gathered(runs, order[needed])
    # Many small batches are what fills a window; of the oldest few are needed, and most of these are levels still.
    events = packed(events) if size > 1 else events
    return _Run(numbers[needed], times[needed], events, runs[-1].stamp if runs else NEVER, size)


def _sorted(numbers: Ints, times: Floats) -> Ints:
    """Return the order by series, time and arrival."""
    # Runs are sorted and mostly follow each other in time: to merge them takes a fifth of sorting all times.
    order = np.argsort(numbers, kind="stable")
    ranked, timed = numbers[order], times[order]
    if ((ranked[1:] == ranked[:-1]) & (timed[1:] < timed[:-1])).any():
        return np.lexsort((times, numbers))  # stable, too
    return order


def _gathered(runs: Sequence[_Run], places: Ints) -> Objects:
    """Return the events at these places of the runs, one after the other."""
    found, begin = np.empty(len(places), np.object_), 0
    for run in runs:
        here = np.flatnonzero((places >= begin) & (places < begin + len(run)))
        # To touch those alone that stay: each is a wait for memory, and an array of all would touch every one twice.
        found[here] = run.events[places[here] - begin]
        begin += len(run)
    return found


def _objects(events: Iterable[Event]) -> Objects:
    found = list(events)
    made = np.empty(len(found), np.object_)
    made[:] = found
    return made
