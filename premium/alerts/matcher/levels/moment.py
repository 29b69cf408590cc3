"""The place of an event in its series: by its own time, whenever it came."""

from __future__ import annotations

from typing import NamedTuple

from premium.alerts.language.values import Event

Order = tuple[float, int, str]
"""A place among the events of a series: time, and then id."""


class Moment(NamedTuple):
    """An event at its own time, in seconds since 1970."""

    time: float
    event: Event

    @property
    def order(self) -> Order:
        """Return the place in the series.

        Of events of one time the id decides, a shorter one first, as counters do.
        """
        return (self.time, *name_order(self.event))


class Revisit(NamedTuple):
    """An event that was judged before, and has another predecessor now."""

    event: Event
    before: Event | None
    """What stood before it when it was judged."""
    now: Event | None


def name_order(event: Event) -> tuple[int, str]:
    """Return the order of an event's id: the same whichever of two events comes first."""
    name = str(event.get("event_id", event.get("id")))
    return len(name), name
