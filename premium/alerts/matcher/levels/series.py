"""Levels of series: the newest event of each, and its history.

An event is judged against the value at its own time: the newest among the events of its series that arrived before it
and are not younger. One that is more than `WINDOW` behind its series fires no edge and moves no level.
"""

from __future__ import annotations

from bisect import bisect, insort
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from premium.alerts.language.catalogue import SERIES
from premium.alerts.language.values import Event, field_of
from premium.alerts.matcher.columns.arrays import Bools, Floats, Ints
from premium.alerts.matcher.columns.batch import Batch, Reader, as_float, shorts
from premium.alerts.matcher.columns.codes import Codes, PairCodes
from premium.alerts.matcher.levels.past import NEVER, WINDOW, Past

_PLACE_BITS = 24
_PLACE_MASK = (1 << _PLACE_BITS) - 1


@dataclass(frozen=True, slots=True)
class Predecessors:
    """Where each event's predecessor is: in the batch at `place`, or (-1) before it.

    `numbers` are the events' series, `order` the places by series and then by arrival. `special` holds the
    predecessors of events that came out of order; `judged` is False for an event that is too late for an edge.
    """

    numbers: Ints
    order: Ints
    times: Floats
    place: Ints
    special: dict[int, Event | None]
    judged: Bools


class Series:
    """The levels of one kind of event; for each batch call `look` first, then `keep`."""

    def __init__(self, kind: str, codes: dict[str, Codes]) -> None:
        self._fields = SERIES[kind]
        self._codes = codes
        self._pairs = [PairCodes() for _ in self._fields[1:]]
        self._last: NDArray[np.object_] = np.empty(0, np.object_)
        self._times: Floats = np.full(0, NEVER)
        self._levels: dict[tuple[str, Reader], Floats] = {}
        self._past = Past()

    def look(self, batch: Batch) -> Predecessors:
        """Find each event's predecessor."""
        numbers = self._numbered(batch)
        order, ranked = _by_series(numbers)
        place = np.empty(len(batch), np.int64)
        place[order[:1]] = -1
        place[order[1:]] = np.where(ranked[1:] == ranked[:-1], order[:-1], -1)
        times = self._timed(batch)
        previous = Predecessors(numbers, order, times, place, {}, np.ones(len(batch), np.bool_))
        earlier = np.where(place >= 0, times[place], self._times[numbers])
        if (times < earlier).any():
            self._sort_out(np.unique(numbers[times < earlier]), previous)
        return previous

    def before(self, batch: Batch, previous: Predecessors, at: int) -> Event | None:
        """Return the predecessor of one event, None where none is known."""
        inside = int(previous.place[at])
        if inside >= 0:
            return batch.events[inside]
        return previous.special[at] if at in previous.special else self._last[int(previous.numbers[at])]

    def around(self, batch: Batch, previous: Predecessors, at: int) -> tuple[list[Event], list[Event]]:
        """Return a late event's series up to its time, and the younger events.

        The former with the newest first.
        """
        if at not in previous.special:
            return [], []
        number, time = int(previous.numbers[at]), float(previous.times[at])
        inside = np.flatnonzero((previous.numbers[:at] == number) & previous.judged[:at]).tolist()
        known = self._past.of(number) + [(float(previous.times[place]), batch.events[place]) for place in inside]
        older = sorted((one for one in known if one[0] <= time), key=lambda one: one[0])
        return [event for _, event in reversed(older)], [event for when, event in known if when > time]

    def column_before(self, batch: Batch, previous: Predecessors, field: str, read: Reader) -> Floats:
        """Return a numeric column one event earlier in each series, NaN where it is unknown."""
        now, level = batch.numbers(field, read).floats, self._level(field, read)
        floats = np.where(previous.place >= 0, now[previous.place], level[previous.numbers])
        for at, event in previous.special.items():
            if previous.place[at] < 0:
                floats[at] = _read(event, field, read)
        return floats

    def short_before(self, batch: Batch, previous: Predecessors, places: Ints, field: str, read: Reader) -> Bools:
        """Return which of the values of `column_before` at these places are short."""
        unique, back = np.unique(places, return_inverse=True)
        events = (self.before(batch, previous, at) for at in unique.tolist())
        raw = [None if event is None else field_of(event, field) for event in events]
        return np.array(shorts(raw, read), np.bool_)[back]

    def keep(self, batch: Batch, previous: Predecessors) -> None:
        """Let the batch become the past."""
        if len(batch) == 0:
            return
        order = previous.order
        if not previous.judged.all():
            order = order[previous.judged[order]]
        ranked = previous.numbers[order]
        if previous.special:
            by_time = np.lexsort((order, previous.times[order], ranked))
            ranked, order = ranked[by_time], order[by_time]
        self._advance(batch, ranked, order, previous.times)
        self._past.add(ranked, previous.times[order], batch.objects[order], self._times)

    def last(self, numbers: Ints) -> Iterator[Event]:
        """Return the newest event of each of these series that has one."""
        return (event for event in self._last[np.unique(numbers)].tolist() if event is not None)

    def retract(self, batch: Batch) -> Iterator[tuple[Event, Event | None]]:
        """Remove retracted events; yield the retractions of newest events with what is newest now."""
        for number, back in zip(self._numbered(batch).tolist(), batch.events, strict=True):
            gone, newest = back.get("retracts"), self._last[number]
            self._past.remove(number, gone)
            if newest is not None and newest.get("event_id") == gone:
                self._stand(number, *self._past.newest_of(number))
                yield back, self._last[number]

    def _stand(self, number: int, time: float, event: Event | None) -> None:
        self._times[number], self._last[number] = time, event
        for (field, read), level in self._levels.items():
            level[number] = _read(event, field, read)

    def restore(self, batch: Batch) -> None:
        """Set the newest events of series, as `last` returned them.

        A known series stays as it is.
        """
        numbers, times = self._numbered(batch), self._timed(batch)
        new = np.flatnonzero(self._times[numbers] == NEVER)
        self._last[numbers[new]], self._times[numbers[new]] = batch.objects[new], times[new]
        new = new[np.lexsort((times[new], numbers[new]))]
        self._past.add(numbers[new], times[new], batch.objects[new], self._times)

    def _numbered(self, batch: Batch) -> Ints:
        numbers = batch.coded(self._fields[0], learn=True)
        for pairs, field in zip(self._pairs, self._fields[1:], strict=True):
            second = batch.coded(field, learn=True)
            numbers = pairs.learned(numbers, second, pairs.of(numbers, second))
        self._make_room(int(numbers.max()) + 1 if len(numbers) else 0)
        return numbers

    def _make_room(self, count: int) -> None:
        extra = max(count - len(self._times), 0)
        if extra:
            extra += len(self._times) // 4 + 64
            self._times = np.concatenate((self._times, np.full(extra, NEVER)))
            self._last = np.concatenate((self._last, np.empty(extra, np.object_)))
            for key, level in self._levels.items():
                self._levels[key] = np.concatenate((level, np.full(extra, np.nan)))

    def _timed(self, batch: Batch) -> Floats:
        # An event without a readable time is judged when it comes: it takes the newest time known.
        missing = np.isnan(batch.times)
        return np.where(missing, max(self._past.newest, 0.0), batch.times) if missing.any() else batch.times

    def _level(self, field: str, read: Reader) -> Floats:
        """Return the newest value of every series; `keep` keeps it up to date."""
        found = self._levels.get((field, read))
        if found is None:
            found = np.array([_read(event, field, read) for event in self._last.tolist()], np.float64)
            self._levels[field, read] = found
        return found

    def _sort_out(self, late: Ints, previous: Predecessors) -> None:
        """Correct `previous` for series with events out of order, one by one."""
        members = np.flatnonzero(np.isin(previous.numbers, late))
        numbers, times = previous.numbers[members], previous.times[members]
        older = zip(*(column.tolist() for column in self._past.before(numbers, times)), strict=True)
        newest: dict[int, float] = dict(zip(late.tolist(), self._times[late].tolist(), strict=True))
        seen: dict[int, list[tuple[float, int]]] = {number: [] for number in newest}
        for at, number, time, (older_time, event) in zip(
            members.tolist(), numbers.tolist(), times.tolist(), older, strict=True
        ):
            previous.place[at], previous.special[at] = -1, None
            if time < newest[number] - WINDOW:
                previous.judged[at] = False
                continue
            inside = bisect(seen[number], (time, at)) - 1
            if inside >= 0 and seen[number][inside][0] >= older_time:
                previous.place[at] = seen[number][inside][1]
            else:
                previous.special[at] = event
            newest[number] = max(newest[number], time)
            insort(seen[number], (time, at))

    def _advance(self, batch: Batch, ranked: Ints, order: Ints, times: Floats) -> None:
        last_of = np.ones(len(ranked), np.bool_)
        last_of[:-1] = ranked[1:] != ranked[:-1]
        numbers, places = ranked[last_of], order[last_of]
        fresh = times[places] >= self._times[numbers]
        numbers, places = numbers[fresh], places[fresh]
        self._times[numbers] = times[places]
        self._last[numbers] = batch.objects[places]
        for (field, read), level in self._levels.items():
            level[numbers] = batch.numbers(field, read).floats[places]


def _read(event: Event | None, field: str, read: Reader) -> float:
    return as_float(None if event is None else read(field_of(event, field)))


def _by_series(numbers: Ints) -> tuple[Ints, Ints]:
    """Return the events' places by series and then arrival, and their series in that order."""
    if len(numbers) > _PLACE_MASK:
        order = np.argsort(numbers, kind="stable")
        return order, numbers[order]
    # One sort of whole numbers is several times faster than a stable one of places.
    packed = np.sort(numbers << _PLACE_BITS | np.arange(len(numbers)))
    return packed & _PLACE_MASK, packed >> _PLACE_BITS
