"""What each level was before an event: the newest value of every series, and ten minutes of history for late events.

An event is judged against the value at its own time: the newest among the events of its series that arrived before it
and are not younger. One that is more than `WINDOW` behind its series fires no edge and moves no level.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from premium.alerts.columns import Batch, Bools
from premium.alerts.thresholds import Floats, Ints

Event = Mapping[str, Any]

WINDOW = 600.0
"""Seconds that an event may be late and still be judged against the value at its time."""


@dataclass(frozen=True, slots=True)
class Previous:
    """For each event of a batch: `place` of its predecessor in the same batch, or -1 and then `event` from before.

    `judged` is False for an event that is too late for an edge.
    """

    place: Ints
    events: list[Event | None]
    judged: Bools


@dataclass(frozen=True, slots=True)
class _Past:
    """A batch that has gone by, ordered by series and time of arrival."""

    newest: float
    numbers: Ints
    order: Ints
    times: Floats
    events: list[Event]


class Series:
    """The levels of one kind of event."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str | None, ...], int] = {}
        self._last: list[Event | None] = []
        self._base: dict[int, tuple[float, Event]] = {}
        self._newest_time = -np.inf
        self._times: Floats = np.full(0, -np.inf)
        self._history: deque[_Past] = deque()

    def take(self, batch: Batch) -> Previous:
        """Finds each event's predecessor, then lets the batch become the past."""
        numbers, times = self._numbered(batch), self._timed(batch)
        order = np.lexsort((np.arange(len(batch)), numbers))
        ranked = numbers[order]
        follows = np.concatenate((np.zeros(1, np.bool_), ranked[1:] == ranked[:-1]))[: len(batch)]
        before = np.concatenate((np.full(1, -1), order[:-1]))[: len(batch)]
        place = np.empty(len(batch), np.int64)
        place[order] = np.where(follows, before, -1)
        last = self._last
        events = [
            None if inside >= 0 else last[number]
            for inside, number in zip(place.tolist(), numbers.tolist(), strict=True)
        ]
        judged = np.ones(len(batch), np.bool_)
        previous_time = np.where(place >= 0, times[place], self._times[numbers])
        disordered = np.unique(numbers[times < previous_time])
        if len(disordered):
            self._sort_out(numbers, times, set(disordered.tolist()), Previous(place, events, judged))
        if len(batch):
            self._remember(list(batch.events), numbers, times, order[judged[order]])
        return Previous(place, events, judged)

    def last(self) -> dict[tuple[str | None, ...], Event]:
        """The newest event of every series: what a restart needs."""
        return {key: event for key, number in self._numbers.items() if (event := self._last[number]) is not None}

    def _numbered(self, batch: Batch) -> Ints:
        known, keys = self._numbers, batch.series
        numbers = [known.get(key, -1) for key in keys]
        if -1 in numbers:
            numbers = [known.setdefault(key, len(known)) for key in keys]
            extra = len(known) - len(self._last)
            self._last.extend([None] * extra)
            if len(known) > len(self._times):
                room = np.full(len(known) * 5 // 4 + 64, -np.inf)
                room[: len(self._times)] = self._times
                self._times = room
        return np.array(numbers, np.int64)

    def _timed(self, batch: Batch) -> Floats:
        # An event without a readable time is judged when it comes: it takes the newest time known.
        times = batch.times
        missing = np.isnan(times)
        return np.where(missing, max(float(np.max(self._times, initial=0)), 0.0), times) if missing.any() else times

    def _sort_out(self, numbers: Ints, times: Floats, late: set[int], previous: Previous) -> None:
        """The slow way, for the series in which some event is out of order: corrects `previous` in place."""
        seen: dict[int, list[int]] = {number: [] for number in late}
        newest = {number: float(self._times[number]) for number in late}
        for at, (number, time) in enumerate(zip(numbers.tolist(), times.tolist(), strict=True)):
            if number not in late:
                continue
            if time < newest[number] - WINDOW:
                previous.judged[at], previous.place[at], previous.events[at] = False, -1, None
                continue
            previous.place[at], previous.events[at] = self._at(number, time, seen[number], times)
            newest[number] = max(newest[number], time)
            seen[number].append(at)

    def _at(self, number: int, time: float, seen: list[int], times: Floats) -> tuple[int, Event | None]:
        """The newest event of a series that is not younger than `time`, among those seen so far."""
        inside = max((at for at in seen if times[at] <= time), key=lambda at: (times[at], at), default=-1)
        floor = float(times[inside]) if inside >= 0 else -np.inf
        older = self._past_event(number, time, floor)
        return (-1, older) if older is not None else (inside, None)

    def _past_event(self, number: int, time: float, floor: float) -> Event | None:
        best, found = floor, None
        for past in self._history:
            low, high = np.searchsorted(past.numbers, number, "left"), np.searchsorted(past.numbers, number, "right")
            for at in past.order[low:high].tolist():
                if best < past.times[at] <= time or (found is not None and past.times[at] == best):
                    best, found = float(past.times[at]), past.events[at]
        base_time, base = self._base.get(number, (-np.inf, None))
        return found if found is not None or base is None or not floor < base_time <= time else base

    def _remember(self, events: list[Event], numbers: Ints, times: Floats, kept: Ints) -> None:
        for at in self._newest(numbers, times, kept):
            number = int(numbers[at])
            if times[at] >= self._times[number]:
                self._times[number], self._last[number] = times[at], events[at]
        newest = float(times.max())
        self._history.append(_Past(newest, numbers[kept], kept, times, events))
        self._newest_time = max(self._newest_time, newest)
        while self._history[0].newest < self._newest_time - 2 * WINDOW:
            self._forget(self._history.popleft())

    @staticmethod
    def _newest(numbers: Ints, times: Floats, kept: Ints) -> list[int]:
        """For each series in the batch the event with the latest time, the later arrival among equals."""
        by_time = kept[np.lexsort((kept, times[kept], numbers[kept]))]
        ends = np.flatnonzero(np.append(numbers[by_time][1:] != numbers[by_time][:-1], True))
        found: list[int] = by_time[ends].tolist() if len(by_time) else []
        return found

    def _forget(self, past: _Past) -> None:
        for number, at in zip(past.numbers.tolist(), past.order.tolist(), strict=True):
            time, event = float(past.times[at]), past.events[at]
            if time >= self._base.get(number, (-np.inf, None))[0]:
                self._base[number] = (time, event)
