"""Cooldowns of rules: which of their firings count.

Those that lie a cooldown or more behind the one before.

The outcome is that of the events' own times, whenever they came: candidates that are suppressed are kept too, for as
long as a late one may come before the firing that suppressed them.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from premium.alerts.language.values import Event
from premium.alerts.matcher.levels.moment import Moment, Order
from premium.alerts.matcher.levels.past import WINDOW

_MOST = 512
"""Candidates of a rule: of more, suppressed ones from before the newest half are forgotten."""


_SAME = 1e-5
"""Seconds by which a time may differ that was stored in whole microseconds."""


@dataclass(slots=True)
class Candidate:
    """An event that fires a rule but for its cooldown; None where unknown."""

    order: Order
    event: Event | None
    fires: bool


class Cooling:
    """The candidates of one rule, in the order of their events."""

    __slots__ = ("_known", "_last", "_named")

    def __init__(self, fired: Iterable[float] = ()) -> None:
        """Take the times at which it fired.

        As far back as a late event may need them; -inf is none.
        """
        times = sorted(set(fired) - {-math.inf})
        self._known = [Candidate((time, 0, ""), None, fires=True) for time in times]
        self._last = times[-1] if times else None
        self._named = times[-1] if times else -math.inf

    @property
    def last(self) -> float | None:
        """Return the time of the last firing."""
        return self._last

    @property
    def newest(self) -> float:
        """Return the time of the newest candidate, -inf where there is none."""
        return self._known[-1].order[0] if self._known else -math.inf

    def agrees(self, fired: Iterable[float]) -> bool:
        """Return whether the candidates fired at these times, as far back as both are known."""
        if not self._known:
            return False
        times = sorted(time for time in fired if time > self._known[0].order[0] - _SAME)
        theirs = times[:1] + [now for before, now in pairwise(times) if now - before > _SAME]
        since = theirs[0] - _SAME if theirs else -math.inf
        mine = [one.order[0] for one in self._known if one.fires and one.order[0] > since]
        return len(mine) == len(theirs) and all(abs(a - b) < _SAME for a, b in zip(mine, theirs, strict=True))

    def extend(self, judged: Iterable[Candidate]) -> None:
        """Add candidates that were judged already and come after all others."""
        for one in judged:
            self._known.append(one)
            if one.fires:
                self._last = one.order[0]

    def admit(self, moment: Moment, cooldown: int) -> tuple[bool, list[tuple[Event, bool]]]:
        """Return whether an event fires.

        Also which events before it fire, or fire no more, because of it.
        """
        one = Candidate(moment.order, moment.event, fires=False)
        if not self._known or one.order > self._known[-1].order:
            one.fires = self._last is None or moment.time - self._last >= cooldown
            if one.fires:
                self._last = moment.time
            self._known.append(one)
            self._trim(cooldown)
            return one.fires, []
        if self._is_before_history(moment, cooldown):
            return False, []
        place = bisect_right(self._known, one.order, key=lambda each: each.order)
        self._known.insert(place, one)
        changed = list(self._judge(place, cooldown))
        return one.fires, [(each.event, each.fires) for each in changed if each is not one and each.event is not None]

    def withdraw(self, moment: Moment, cooldown: int) -> tuple[bool, list[tuple[Event, bool]]]:
        """Take an event back.

        Return whether it had fired, and which events fire, or do not, in its place.
        """
        place = bisect_left(self._known, moment.order, key=lambda each: each.order)
        if place == len(self._known) or self._known[place].order != moment.order:
            place = next((at for at, one in enumerate(self._known)
                          if one.event is None and one.order[0] == moment.time), -1)  # fmt: skip
        if place < 0:
            return False, []
        had_fired = self._known.pop(place).fires
        changed = self._judge(place, cooldown)
        return had_fired, [(each.event, each.fires) for each in changed if each.event is not None]

    def _judge(self, place: int, cooldown: int) -> Iterator[Candidate]:
        """Judge the candidates from a place on; yield those that change."""
        before = next((at for at in range(place - 1, -1, -1) if self._known[at].fires), None)
        last = None if before is None else self._known[before].order[0]
        for at in range(place, len(self._known)):
            one = self._known[at]
            fires = last is None or one.order[0] - last >= cooldown
            if fires and one.fires:
                return  # what follows it depends on nothing before it
            if fires:
                last = one.order[0]
            if fires is not one.fires:
                one.fires = fires
                yield one
        self._last = last

    def _is_before_history(self, moment: Moment, cooldown: int) -> bool:
        """Return whether a firing of the history follows within the cooldown, which stands."""
        if moment.time > self._named:
            return False
        return any(one.event is None and 0 <= one.order[0] - moment.time < cooldown for one in self._known)

    def _trim(self, cooldown: int) -> None:
        """Forget what no late event can need."""
        oldest = self._known[-1].order[0] - WINDOW
        if self._known[0].order[0] < oldest - cooldown:
            self._known = [one for one in self._known
                           if one.order[0] >= oldest or (one.fires and one.order[0] >= oldest - cooldown)]  # fmt: skip
        if len(self._known) > _MOST:
            half = len(self._known) - _MOST // 2
            self._known = [one for at, one in enumerate(self._known) if at >= half or one.fires]
