"""Cooldowns of all rules at once: which pairs of a batch fire.

Nearly all events come in their order. For those a rule's last firing and its newest candidate are enough, and both are
columns; the candidates themselves are only written down. A rule whose event comes late has its own made into a list
(`cooldown`), which judges it among its neighbours.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from premium.alerts.language.values import Event
from premium.alerts.matcher.columns.arrays import Bools, Floats, Ints, Objects, Slots
from premium.alerts.matcher.cooldown import Candidate, Cooling
from premium.alerts.matcher.levels.moment import Moment, name_order
from premium.alerts.matcher.levels.past import WINDOW

NEVER = -math.inf
_MOST = 1_000_000
"""Candidates that are kept: of more, suppressed ones from before the newest half are forgotten."""
_FEW = 16
"""Rules below which one after the other is faster than all at once."""
Flip = tuple[int, Event, bool]
"""A slot, an event from before, and whether that fires its rule now."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Events, each with the slot of a rule that it would fire."""

    slots: Slots
    times: Floats
    events: Objects

    def at(self, places: Ints) -> Pairs:
        """Return the pairs at some places."""
        return Pairs(self.slots[places], self.times[places], self.events[places])

    def moment(self, place: int) -> Moment:
        """Return the event of one place at its time."""
        return Moment(float(self.times[place]), self.events[place])


@dataclass(frozen=True, slots=True)
class _Run:
    """Candidates sorted by slot and then by event; a younger run has the higher number."""

    number: int
    pairs: Pairs
    fires: Bools

    def __len__(self) -> int:
        return len(self.fires)


