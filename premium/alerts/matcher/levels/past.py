"""Past events by series and time, as far back as late events may need them.

Batches become runs sorted by series, time and arrival; small runs are merged into larger ones, so that they stay few
however small the batches are, and what a window no longer needs is dropped when it is merged into the oldest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from premium.alerts.language.values import Event
from premium.alerts.matcher.columns.arrays import Floats, Ints, Objects
from premium.alerts.matcher.levels.moment import Moment
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

    def places(self, number: int) -> range:
        """Return the places of one series."""
        low, high = np.searchsorted(self.numbers, [number, number + 1]).tolist()
        return range(low, high)

    def where(self, number: int, time: float) -> tuple[range, int, int]:
        """Return the places of a series, and two of them.

        The first at or after a time, and the first after it.
        """
        places = self.places(number)
        times = self.times[places.start : places.stop]
        low, high = int(np.searchsorted(times, time, "left")), int(np.searchsorted(times, time, "right"))
        return places, places.start + low, places.start + high

    def without(self, gone: Sequence[int]) -> _Run:
        """Return the run without the events at these places."""
        numbers, times = np.delete(self.numbers, gone), np.delete(self.times, gone)
        return _Run(numbers, times, np.delete(self.events, gone), self.stamp, self.size)


class Past:
    """Past events by series."""

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

    def of(self, number: int) -> list[tuple[float, Event]]:
        """Return the kept events of a series with their times.

        Events of equal times are in order of arrival.
        """
        runs = ((run, place) for run in (self._oldest, *self._runs) for place in run.places(number))
        return [(float(run.times[place]), opened(run.events[place])) for run, place in runs]

    def newest_of(self, number: int) -> tuple[float, Event | None]:
        """Return time and event of what is now the newest of a series."""
        newest = max(self._nearest(number, np.inf, later=False), key=lambda one: one.order, default=None)
        return (newest.time, newest.event) if newest else (NEVER, None)

    def remove(self, number: int, time: float, event_id: object) -> Moment | None:
        """Remove an event of a series that the chain took back.

        Return it, None where it is not kept.

        `time` is where it is looked for first: a retraction repeats it.
        """
        found = None
        for at, run in enumerate((self._oldest, *self._runs)):
            _, low, high = run.where(number, time)
            gone = _named(run, range(low, high), event_id) or _named(run, run.places(number), event_id)
            if gone:
                found = Moment(float(run.times[gone[0]]), opened(run.events[gone[0]]))
                if at == 0:
                    self._oldest = run.without(gone)
                else:
                    self._runs[at - 1] = run.without(gone)
        return found

    def neighbours(self, number: int, moment: Moment) -> tuple[Moment | None, Moment | None]:
        """Return the kept events of a series right before and right after a moment."""
        older = list(self._nearest(number, moment.time, later=False))
        younger = list(self._nearest(number, moment.time, later=True))
        same = list(self._at(number, moment.time))
        before = [one for one in same if one.order <= moment.order] or older
        after = [one for one in same if one.order > moment.order] or younger
        # Of equals the later arrival stands last: the runs are in the order of arrival.
        return (
            max(reversed(before), key=lambda one: one.order, default=None),
            min(after, key=lambda one: one.order, default=None),
        )

    def after(self, number: int, moment: Moment) -> Iterator[Moment]:
        """Yield the kept events of a series after a moment, in their order."""
        found = (Moment(time, event) for time, event in self.of(number) if time >= moment.time)
        yield from sorted((one for one in found if one.order > moment.order), key=lambda one: one.order)

    def upto(self, number: int, moment: Moment) -> Iterator[Moment]:
        """Yield the kept events of a series before a moment, the newest first."""
        found = [Moment(time, event) for time, event in self.of(number) if time <= moment.time]
        yield from sorted((one for one in found if one.order < moment.order), key=lambda one: one.order, reverse=True)

    def first_time(self, number: int) -> float:
        """Return the time of the oldest kept event of a series.

        Infinite where there is none.
        """
        return min((time for time, _ in self.of(number)), default=np.inf)

    def _nearest(self, number: int, time: float, *, later: bool) -> Iterator[Moment]:
        """Yield the events of the nearest time before, or after, a time."""
        times = []
        for run in (self._oldest, *self._runs):
            places, low, high = run.where(number, time)
            place = high if later else low - 1
            if place in places:
                times.append(float(run.times[place]))
        if times:
            yield from self._at(number, min(times) if later else max(times))

    def _at(self, number: int, time: float) -> Iterator[Moment]:
        for run in (self._oldest, *self._runs):
            _, low, high = run.where(number, time)
            yield from (Moment(time, opened(run.events[place])) for place in range(low, high))

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


def _named(run: _Run, places: range, event_id: object) -> list[int]:
    return [at for at in places if (event := opened(run.events[at])).get("event_id", event.get("id")) == event_id]


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
    # Of one time the id decides, which is not looked at here: they stay together.
    ties = np.concatenate(
        [np.zeros(min(1, len(times)), np.int64), (numbers[1:] != numbers[:-1]) | (times[1:] != times[:-1])]
    )
    groups = np.cumsum(ties)
    needed = np.isin(groups, np.unique(groups[needed]))
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
