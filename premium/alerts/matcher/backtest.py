"""The back test: what rules would have fired on events of the past."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import NamedTuple

import numpy as np

from premium.alerts.language.lines import event_id
from premium.alerts.language.values import Event
from premium.alerts.matcher.columns.arrays import Ints, Slots
from premium.alerts.matcher.matcher import Matcher

BATCH = 10_000


class BacktestFiring(NamedTuple):
    """A rule and the event that would have fired it."""

    rule_id: str
    event_id: str


class Backtest:
    """Fires rules as a shard does.

    An event id counts once; one that the chain took back never counts, nor is it a level any more.
    """

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._seen: set[str] = set()
        self._fired: dict[str, list[tuple[str, Event]]] = {}
        """Rules with a hysteresis or a cooldown and the event that fired them, by its id."""
        self._remembering = matcher.index.with_hysteresis()
        self._remembering |= matcher.index.cooling[: len(self._remembering)] > 0

    def run(self, events: Iterable[Event]) -> Iterator[list[BacktestFiring]]:
        """Yield firings batch by batch, in the order of events and then rules."""
        fresh = (event for event in events if self._is_new(event))
        for are_retractions, some in groupby(fresh, key=_retracts):
            while batch := list(islice(some, BATCH)):
                if are_retractions:
                    self._retract(batch)
                else:
                    yield self._match(batch)

    def _is_new(self, event: Event) -> bool:
        identity = event_id(event)
        if identity in self._seen:
            return False
        self._seen.add(identity)
        if _retracts(event):
            self._seen.add(event["retracts"])  # where it is still to come, it comes too late
        return True

    def _match(self, batch: list[Event]) -> list[BacktestFiring]:
        places, slots = self._matcher.match(batch)
        self._remember(batch, places, slots)
        return _firings(self._matcher, batch, places, slots)

    def _remember(self, batch: list[Event], places: Ints, slots: Slots) -> None:
        kept = np.flatnonzero(self._remembering[slots])
        for at, rule in zip(places[kept].tolist(), self._matcher.ids(slots[kept]).tolist(), strict=True):
            self._fired.setdefault(event_id(batch[at]), []).append((rule, batch[at]))

    def _retract(self, batch: list[Event]) -> None:
        self._matcher.retract(batch)
        for retraction in batch:
            for rule, event in self._fired.pop(retraction["retracts"], ()):
                self._matcher.arm(rule, event)
                self._matcher.undo_cooldown(rule, event)


def compare(matcher: Matcher, events: Iterable[Event]) -> Iterator[list[BacktestFiring]]:
    """Yield the firings of each event on its own, by a stateless matcher.

    They come in the same order.
    """
    plain = (event for event in events if not _retracts(event))
    while batch := list(islice(plain, BATCH)):
        yield _firings(matcher, batch, *matcher.match(batch))


def _retracts(event: Event) -> bool:
    return bool(event.get("retracts"))


def _firings(matcher: Matcher, batch: list[Event], places: Ints, slots: Slots) -> list[BacktestFiring]:
    order = np.lexsort((matcher.index.ranks[slots], places))
    names = matcher.ids(slots[order]).tolist()
    return [BacktestFiring(name, event_id(batch[at])) for name, at in zip(names, places[order].tolist(), strict=True)]
