"""Tell when a month's usage reaches 80, 95 and 100 percent of a quota.

Level p is reached with `100 n >= p q`, exactly; each once, in order, all that one step passes. An event with an id
counts once.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from premium.money import EXACT

LEVELS = (80, 95, 100)
"""Percent of the quota."""


class Used(NamedTuple):
    """Units that were used; an event with an id may come twice."""

    id: Hashable | None
    units: Decimal


class Reached(NamedTuple):
    """A level, and the event (from 0) that reached it."""

    event: int
    percent: int


def reached(total: Decimal, quota: Decimal) -> tuple[int, ...]:
    """Return the levels that a total has reached, ascending."""
    return tuple(level for level in LEVELS if EXACT.multiply(100, total) >= EXACT.multiply(level, quota))


def metered(events: Iterable[Used], quota: Decimal | None) -> tuple[Decimal, list[Reached]]:
    """Return the total, and the levels as they were reached."""
    total, told, found = Decimal(0), 0, list[Reached]()
    for index, units in _counted(events):
        total = EXACT.add(total, units)
        levels = () if quota is None else reached(total, quota)
        found += [Reached(index, percent) for percent in levels[told:]]
        told = max(told, len(levels))
    return total, found


def _counted(events: Iterable[Used]) -> Iterator[tuple[int, Decimal]]:
    seen = set[Hashable]()
    for index, event in enumerate(events):
        if event.id is not None and event.id in seen:
            continue
        seen.add(event.id)
        yield index, event.units
