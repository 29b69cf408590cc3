"""Keep a subscription's events in their own order, and its state after each."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

from premium.billing.subscription.event import Act, Event, Key, Payment
from premium.billing.subscription.state import NOTHING, State, step


class Taken(NamedTuple):
    """What became of an event."""

    late: bool
    """Events of later were there before."""
    changed: bool
    """The subscription is another than before."""
    paid: bool
    """A payment was written down."""
    after_end: bool
    """It stands behind the subscription's end."""


class History:
    """The events of one subscription, each at its place.

    An event that comes late is put where it belongs, and what follows is told again until nothing differs from before:
    the end is that of the events in order.
    """

    def __init__(self, base: State = NOTHING) -> None:
        self._base = base
        self._keys: list[Key] = []
        self._events: list[Event] = []
        self._states: list[State] = []
        self._payments: dict[str, tuple[Key, Payment]] = {}

    @property
    def state(self) -> State:
        """The subscription after all events."""
        return self._states[-1] if self._states else self._base

    @property
    def is_tied(self) -> bool:
        """Tell whether another state of the same instant and type contradicts the newest."""
        told = [event for event in self._events if event.act is Act.STATE][-2:]
        return len(told) == 2 and told[0].key[:2] == told[1].key[:2] and told[0].snapshot != told[1].snapshot

    @property
    def newest(self) -> Key | None:
        """The place of the last event."""
        return self._keys[-1] if self._keys else None

    @property
    def payments(self) -> list[tuple[Key, Payment]]:
        """Payments by the event that first told of them."""
        return sorted(self._payments.values(), key=lambda each: each[0])

    def take(self, event: Event) -> Taken:
        """Put an event in its place; it must not be there yet."""
        place, before = bisect_left(self._keys, event.key), self.state
        known = self._states[place - 1] if place else self._base
        self._keys.insert(place, event.key)
        self._events.insert(place, event)
        self._states.insert(place, step(known, event))
        self._tell_again(place + 1)
        late = place < len(self._keys) - 1
        after_end = known.ended_at is not None and event.act is not Act.PAID
        return Taken(late, self.state != before, self._pay(event), after_end)

    def _tell_again(self, start: int) -> None:
        for place in range(start, len(self._states)):
            found = step(self._states[place - 1], self._events[place])
            if found == self._states[place]:
                return
            self._states[place] = found

    def _pay(self, event: Event) -> bool:
        if event.payment is None:
            return False
        before = self._payments.get(event.payment.id)
        if before is None or event.key < before[0]:
            self._payments[event.payment.id] = event.key, event.payment
        return before is None
