"""Whether rules with a hysteresis are armed, at each moment of their series.

A rule is disarmed by an event for which it holds, and armed again by one beyond the hysteresis. Only the events that
change that are kept, as points of its state, so that a late event finds what it was at its own time.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping

from premium.alerts.matcher.levels.moment import Order
from premium.alerts.matcher.levels.past import WINDOW

_ALWAYS: Order = (-math.inf, 0, "")
Points = list[tuple[Order, bool]]
"""From each place on, whether the rule is disarmed."""


class Arming:
    """The points of all rules, by series and slot."""

    def __init__(self) -> None:
        self._points: dict[str, dict[int, Points]] = {}
        self._series: dict[int, set[str]] = {}

    def forget(self, slot: int) -> None:
        """Forget a rule."""
        for series in self._series.pop(slot, ()):
            self._points[series].pop(slot, None)

    def restore(self, disarmed: Mapping[int, set[str]]) -> None:
        """Set the series for which rules are disarmed; all others are armed.

        Points that were replayed stay where they end in that state.
        """
        known = [(slot, series) for slot, names in self._series.items() for series in names]
        for slot, series in known:
            if self.is_disarmed(slot, series) is not (series in disarmed.get(slot, ())):
                self._of(slot, series).clear()
        for slot, names in disarmed.items():
            for series in names:
                if not (points := self._of(slot, series)):
                    points.append((_ALWAYS, True))

    def is_disarmed(self, slot: int, series: str, order: Order | None = None) -> bool:
        """Return whether a rule is disarmed now, or right before a place in its series."""
        points = self._points.get(series, {}).get(slot, [])
        place = len(points) if order is None else bisect_left(points, order, key=lambda one: one[0])
        return points[place - 1][1] if place else False

    def knows(self, slot: int, series: str, order: Order) -> bool:
        """Return whether a point before a place says what the rule's state is there."""
        points = self._points.get(series, {}).get(slot, [])
        return bool(points) and _ALWAYS < points[0][0] < order

    def put(self, slot: int, series: str, order: Order, *, disarmed: bool) -> None:
        """Set a rule's state from a place on, up to the next point."""
        points = self._of(slot, series)
        place = bisect_right(points, order, key=lambda one: one[0])
        if place and points[place - 1][0] == order:
            points[place - 1] = (order, disarmed)
        else:
            points.insert(place, (order, disarmed))
        oldest = points[-1][0][0] - WINDOW
        while len(points) > 1 and points[1][0][0] < oldest:
            del points[0]

    def remove(self, series: str, order: Order) -> list[tuple[int, bool]]:
        """Remove the points at a place; return their slots, and the states that they set."""
        found = []
        for slot, points in self._points.get(series, {}).items():
            place = bisect_left(points, order, key=lambda one: one[0])
            if place < len(points) and points[place][0] == order:
                found.append((slot, points.pop(place)[1]))
        return found

    def arm(self, slot: int, series: str) -> None:
        """Arm a rule whose points do not reach back to the event that disarmed it."""
        points = self._points.get(series, {}).get(slot, [])
        if points and points[0][0] == _ALWAYS:
            points[0] = (_ALWAYS, False)

    def _of(self, slot: int, series: str) -> Points:
        self._series.setdefault(slot, set()).add(series)
        return self._points.setdefault(series, {}).setdefault(slot, [])
