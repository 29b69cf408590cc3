"""Levels of series: the newest event of each, and its history.

An event is judged against the value at its own time, whenever either came: its predecessor is the one that stands
before it in the series, by time and then by id. Where events come out of order, those that were judged before and have
another predecessor now are judged again (`Revisit`). One that is more than `WINDOW` behind its series, or older than
what is known of it, fires no edge and moves no level.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from premium.alerts.language.catalogue import SERIES
from premium.alerts.language.values import Event, field_of, seconds
from premium.alerts.matcher.columns.arrays import Bools, Floats, Ints
from premium.alerts.matcher.columns.batch import Batch, Reader, as_float, shorts
from premium.alerts.matcher.columns.codes import Codes, PairCodes
from premium.alerts.matcher.levels.moment import Moment, Revisit, name_order
from premium.alerts.matcher.levels.past import NEVER, WINDOW, Past

_PLACE_BITS = 24
_PLACE_MASK = (1 << _PLACE_BITS) - 1


@dataclass(frozen=True, slots=True)
class Predecessors:
    """Where each event's predecessor is: in the batch at `place`, or (-1) before it.

    `numbers` are the events' series, `order` the places by series and then by arrival. `special` holds the
    predecessors of events that came out of order; `judged` is False for an event that is too late for an edge.
    `rank` is the place in its series' order of each event of a series with events out of order.
    """

    numbers: Ints
    order: Ints
    times: Floats
    place: Ints
    special: dict[int, Event | None]
    judged: Bools
    rank: dict[int, int] = dataclasses.field(default_factory=dict)
    revisits: list[Revisit] = dataclasses.field(default_factory=list)
    """Events that stood there before, and have another predecessor now."""


@dataclass(frozen=True, slots=True)
class Retracted:
    """What the retraction of an event makes of its series.

    `removed` is None for one that is not kept; `newest` is what stands last now.
    """

    retraction: Event
    number: int
    removed: Moment | None
    revisit: Revisit | None
    newest: Event | None
    was_newest: bool


class Series:
    """The levels of one kind of event; for each batch call `look` first, then `keep`."""

    def __init__(self, kind: str, codes: dict[str, Codes]) -> None:
        self._fields = SERIES[kind]
        self._codes = codes
        self._pairs = [PairCodes() for _ in self._fields[1:]]
        self._last: NDArray[np.object_] = np.empty(0, np.object_)
        self._times: Floats = np.full(0, NEVER)
        self._floor: dict[int, float] = {}
        """Times before which nothing is known of a series that is older than this process."""
        self.gaps: dict[int, Event] = {}
        """Newest events that were more than a window older than those that followed them."""
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
        out = times < earlier
        out[self._tied(batch, previous, np.flatnonzero(times == earlier))] = True
        if out.any():
            self._sort_out(batch, np.unique(numbers[out]), previous)
        elif self._floor:
            self._check_floors(previous)
        return previous

    def _tied(self, batch: Batch, previous: Predecessors, places: Ints) -> list[int]:
        """Return which of the events that came with the time of the one before them stand before it by their id."""
        last = self._last[previous.numbers[places]]
        pairs = zip(places.tolist(), previous.place[places].tolist(), last.tolist(), strict=True)
        before = ((at, batch.events[inside] if inside >= 0 else outside) for at, inside, outside in pairs)
        return [at for at, one in before if name_order(batch.events[at]) < name_order(one)]

    def _check_floors(self, previous: Predecessors) -> None:
        floors = [self._floor.get(number, NEVER) for number in previous.numbers.tolist()]
        previous.judged[:] = previous.times >= np.array(floors)

    def before(self, batch: Batch, previous: Predecessors, at: int) -> Event | None:
        """Return the predecessor of one event, None where none is known."""
        inside = int(previous.place[at])
        if inside >= 0:
            return batch.events[inside]
        return previous.special[at] if at in previous.special else self._last[int(previous.numbers[at])]

    def number_of(self, event: Event, kind: str) -> int:
        """Return the number of an event's series."""
        return int(self._numbered(Batch(kind, [event], self._codes))[0])

    def after(self, number: int, moment: Moment) -> Iterator[Moment]:
        """Yield the kept events of a series that stand after a moment."""
        return self._past.after(number, moment)

    def upto(self, number: int, moment: Moment) -> Iterator[Moment]:
        """Yield the kept events of a series that stand before a moment, the newest first."""
        return self._past.upto(number, moment)

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
        if previous.rank:
            # Of one series either all events have a rank, or they came in order.
            ranks = np.array([previous.rank.get(at, at) for at in order.tolist()], np.int64)
            by_time = np.lexsort((ranks, previous.times[order], ranked))
            ranked, order = ranked[by_time], order[by_time]
        self._advance(batch, ranked, order, previous.times)
        self._past.add(ranked, previous.times[order], batch.objects[order], self._times)

    def last(self, numbers: Ints) -> Iterator[Event]:
        """Return the newest event of each of these series that has one."""
        return (event for event in self._last[np.unique(numbers)].tolist() if event is not None)

    def newest(self) -> Iterator[Moment]:
        """Yield the newest event of each series that has one."""
        pairs = zip(self._times.tolist(), self._last.tolist(), strict=True)
        return (Moment(time, event) for time, event in pairs if event is not None)

    def retract(self, batch: Batch) -> Iterator[Retracted]:
        """Remove retracted events.

        Yield what each was, and what that makes of the events behind it.
        """
        for number, time, back in zip(self._numbered(batch).tolist(), batch.times.tolist(), batch.events, strict=True):
            gone = back.get("retracts")
            removed = self._past.remove(number, time, gone)
            newest = self._last[number]
            was_newest = newest is not None and newest.get("event_id", newest.get("id")) == gone
            if was_newest:
                self._stand(number, *self._past.newest_of(number))
            if removed is None:
                yield Retracted(back, number, None, None, self._last[number], was_newest=was_newest)
                continue
            before, after = self._past.neighbours(number, removed)
            revisit = Revisit(after.event, removed.event, before and before.event) if after else None
            yield Retracted(back, number, removed, revisit, self._last[number], was_newest=was_newest)

    def _stand(self, number: int, time: float, event: Event | None) -> None:
        self._times[number], self._last[number] = time, event
        for (field, read), level in self._levels.items():
            level[number] = _read(event, field, read)

    def restore(self, batch: Batch, earlier: Sequence[Event | None], whole: Sequence[bool]) -> None:
        """Set the newest events of series, as `last` returned them.

        Unless more is known of them already.

        `earlier`: what stood before a gap of more than a window; `whole`: whether the series is so young that all of
        it is known. Of others nothing older than these is judged.
        """
        numbers, times = self._numbered(batch), self._timed(batch)
        known = self._times[numbers] > NEVER
        new = np.flatnonzero(~known)
        self._last[numbers[new]], self._times[numbers[new]] = batch.objects[new], times[new]
        new = new[np.lexsort((times[new], numbers[new]))]
        self._past.add(numbers[new], times[new], batch.objects[new], self._times)
        for at in [place for place, is_whole in enumerate(whole) if not is_whole]:
            number = int(numbers[at])
            self._floor[number] = self._past.first_time(number) if known[at] else float(times[at])
            if (event := earlier[at]) is not None and (time := seconds(event.get("timestamp"))) < self._floor[number]:
                self._past.add(np.array([number]), np.array([time]), _one(event), self._times)
                self._floor[number] = time

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

    def _sort_out(self, batch: Batch, series: Ints, previous: Predecessors) -> None:
        """Correct `previous` for series with events out of order, and find which old events are to be judged again."""
        members = np.flatnonzero(np.isin(previous.numbers, series)).tolist()
        newest = dict(zip(series.tolist(), self._times[series].tolist(), strict=True))
        sorted_: dict[int, list[tuple[Moment, int]]] = {number: [] for number in newest}
        for at in members:
            number, time = int(previous.numbers[at]), float(previous.times[at])
            previous.place[at], previous.special[at] = -1, None
            if time < max(newest[number] - WINDOW, self._floor.get(number, NEVER)):
                previous.judged[at] = False
                continue
            newest[number] = max(newest[number], time)
            sorted_[number].append((Moment(time, batch.events[at]), at))
        for number, new in sorted_.items():
            new.sort(key=lambda one: (one[0].order, one[1]))
            previous.rank.update({at: rank for rank, (_, at) in enumerate(new)})
            self._place(number, new, previous)

    def _place(self, number: int, new: Sequence[tuple[Moment, int]], previous: Predecessors) -> None:
        """Place new events of one series, in its order, among those that are kept."""
        for rank, (moment, at) in enumerate(new):
            older, younger = self._past.neighbours(number, moment)
            if rank and (older is None or new[rank - 1][0].order >= older.order):
                previous.place[at] = new[rank - 1][1]
                del previous.special[at]
            else:
                previous.special[at] = older and older.event
            is_next = rank + 1 == len(new) or (younger is not None and new[rank + 1][0].order >= younger.order)
            if younger is not None and is_next:
                previous.revisits.append(Revisit(younger.event, older and older.event, moment.event))

    def _advance(self, batch: Batch, ranked: Ints, order: Ints, times: Floats) -> None:
        last_of = np.ones(len(ranked), np.bool_)
        last_of[:-1] = ranked[1:] != ranked[:-1]
        numbers, places = ranked[last_of], order[last_of]
        fresh = times[places] >= self._times[numbers]
        for at in np.flatnonzero(times[places] == self._times[numbers]).tolist():
            fresh[at] = name_order(batch.events[int(places[at])]) >= name_order(self._last[numbers[at]])
        numbers, places = numbers[fresh], places[fresh]
        for at in np.flatnonzero(
            (times[places] - self._times[numbers] > WINDOW) & (self._times[numbers] > NEVER)
        ).tolist():
            self.gaps[int(numbers[at])] = self._last[numbers[at]]
        self._times[numbers] = times[places]
        self._last[numbers] = batch.objects[places]
        for (field, read), level in self._levels.items():
            level[numbers] = batch.numbers(field, read).floats[places]


def _read(event: Event | None, field: str, read: Reader) -> float:
    return as_float(None if event is None else read(field_of(event, field)))


def _one(event: Event) -> NDArray[np.object_]:
    made = np.empty(1, np.object_)
    made[0] = event
    return made


def _by_series(numbers: Ints) -> tuple[Ints, Ints]:
    """Return the events' places by series and then arrival, and their series in that order."""
    if len(numbers) > _PLACE_MASK:
        order = np.argsort(numbers, kind="stable")
        return order, numbers[order]
    # One sort of whole numbers is several times faster than a stable one of places.
    packed = np.sort(numbers << _PLACE_BITS | np.arange(len(numbers)))
    return packed & _PLACE_MASK, packed >> _PLACE_BITS
