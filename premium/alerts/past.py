"""Batches gone by, kept for as long as an event may be late, and what each series was before them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from premium.alerts.evaluate import Event
from premium.alerts.thresholds import Floats, Ints

WINDOW = 600.0
"""Seconds that an event may be late and still be judged against the value at its time."""

NEVER = -np.inf


@dataclass(frozen=True, slots=True)
class _Batch:
    """The events' places by series and then by arrival; `numbers` are the series in that order."""

    newest: float
    numbers: Ints
    order: Ints
    times: Floats
    events: list[Event]


class Past:
    """The events of the last window by batch, and from before it what each series' own last window needs."""

    def __init__(self) -> None:
        self.newest = NEVER
        self._base: dict[int, list[tuple[float, Event]]] = {}
        self._batches: deque[_Batch] = deque()

    def add(self, numbers: Ints, order: Ints, times: Floats, events: list[Event], levels: Floats) -> None:
        """A batch that has been matched: places `order`, sorted by their series `numbers`.

        `levels`: the time of each series' newest event, by the series' number.
        """
        newest = float(times.max())
        self._batches.append(_Batch(newest, numbers, order, times, events))
        self.newest = max(self.newest, newest)
        while self._batches[0].newest < self.newest - WINDOW:
            self._forget(self._batches.popleft(), levels)

    def begin(self, number: int, time: float, event: Event) -> None:
        """What is known of a series after a restart."""
        self._base[number] = [(time, event)]
        self.newest = max(self.newest, time)

    def at(self, number: int, time: float, floor: float) -> Event | None:
        """The newest event of a series after `floor` and not after `time`; among equals the later arrival."""
        return self._newest(number, time, floor)[1]

    def newest_of(self, number: int) -> tuple[float, Event | None]:
        """What is left of a series, and its time."""
        return self._newest(number, np.inf, NEVER)

    def remove(self, number: int, event_id: object) -> None:
        """An event of the series that the chain took back: it was no level at any time."""
        self._base[number] = [one for one in self._base.get(number, ()) if one[1].get("event_id") != event_id]
        for batch in self._batches:
            low, high = np.searchsorted(batch.numbers, [number, number + 1])
            for place in batch.order[low:high].tolist():
                if batch.events[place].get("event_id") == event_id:
                    batch.times[place] = np.nan  # compares with no time, so that nothing finds it

    def _newest(self, number: int, time: float, floor: float) -> tuple[float, Event | None]:
        best, found = floor, None
        for here, event in self._base.get(number, ()):
            if best < here <= time or (found is not None and here == best):
                best, found = here, event
        for batch in self._batches:
            low, high = np.searchsorted(batch.numbers, [number, number + 1])
            for place in batch.order[low:high].tolist():
                here = float(batch.times[place])
                if best < here <= time or (found is not None and here == best):
                    best, found = here, batch.events[place]
        return best, found

    def _forget(self, batch: _Batch, levels: Floats) -> None:
        for number, place in zip(batch.numbers.tolist(), batch.order.tolist(), strict=True):
            self._base.setdefault(number, []).append((float(batch.times[place]), batch.events[place]))
        for number in set(batch.numbers.tolist()):
            if len(self._base[number]) > 1:
                self._base[number] = _needed(self._base[number], float(levels[number]) - WINDOW)


def _needed(known: list[tuple[float, Event]], oldest: float) -> list[tuple[float, Event]]:
    """Of a series' events by arrival: those that are not older than `oldest`, and the newest before these."""
    before = [one for one in enumerate(known) if one[1][0] < oldest]
    last = max(before, key=lambda one: (one[1][0], one[0]), default=None)
    return [one for at, one in enumerate(known) if one[0] >= oldest or (last is not None and at == last[0])]
