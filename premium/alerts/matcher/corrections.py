"""Corrections: rules that fire, or fire no more, on events that were judged before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from premium.alerts.language.values import Event


class Correction(NamedTuple):
    """A rule, by its slot, and an event that was judged before.

    `fires`: whether it fires the rule now.
    """

    slot: int
    event: Event
    fires: bool


class Corrections:
    """What is to be corrected; of two that undo each other none is."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, str, str], Correction] = {}

    def __iter__(self) -> Iterator[Correction]:
        return iter(list(self._found.values()))

    def __len__(self) -> int:
        return len(self._found)

    def add(self, slot: int, event: Event, *, fires: bool) -> None:
        """Note that an event fires a rule, or fires it no more."""
        key = slot, str(event.get("chain", "")), str(event.get("event_id", event.get("id")))
        other = self._found.pop(key, None)
        if other is None or other.fires is fires:
            self._found[key] = Correction(slot, event, fires)

    def taken(self) -> list[Correction]:
        """Return all, and forget them."""
        found, self._found = list(self._found.values()), {}
        return found
