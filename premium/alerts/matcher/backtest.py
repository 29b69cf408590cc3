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


_Name = tuple[str, str]
"""An event's id, and the chain whose id it is."""


class _Matched(NamedTuple):
    """A batch: the names of its events, the number of its first event, and its pairs of place and slot."""

    names: list[_Name]
    first: int
    places: Ints
    slots: Slots


class Backtest:
    """Fires rules as a shard does.

    An event id of a chain counts once; one that the chain took back never counts, nor is it a level any more. What a
    late event corrects is corrected, so that firings are known when all events are.
    """

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._seen: dict[_Name, int] = {}
        """Names of events, with their numbers in order of arrival."""

    def run(self, events: Iterable[Event]) -> Iterator[list[BacktestFiring]]:
        """Yield firings batch by batch, in the order of events and then rules."""
        matched = []
        fresh = (event for event in events if self._is_new(event))
        for are_retractions, some in groupby(fresh, key=_retracts):
            while batch := list(islice(some, BATCH)):
                if are_retractions:
                    self._matcher.retract(batch)
                else:
                    names = [_name(event) for event in batch]
                    matched.append(_Matched(names, self._seen[names[0]], *self._matcher.match(batch)))
        yield from self._corrected(matched)

    def _is_new(self, event: Event) -> bool:
        name = _name(event)
        if name in self._seen:
            return False
        self._seen[name] = len(self._seen)
        if _retracts(event):
            self._seen.setdefault((event["retracts"], name[1]), -1)  # where it is still to come, it comes too late
        return True

    def _corrected(self, matched: list[_Matched]) -> Iterator[list[BacktestFiring]]:
        """Yield the firings of batches, with those that others made of theirs."""
        changes = [(self._seen[_name(one.event)], one) for one in self._matcher.corrections.taken()]
        changes.sort(key=lambda change: change[0])
        at = 0
        for number, one in enumerate(matched):
            after = matched[number + 1].first if number + 1 < len(matched) else len(self._seen)
            mine = []
            while at < len(changes) and changes[at][0] < after:
                mine.append(changes[at][1])
                at += 1
            places, slots = one.places, one.slots
            if mine:
                spots = {name: place for place, name in enumerate(one.names)}
                pairs = set(zip(places.tolist(), slots.tolist(), strict=True))
                pairs |= {(spots[_name(each.event)], each.slot) for each in mine if each.fires}
                pairs -= {(spots[_name(each.event)], each.slot) for each in mine if not each.fires}
                ordered = sorted(pairs)
                places = np.array([place for place, _ in ordered], np.int64)
                slots = np.array([slot for _, slot in ordered], np.int32)
            yield _firings(self._matcher, [identity for identity, _ in one.names], places, slots)


def compare(matcher: Matcher, events: Iterable[Event]) -> Iterator[list[BacktestFiring]]:
    """Yield the firings of each event on its own, by a stateless matcher.

    They come in the same order.
    """
    plain = (event for event in events if not _retracts(event))
    while batch := list(islice(plain, BATCH)):
        yield _firings(matcher, [event_id(event) for event in batch], *matcher.match(batch))


def _name(event: Event) -> _Name:
    return event_id(event), str(event.get("chain", ""))


def _retracts(event: Event) -> bool:
    return bool(event.get("retracts"))


def _firings(matcher: Matcher, names: list[str], places: Ints, slots: Slots) -> list[BacktestFiring]:
    order = np.lexsort((matcher.index.ranks[slots], places))
    rules = matcher.ids(slots[order]).tolist()
    return [BacktestFiring(rule, names[at]) for rule, at in zip(rules, places[order].tolist(), strict=True)]
