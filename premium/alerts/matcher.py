"""Events in, firings out: the index finds whom an event can fire, this decides exactly whom it does.

A level rule fires on every event for which its conditions hold. An edge rule fires when they hold and did not hold for
the previous event of the series (`premium.alerts.series`); where nothing is known of before, they count as not having
held. With a hysteresis the rule, once fired, is re-armed when the level has gone back past its threshold by that much.
A cooldown suppresses firings within it, before or after in event time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from premium.alerts.catalogue import OCCURRENCES
from premium.alerts.columns import Batch, column_of
from premium.alerts.evaluate import Event, all_hold, relaxed
from premium.alerts.index import RuleIndex
from premium.alerts.rule import Rule
from premium.alerts.search import Search, Slots
from premium.alerts.series import Previous, Series
from premium.alerts.thresholds import Ints

_SLOT_BITS = 32
_SLOT_MASK = (1 << _SLOT_BITS) - 1


class Matcher:
    """One shard: its rules and the state of its series. Not thread-safe: one consumer owns it."""

    def __init__(self, rules: Iterable[Rule] = (), *, stateless: bool = False) -> None:
        """stateless: every rule fires on every event for which it holds."""
        self.index = RuleIndex(rules)
        self.series = {kind: Series(kind, index.codes) for kind, index in self.index.kinds.items()}
        self._stateless = stateless
        self._fired: dict[int, float] = {}
        self._disarmed: set[tuple[int, int]] = set()

    def put(self, rule: Rule) -> None:
        """Adds or replaces a rule; the next batch sees it. What it remembered is forgotten."""
        self.forget(rule.id)
        self.index.put(rule)

    def forget(self, rule_id: str) -> bool:
        """Removes a rule; False if there is none."""
        slot = self.index.slots.get(rule_id)
        if slot is not None:
            self._fired.pop(slot, None)
            self._disarmed = {one for one in self._disarmed if one[0] != slot} if self._disarmed else self._disarmed
        return self.index.remove(rule_id)

    def match(self, events: Sequence[Event]) -> tuple[Ints, Slots]:
        """Places of events and slots of the rules that they fire, by place and then by slot."""
        found_events: list[Ints] = [np.zeros(0, np.int64)]
        found_slots: list[Slots] = [np.zeros(0, np.int32)]
        for kind, places in _by_kind(events).items():
            if kind in self.index.kinds:
                same = events if len(places) == len(events) else [events[place] for place in places]
                batch = Batch(kind, same, self.index.kinds[kind].codes)
                at, slots = self._match_kind(batch)
                found_events.append(np.asarray(places, np.int64)[at])
                found_slots.append(slots)
        all_events, all_slots = np.concatenate(found_events), np.concatenate(found_slots)
        # One sort of whole numbers is several times faster than one by two keys.
        packed = np.sort((all_events << _SLOT_BITS) | all_slots)
        return packed >> _SLOT_BITS, (packed & _SLOT_MASK).astype(np.int32)

    def ids(self, slots: Slots) -> NDArray[np.object_]:
        """The ids of the rules in these slots."""
        # Names lie in an array of their own: to reach them through a million rules costs a cache miss more for each.
        found: NDArray[np.object_] = self.index.names[slots]
        return found

    def _match_kind(self, batch: Batch) -> tuple[Ints, Slots]:
        series = self.series[batch.kind]
        previous = series.look(batch) if self._keeps_levels(batch.kind) else None
        events, slots = [np.zeros(0, np.int64)], [np.zeros(0, np.int32)]
        for pairs in Search(self.index, series, batch, previous).pairs():
            fires = self._judged(batch, pairs.open_events, pairs.open_slots, previous)
            events += [pairs.events, pairs.open_events[fires]]
            slots += [pairs.slots, pairs.open_slots[fires]]
        if previous is not None:
            series.keep(batch, previous)
        return self._cooled(batch, np.concatenate(events), np.concatenate(slots))

    def _keeps_levels(self, kind: str) -> bool:
        """Occurrences tell no level: theirs are kept only while some rule asks for their edges."""
        return not self._stateless and (kind not in OCCURRENCES or self.index.edges[kind] > 0)

    def _judged(self, batch: Batch, events: Ints, slots: Slots, previous: Previous | None) -> Ints:
        """Which of the pairs fire, before the cooldown, each by the exact comparison; in order of the events."""
        rules, fires = self.index.rules, []
        order = np.argsort(events, kind="stable")
        for place, at, slot in zip(order.tolist(), events[order].tolist(), slots[order].tolist(), strict=True):
            rule = rules[slot]
            assert rule is not None  # noqa: S101 - the index holds only rules that are there
            if self._fires(rule, slot, batch, at, previous):
                fires.append(place)
        return np.array(fires, np.int64)

    def _fires(self, rule: Rule, slot: int, batch: Batch, at: int, previous: Previous | None) -> bool:
        event = batch.events[at]
        holds = all_hold(rule.conditions, event)
        if previous is None or not rule.edge:
            return holds
        if not previous.judged[at]:
            return False
        before = self.series[batch.kind].before(batch, previous, at)
        if rule.hysteresis is not None:
            return self._armed_and_holds(rule, (slot, int(previous.numbers[at])), event, before, holds=holds)
        return holds and (before is None or not all_hold(rule.conditions, before))

    def _armed_and_holds(
        self, rule: Rule, key: tuple[int, int], event: Event, before: Event | None, *, holds: bool
    ) -> bool:
        if not all_hold(relaxed(rule), event):
            self._disarmed.discard(key)
            return False
        fires = holds and key not in self._disarmed and (before is None or not all_hold(rule.conditions, before))
        if holds:
            self._disarmed.add(key)
        return fires

    def _cooled(self, batch: Batch, events: Ints, slots: Slots) -> tuple[Ints, Slots]:
        if self._stateless or not self.index.cooling:
            return events, slots
        cooled = np.flatnonzero(np.isin(slots, np.fromiter(self.index.cooling, np.int32)))
        kept = np.ones(len(slots), np.bool_)
        for place in cooled[np.lexsort((slots[cooled], events[cooled]))].tolist():
            kept[place] = self._warm(int(slots[place]), float(batch.times[events[place]]))
        return events[kept], slots[kept]

    def _warm(self, slot: int, time: float) -> bool:
        """Whether the rule's cooldown lets it fire at `time`; an event without a time is let through."""
        rule, last = self.index.rules[slot], self._fired.get(slot)
        assert rule is not None  # noqa: S101 - as in _decide
        if last is not None and abs(time - last) < rule.cooldown:
            return False
        self._fired[slot] = time if last is None or time > last else last
        return True


def _by_kind(events: Sequence[Event]) -> dict[str, Sequence[int]]:
    kinds = column_of(events, "kind")
    if kinds and isinstance(kinds[0], str) and kinds.count(kinds[0]) == len(kinds):
        return {kinds[0]: range(len(events))}
    places: dict[str, list[int]] = {}
    for place, kind in enumerate(kinds):
        if isinstance(kind, str):
            places.setdefault(kind, []).append(place)
    return dict(places)
