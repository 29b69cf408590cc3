"""What each level was before an event: the newest value of every series, and a history for late events.

An event is judged against the value at its own time: the newest among the events of its series that arrived before it
and are not younger. One that is more than `WINDOW` behind its series fires no edge and moves no level.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from premium.alerts.columns import Batch, Bools, Numbers, Reader, as_float, is_short
from premium.alerts.thresholds import Floats, Ints
from premium.alerts.values import field_of

Event = Mapping[str, Any]

WINDOW = 600.0
"""Seconds that an event may be late and still be judged against the value at its time."""

_NEVER = -np.inf


@dataclass(frozen=True, slots=True)
class Previous:
    """For each event of a batch, where its predecessor is: in the batch at `place`, or (-1) before it.

    `numbers` are the events' series. `special` holds the predecessors of events that came out of order; `judged` is
    False for an event that is too late for an edge.
    """

    numbers: Ints
    place: Ints
    special: dict[int, Event | None]
    judged: Bools


@dataclass(frozen=True, slots=True)
class _Past:
    """A batch that has gone by: the places of its events by series and then by arrival."""

    newest: float
    numbers: Ints
    order: Ints
    times: Floats
    events: list[Event]


class Series:
    """The levels of one kind of event. For each batch: `look` first, then `keep`."""

    def __init__(self) -> None:
        self._known: dict[tuple[str | None, ...], int] = {}
        self._last: list[Event | None] = []
        self._times: Floats = np.full(0, _NEVER)
        self._levels: dict[tuple[str, Reader], Numbers] = {}
        self._base: dict[int, tuple[float, Event]] = {}
        self._history: deque[_Past] = deque()
        self._newest = _NEVER

    def look(self, batch: Batch) -> Previous:
        """Each event's predecessor."""
        numbers = self._numbered(batch)
        order, ranked = _by_series(numbers)
        follows, before = np.empty(len(batch), np.bool_), np.empty(len(batch), np.int64)
        follows[:1], follows[1:] = False, ranked[1:] == ranked[:-1]
        before[:1], before[1:] = -1, order[:-1]
        previous = Previous(numbers, np.empty(len(batch), np.int64), {}, np.ones(len(batch), np.bool_))
        previous.place[order] = np.where(follows, before, -1)
        times = self._timed(batch)
        earlier = np.where(previous.place >= 0, times[previous.place], self._times[numbers])
        disordered = np.unique(numbers[times < earlier])
        if len(disordered):
            self._sort_out(times, set(disordered.tolist()), previous)
        return previous

    def before(self, batch: Batch, previous: Previous, at: int) -> Event | None:
        """The predecessor of one event; None where nothing is known."""
        inside = int(previous.place[at])
        if inside >= 0:
            return batch.events[inside]
        return previous.special[at] if at in previous.special else self._last[int(previous.numbers[at])]

    def column_before(self, batch: Batch, previous: Previous, field: str, read: Reader) -> Numbers:
        """A numeric column one event earlier in each series: NaN where it is unknown or unreadable."""
        now, level = batch.numbers(field, read), self._level(field, read)
        inside = previous.place >= 0
        floats = np.where(inside, now.floats[previous.place], level.floats[previous.numbers])
        short = np.where(inside, now.short[previous.place], level.short[previous.numbers])
        for at, event in previous.special.items():
            exact = None if event is None else read(field_of(event, field))
            floats[at], short[at] = as_float(exact), exact is not None and is_short(exact)
        return Numbers(floats, short)

    def keep(self, batch: Batch, previous: Previous) -> None:
        """Lets the batch become the past."""
        if len(batch) == 0:
            return
        times, events = self._timed(batch), list(batch.events)
        order, ranked = _by_series(previous.numbers)
        if not previous.judged.all():
            order = order[previous.judged[order]]
            ranked = previous.numbers[order]
        self._advance(batch, ranked, order, times, ordered=not previous.special)
        newest = float(times.max())
        self._history.append(_Past(newest, ranked, order, times, events))
        self._newest = max(self._newest, newest)
        while self._history[0].newest < self._newest - 2 * WINDOW:
            self._forget(self._history.popleft())

    def last(self) -> Iterable[Event]:
        """The newest event of every series: what a restart needs."""
        return [event for event in self._last if event is not None]

    def _numbered(self, batch: Batch) -> Ints:
        known, keys = self._known, batch.series
        numbers = [known.get(key, -1) for key in keys]
        if -1 in numbers:
            numbers = [known.setdefault(key, len(known)) for key in keys]
            self._make_room()
        return np.array(numbers, np.int64)

    def _make_room(self) -> None:
        self._last.extend([None] * (len(self._known) - len(self._last)))
        extra = max(len(self._known) - len(self._times), 0)
        if extra:
            extra += len(self._times) // 4 + 64
            self._times = np.concatenate((self._times, np.full(extra, _NEVER)))
            for key, level in self._levels.items():
                self._levels[key] = Numbers(
                    np.concatenate((level.floats, np.full(extra, np.nan))),
                    np.concatenate((level.short, np.zeros(extra, np.bool_))),
                )

    def _timed(self, batch: Batch) -> Floats:
        # An event without a readable time is judged when it comes: it takes the newest time known.
        missing = np.isnan(batch.times)
        return np.where(missing, max(self._newest, 0.0), batch.times) if missing.any() else batch.times

    def _level(self, field: str, read: Reader) -> Numbers:
        """The newest value of every series; made once from the events, then kept up to date by `keep`."""
        found = self._levels.get((field, read))
        if found is None:
            found = Numbers(np.full(len(self._times), np.nan), np.zeros(len(self._times), np.bool_))
            for number, event in enumerate(self._last):
                exact = None if event is None else read(field_of(event, field))
                found.floats[number], found.short[number] = as_float(exact), exact is not None and is_short(exact)
            self._levels[field, read] = found
        return found

    def _sort_out(self, times: Floats, late: set[int], previous: Previous) -> None:
        """The slow way, for the series in which some event is out of order: corrects `previous` in place."""
        seen: dict[int, list[int]] = {number: [] for number in late}
        newest = {number: float(self._times[number]) for number in late}
        for at, (number, time) in enumerate(zip(previous.numbers.tolist(), times.tolist(), strict=True)):
            if number not in late:
                continue
            previous.place[at] = -1
            if time < newest[number] - WINDOW:
                previous.judged[at], previous.special[at] = False, None
                continue
            previous.place[at], event = self._at(number, time, seen[number], times)
            if previous.place[at] < 0:
                previous.special[at] = event
            newest[number] = max(newest[number], time)
            seen[number].append(at)

    def _at(self, number: int, time: float, seen: list[int], times: Floats) -> tuple[int, Event | None]:
        """The newest event of a series that is not younger than `time`: a place in the batch, or one from before."""
        inside = max((at for at in seen if times[at] <= time), key=lambda at: (times[at], at), default=-1)
        older = self._past_event(number, time, float(times[inside]) if inside >= 0 else _NEVER)
        return (-1, older) if older is not None else (inside, None)

    def _past_event(self, number: int, time: float, floor: float) -> Event | None:
        """As `_at`, among the batches gone by and younger than `floor`; the later arrival among equals."""
        best, found = self._base.get(number, (_NEVER, None))
        if not floor < best <= time:
            best, found = floor, None
        for past in self._history:
            low, high = np.searchsorted(past.numbers, number, "left"), np.searchsorted(past.numbers, number, "right")
            for at in past.order[low:high].tolist():
                here = float(past.times[at])
                if best < here <= time or (found is not None and here == best):
                    best, found = here, past.events[at]
        return found

    def _advance(self, batch: Batch, ranked: Ints, order: Ints, times: Floats, *, ordered: bool) -> None:
        if not ordered:
            by_time = np.lexsort((order, times[order], ranked))
            ranked, order = ranked[by_time], order[by_time]
        last_of = np.ones(len(ranked), np.bool_)
        last_of[:-1] = ranked[1:] != ranked[:-1]
        numbers, places = ranked[last_of], order[last_of]
        fresh = times[places] >= self._times[numbers]
        numbers, places = numbers[fresh], places[fresh]
        self._times[numbers] = times[places]
        for (field, read), level in self._levels.items():
            column = batch.numbers(field, read)
            level.floats[numbers], level.short[numbers] = column.floats[places], column.short[places]
        last, events = self._last, batch.events
        for number, at in zip(numbers.tolist(), places.tolist(), strict=True):
            last[number] = events[at]

    def _forget(self, past: _Past) -> None:
        for number, at in zip(past.numbers.tolist(), past.order.tolist(), strict=True):
            time = float(past.times[at])
            if time >= self._base.get(number, (_NEVER, None))[0]:
                self._base[number] = (time, past.events[at])


def _by_series(numbers: Ints) -> tuple[Ints, Ints]:
    """The events' places by series and then by arrival, and their series in that order."""
    order = np.argsort(numbers, kind="stable")
    return order, numbers[order]
