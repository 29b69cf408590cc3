"""The matcher: the index finds which rules an event can fire, this decides exactly.

A level rule fires on every event for which its conditions hold. An edge rule fires when they hold and did not hold for
the previous event of the series (`levels.series`); where none is known, they count as not having held. With a
hysteresis the rule, once fired, is armed again when the level has gone back past its threshold by that much. A cooldown
suppresses firings within it, before or after in event time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from premium.alerts.language.catalogue import OCCURRENCES
from premium.alerts.language.evaluation import all_hold, disarms
from premium.alerts.language.rule import Rule
from premium.alerts.language.values import Event, seconds
from premium.alerts.matcher.columns.arrays import Ints, Slots
from premium.alerts.matcher.columns.batch import Batch, column_of, texts
from premium.alerts.matcher.columns.codes import Codes
from premium.alerts.matcher.index.rule_index import RuleIndex
from premium.alerts.matcher.levels.series import Predecessors, Series
from premium.alerts.matcher.memory import Memory, series_name
from premium.alerts.matcher.search import Search

_SLOT_BITS = 32
_SLOT_MASK = (1 << _SLOT_BITS) - 1


class Matcher:
    """The rules of a shard and the state of its series; not thread-safe."""

    def __init__(self, rules: Iterable[Rule] = (), *, stateless: bool = False, remember: bool = False) -> None:
        """`stateless`: rules fire whenever they hold; `remember`: changes are kept for a store."""
        self.index = RuleIndex(rules)
        self._kinds = Codes()
        for kind in self.index.kinds:
            self._kinds.add(kind)
        self._stateless = stateless
        self._remember = remember
        self.forget_all()

    def forget_all(self) -> None:
        """Forget all events; the rules stay."""
        self.series = {kind: Series(kind, index.codes) for kind, index in self.index.kinds.items()}
        self.memory = Memory()

    def put(self, rule: Rule) -> None:
        """Add or replace a rule; the next batch sees it, and its memory is forgotten."""
        self.forget(rule.id)
        self.index.put(rule)

    def forget(self, rule_id: str) -> bool:
        """Remove a rule; return False if there is none."""
        slot = self.index.slots.get(rule_id)
        if slot is not None:
            self.memory.forget(slot)
        return self.index.remove(rule_id)

    def replay(self, events: Sequence[Event]) -> None:
        """Let earlier events become the past again; nothing fires."""
        for batch, _ in self._batches(events):
            self.series[batch.kind].keep(batch, self.series[batch.kind].look(batch))

    def retract(self, retractions: Sequence[Event]) -> None:
        """Set levels back to before the events that the chain took back."""
        for batch, _ in self._batches(retractions):
            if not self._keeps_levels(batch.kind):
                continue
            for back, newest in self.series[batch.kind].retract(batch):
                self.memory.changes.levels[batch.kind, series_name(batch.kind, back)] = newest

    def arm(self, rule_id: str, event: Event) -> None:
        """Arm a rule with a hysteresis again: the event that disarmed it was retracted."""
        slot = self.index.slots.get(rule_id)
        if slot is not None:
            self.memory.arm(slot, rule_id, series_name(str(event["kind"]), event), armed=True)

    def undo_cooldown(self, rule_id: str, event: Event) -> None:
        """Undo the cooldown that began with a retracted event."""
        slot = self.index.slots.get(rule_id)
        if slot is not None:
            self.memory.undo_cooldown(slot, seconds(event.get("timestamp")))

    def restore(self, levels: Sequence[Event]) -> None:
        """Set the newest events of series, unless replayed events know more."""
        for batch, _ in self._batches(levels):
            self.series[batch.kind].restore(batch)

    def match(self, events: Sequence[Event]) -> tuple[Ints, Slots]:
        """Return the places of events and the slots of rules that they fire.

        Sorted by place and then slot.
        """
        found_events: list[Ints] = [np.zeros(0, np.int64)]
        found_slots: list[Slots] = [np.zeros(0, np.int32)]
        for batch, places in self._batches(events):
            at, slots = self._match_kind(batch)
            found_events.append(at if places is None else places[at])
            found_slots.append(slots)
        all_events, all_slots = np.concatenate(found_events), np.concatenate(found_slots)
        # One sort of whole numbers is several times faster than one by two keys.
        packed = np.sort((all_events << _SLOT_BITS) | all_slots)
        return packed >> _SLOT_BITS, (packed & _SLOT_MASK).astype(np.int32)

    def ids(self, slots: Slots) -> NDArray[np.object_]:
        """Return the ids of the rules in slots."""
        # Names lie in an array of their own: to reach them through a million rules costs a cache miss more for each.
        found: NDArray[np.object_] = self.index.names[slots]
        return found

    def _batches(self, events: Sequence[Event]) -> Iterator[tuple[Batch, Ints | None]]:
        """Yield the events of each kind, and their places unless all are of one kind."""
        numbers = self._kinds.of(texts(column_of(events, "kind")))
        for number, (kind, index) in enumerate(self.index.kinds.items()):
            places = np.flatnonzero(numbers == number)
            if len(places) == len(events) > 0:
                yield Batch(kind, events, index.codes), None
            elif len(places):
                yield Batch(kind, [events[place] for place in places.tolist()], index.codes), places

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
        if previous is not None and self._remember:
            levels = {(batch.kind, series_name(batch.kind, one)): one for one in series.last(previous.numbers)}
            self.memory.changes.levels.update(levels)
        return self._cooled(batch, np.concatenate(events), np.concatenate(slots))

    def _keeps_levels(self, kind: str) -> bool:
        """Return whether levels of a kind are kept.

        Those of occurrences are while a rule asks for their edges.
        """
        return not self._stateless and (kind not in OCCURRENCES or self.index.edges[kind] > 0)

    def _judged(self, batch: Batch, events: Ints, slots: Slots, previous: Predecessors | None) -> Ints:
        """Return which of the open pairs fire by exact comparison, in order of the events."""
        fires = []
        order = np.argsort(events, kind="stable")
        for place, at, slot in zip(order.tolist(), events[order].tolist(), slots[order].tolist(), strict=True):
            if self._fires(self.index.rule(slot), slot, batch, at, previous):
                fires.append(place)
        return np.array(fires, np.int64)

    def _fires(self, rule: Rule, slot: int, batch: Batch, at: int, previous: Predecessors | None) -> bool:
        event = batch.events[at]
        holds = all_hold(rule.conditions, event)
        if previous is None or not rule.edge:
            return holds
        if not previous.judged[at]:
            return False
        before = self.series[batch.kind].before(batch, previous, at)
        begins = holds and (before is None or not all_hold(rule.conditions, before))
        return begins if rule.hysteresis is None else self._armed(rule, slot, batch, at, previous) and begins

    def _armed(self, rule: Rule, slot: int, batch: Batch, at: int, previous: Predecessors) -> bool:
        """Return whether the rule was armed at the event's time.

        What the event makes of it is remembered.
        """
        older, younger = self.series[batch.kind].around(batch, previous, at)
        if any(disarms(rule, event) is not None for event in younger):
            verdicts = (disarms(rule, event) for event in older)
            return not next((verdict for verdict in verdicts if verdict is not None), False)
        name, now = series_name(rule.kind, batch.events[at]), disarms(rule, batch.events[at])
        armed = not self.memory.is_disarmed(slot, name)
        if now is not None:
            self.memory.arm(slot, rule.id, name, armed=not now)
        return armed

    def _cooled(self, batch: Batch, events: Ints, slots: Slots) -> tuple[Ints, Slots]:
        """Return the pairs that no cooldown suppresses."""
        if self._stateless or not self.index.cooled[batch.kind]:
            return events, slots
        cooled = np.flatnonzero(self.index.cooling[slots])
        kept = np.ones(len(slots), np.bool_)
        for place in cooled[np.lexsort((slots[cooled], events[cooled]))].tolist():
            slot, time = int(slots[place]), float(batch.times[events[place]])
            kept[place] = self.memory.admit(slot, self.index.names[slot], int(self.index.cooling[slot]), time)
        return events[kept], slots[kept]