class Cooldowns:
    """The candidates of all rules, by slot."""

    def __init__(self) -> None:
        self._exact: dict[int, Cooling] = {}
        self._last, self._newest = np.full(0, NEVER), np.full(0, NEVER)
        self._since = np.zeros(0, np.int64)
        """The number of the first run whose candidates are not in the slot's list."""
        self._runs: list[_Run] = []
        self._number = 0

    def forget(self, slot: int) -> None:
        """Forget a rule."""
        if slot < len(self._last):
            self._exact.pop(slot, None)
            self._last[slot] = self._newest[slot] = NEVER
            self._since[slot] = self._number

    def cool(self, slot: int, fired: Iterable[float]) -> None:
        """Set the times at which a rule fired; -inf is none."""
        self._make_room(slot + 1)
        self._since[slot] = self._number
        self._set(slot, Cooling(fired))

    def recall(self, slot: int, fired: Iterable[float]) -> None:
        """Set when a rule fired, unless its candidates say the same and more."""
        times = list(fired)
        if not (self.knows(slot) and self.of(slot).agrees(times)):
            self.cool(slot, times)

    def forget_others(self, slots: Iterable[int]) -> None:
        """Forget the candidates of all rules but these."""
        known = np.flatnonzero(self._newest > NEVER)
        for slot in np.setdiff1d(known, np.fromiter(slots, np.int64)).tolist():
            self.forget(slot)

    def knows(self, slot: int) -> bool:
        """Return whether a rule has candidates."""
        return slot < len(self._newest) and bool(self._newest[slot] > NEVER)

    def last(self, slots: Slots) -> Floats:
        """Return when rules fired last, -inf where they never did."""
        return self._last[slots]

    def of(self, slot: int) -> Cooling:
        """Return one rule's candidates as a list.

        `put_back` is to follow a change of it.
        """
        self._make_room(slot + 1)
        self._list(np.array([slot], np.int32))
        return self._exact[slot]

    def put_back(self, slot: int) -> None:
        """Take over what a rule's list says now."""
        self._set(slot, self._exact[slot])

    def admit(self, pairs: Pairs, cooling: Slots) -> tuple[Bools, list[Flip]]:
        """Return which pairs fire, and what that makes of events from before.

        `cooling`: seconds by slot. A time that cannot be read (NaN) is always let through.
        """
        kept = np.ones(len(pairs.slots), np.bool_)
        order = _in_order(pairs)
        if len(order) == 0:
            return kept, []
        self._make_room(int(pairs.slots[order[-1]]) + 1)
        ordered = pairs.at(order)
        late = self._late(ordered)
        kept[order] = False
        flips: list[Flip] = []
        if late.any():
            fires, flips = self._judge(ordered.at(np.flatnonzero(late)), cooling)
            kept[order[late]] = fires
        fresh = np.flatnonzero(~late)
        if len(fresh):
            kept[order[fresh]] = self._append(ordered.at(fresh), cooling)
        return kept, flips

    def _late(self, ordered: Pairs) -> Bools:
        """Return which pairs are of rules with an event before a known one."""
        begins = _begins(ordered.slots)
        late: Bools = (ordered.times[begins] <= self._newest[ordered.slots[begins]])[np.cumsum(begins) - 1]
        return late

    def _judge(self, ordered: Pairs, cooling: Slots) -> tuple[Bools, list[Flip]]:
        """Judge pairs among all that is known of their rules."""
        self._list(np.unique(ordered.slots))
        fires, flips = np.zeros(len(ordered.slots), np.bool_), []
        for place, slot in enumerate(ordered.slots.tolist()):
            fires[place], others = self._exact[slot].admit(ordered.moment(place), int(cooling[slot]))
            flips += [(slot, event, now) for event, now in others]
        for slot in np.unique(ordered.slots).tolist():
            self.put_back(slot)
        return fires, flips

    def _append(self, ordered: Pairs, cooling: Slots) -> Bools:
        """Judge pairs after all that is known of their rules; write them down."""
        starts = np.flatnonzero(_begins(ordered.slots))
        ends = np.append(starts[1:], len(ordered.slots))
        rules = ordered.slots[starts]
        fires, self._last[rules] = _by_turns(ordered.times, starts, ends, self._last[rules], cooling[rules])
        self._newest[rules] = ordered.times[ends - 1]
        self._runs.append(_Run(self._number, ordered, fires))
        self._number += 1
        while len(self._runs) > 1 and 2 * len(self._runs[-1]) >= len(self._runs[-2]):
            self._merge(cooling)
        return fires

    def _merge(self, cooling: Slots) -> None:
        """Make one run of the youngest two, without what no late event can need."""
        older, younger = self._runs[-2:]
        pairs = Pairs(*(np.concatenate((getattr(older.pairs, name), getattr(younger.pairs, name)))
                        for name in ("slots", "times", "events")))  # fmt: skip
        fires = np.concatenate((older.fires, younger.fires))
        listed = np.repeat([older.number, younger.number], [len(older), len(younger)]) < self._since[pairs.slots]
        oldest = self._newest[pairs.slots] - WINDOW
        needed = (pairs.times >= oldest) | (fires & (pairs.times >= oldest - cooling[pairs.slots]))
        alive = np.flatnonzero(needed & ~listed)
        if len(alive) > _MOST:
            newest = np.partition(pairs.times[alive], -_MOST // 2)[-_MOST // 2]
            alive = alive[fires[alive] | (pairs.times[alive] >= newest)]
        # Both are sorted, and of one slot all of the older one come first.
        alive = alive[np.argsort(pairs.slots[alive], kind="stable")]
        self._runs[-2:] = [_Run(self._number, pairs.at(alive), fires[alive])]
        self._number += 1

    def _list(self, slots: Slots) -> None:
        """Bring the lists of some rules up to all that was written down of them."""
        for slot in slots.tolist():
            self._exact.setdefault(slot, Cooling())
        for run in self._runs:
            wanted = slots[self._since[slots] <= run.number]
            low, high = np.searchsorted(run.pairs.slots, wanted), np.searchsorted(run.pairs.slots, wanted, "right")
            for slot, start, end in zip(wanted.tolist(), low.tolist(), high.tolist(), strict=True):
                self._exact[slot].extend(
                    Candidate(moment.order, moment.event, fires=bool(run.fires[place]))
                    for place in range(start, end) for moment in [run.pairs.moment(place)]
                )  # fmt: skip
        self._since[slots] = self._number

    def _set(self, slot: int, cooling: Cooling) -> None:
        self._exact[slot] = cooling
        self._last[slot] = NEVER if cooling.last is None else cooling.last
        self._newest[slot] = cooling.newest

    def _make_room(self, count: int) -> None:
        extra = count - len(self._last)
        if extra > 0:
            extra += count // 4 + 64
            self._last = np.concatenate((self._last, np.full(extra, NEVER)))
            self._newest = np.concatenate((self._newest, np.full(extra, NEVER)))
            self._since = np.concatenate((self._since, np.zeros(extra, np.int64)))


def _in_order(pairs: Pairs) -> Ints:
    """Return the places of pairs with a time, by slot and then by event."""
    places = np.flatnonzero(~np.isnan(pairs.times))
    places = places[np.lexsort((pairs.times[places], pairs.slots[places]))]
    slots, times = pairs.slots[places], pairs.times[places]
    same = (slots[1:] == slots[:-1]) & (times[1:] == times[:-1])
    if not same.any():
        return places
    tied = np.zeros(len(places), np.bool_)
    tied[1:] |= same
    tied[:-1] |= same
    names = np.zeros(len(places), np.int64)
    events = {id(event): name_order(event) for event in pairs.events[places[tied]].tolist()}
    ranks = {name: rank for rank, name in enumerate(sorted(set(events.values())))}
    names[tied] = [ranks[events[id(event)]] for event in pairs.events[places[tied]].tolist()]
    return places[np.lexsort((names, times, slots))]


def _begins(slots: Slots) -> Bools:
    """Return where another rule begins, of sorted slots."""
    begins = np.ones(len(slots), np.bool_)
    begins[1:] = slots[1:] != slots[:-1]
    return begins


def _by_turns(times: Floats, starts: Ints, ends: Ints, last: Floats, cooling: Slots) -> tuple[Bools, Floats]:
    """Return which events of each rule fire, and when it fired last.

    The first events of all rules are judged at once, then the second, …. Those of a rule lie from `starts` to `ends`,
    the oldest first.
    """
    fires = np.zeros(len(times), np.bool_)
    rules, at = np.arange(len(starts)), starts
    while len(rules) >= _FEW:
        now, before = times[at], last[rules]
        hits = now - before >= cooling[rules]
        fires[at], last[rules] = hits, np.where(hits, now, before)
        more = at + 1 < ends[rules]
        rules, at = rules[more], at[more] + 1
    for rule, place in zip(rules.tolist(), at.tolist(), strict=True):
        latest, pause = float(last[rule]), int(cooling[rule])
        for number, time in enumerate(times[place : ends[rule]].tolist(), place):
            if time - latest >= pause:
                fires[number], latest = True, time
        last[rule] = latest
    return fires, last
