"""The matcher: the index finds which rules an event can fire, this decides exactly.

A level rule fires on every event for which its conditions hold. An edge rule fires when they hold and did not hold for
the previous event of the series (`levels.series`); where none is known, they count as not having held. With a
hysteresis the rule, once fired, is armed again when the level has gone back past its threshold by that much. A cooldown
suppresses firings within it.

All of this is by the events' own times. What fires a rule is therefore the same in whatever order events come, within
the window: an event that comes late may make another one, which was judged before, fire or not fire (`corrections`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from premium.alerts.language.catalogue import OCCURRENCES
from premium.alerts.language.evaluation import all_hold
from premium.alerts.language.rule import Rule
from premium.alerts.language.values import Event, seconds
from premium.alerts.matcher.columns.arrays import Bools, Ints, Slots
from premium.alerts.matcher.columns.batch import Batch, column_of, texts
from premium.alerts.matcher.columns.codes import Codes
from premium.alerts.matcher.cooldown_log import Pairs
from premium.alerts.matcher.corrections import Corrections
from premium.alerts.matcher.hysteresis import Hysteresis, Place
from premium.alerts.matcher.index.rule_index import RuleIndex
from premium.alerts.matcher.levels.moment import Moment, Revisit
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
        self.corrections = Corrections()
        self._pending = Corrections()
        """What a hysteresis makes of earlier events, before cooldowns."""

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

    def begin(self, rule_id: str, fired: Sequence[float]) -> None:
        """Let a new rule rest that has fired already.

        It did so on the newest events of its series.
        """
        slot = self.index.slots[rule_id]
        rule = self.index.rule(slot)
        if self.index.cooling[slot]:
            self.memory.cool(slot, fired)
            self.memory.changes.fired[rule_id] = max(fired)
        if rule.hysteresis is not None:
            for newest in self.series[rule.kind].newest():
                if all_hold(rule.conditions, newest.event):
                    name = series_name(rule.kind, newest.event)
                    self.memory.set_armed(slot, rule_id, name, newest.order, disarmed=True)

    def replay(self, events: Sequence[Event]) -> None:
        """Let earlier events become the past again; nothing fires.

        Rules that remember (by a cooldown or a hysteresis) judge them once more: what those suppressed is nowhere else.
        """
        remembers = (self.index.cooling[: self.index.used] > 0) | self.index.with_hysteresis() if events else None
        for batch, _ in self._batches(events):
            self._match_kind(batch, remembers)
        self.corrections.taken()

    def retract(self, retractions: Sequence[Event]) -> None:
        """Take back what events did that the chain took back.

        Other events that fire for it are corrections.
        """
        for batch, _ in self._batches(retractions):
            if self._keeps_levels(batch.kind):
                self._retract_levels(batch)
            if self.index.cooled[batch.kind]:
                self._retract_candidates(batch)

    def undo_cooldown(self, rule_id: str, event: Event) -> None:
        """Undo the cooldown that began with a retracted event."""
        slot = self.index.slots.get(rule_id)
        if slot is not None and (cooldown := int(self.index.cooling[slot])):
            moment = Moment(seconds(event.get("timestamp")), {"event_id": event["retracts"]})
            self._flip(slot, self.memory.withdraw(slot, rule_id, cooldown, moment)[1])

    def arm(self, rule_id: str, event: Event) -> None:
        """Arm a rule that a retracted event disarmed.

        It did so before what is remembered of the rule's points.
        """
        slot = self.index.slots.get(rule_id)
        if slot is None:
            return
        name = series_name(str(event["kind"]), event)
        was = self.memory.arming.is_disarmed(slot, name)
        self.memory.arming.arm(slot, name)
        self.memory.note_arming(slot, rule_id, name, was=was)

    def restore(self, levels: Sequence[Event], earlier: Sequence[Event | None], whole: Sequence[bool]) -> None:
        """Set the newest events of series, unless replayed events know more (`Series.restore`)."""
        for batch, places in self._batches(levels):
            chosen = range(len(levels)) if places is None else places.tolist()
            self.series[batch.kind].restore(batch, [earlier[at] for at in chosen], [whole[at] for at in chosen])

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

    def _match_kind(self, batch: Batch, only: Bools | None = None) -> tuple[Ints, Slots]:
        """Return what a batch of one kind fires; `only`: of which slots."""
        series = self.series[batch.kind]
        previous = series.look(batch) if self._keeps_levels(batch.kind) else None
        events, slots = [np.zeros(0, np.int64)], [np.zeros(0, np.int32)]
        found_pairs = Search(self.index, series, batch, previous).pairs() if only is None or only.any() else ()
        for pairs in found_pairs if only is None else (each.of(only) for each in found_pairs):
            fires = self._judged(batch, pairs.open_events, pairs.open_slots, previous)
            events += [pairs.events, pairs.open_events[fires]]
            slots += [pairs.slots, pairs.open_slots[fires]]
        if previous is not None:
            self._judge_again(batch.kind, previous.revisits)
        if previous is not None:
            series.keep(batch, previous)
        if previous is not None and self._remember:
            self._note_levels(batch.kind, previous)
        found = self._cooled(batch, np.concatenate(events), np.concatenate(slots))
        self._settle()
        return found

    def _note_levels(self, kind: str, previous: Predecessors) -> None:
        series, changes = self.series[kind], self.memory.changes
        levels = {(kind, series_name(kind, one)): one for one in series.last(previous.numbers)}
        changes.levels.update(levels)
        changes.earlier.update({(kind, series_name(kind, one)): one for one in series.gaps.values()})
        series.gaps.clear()

    def _keeps_levels(self, kind: str) -> bool:
        """Return whether levels of a kind are kept.

        Those of occurrences are while a rule asks for their edges.
        """
        return not self._stateless and (kind not in OCCURRENCES or self.index.edges[kind] > 0)

    def _judged(self, batch: Batch, events: Ints, slots: Slots, previous: Predecessors | None) -> Ints:
        """Return which of the open pairs fire by exact comparison, in order of the events."""
        fires = []
        rank = previous.rank if previous is not None else {}
        places = np.array([rank.get(at, at) for at in events.tolist()], np.int64) if rank else events
        order = np.argsort(places, kind="stable")
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
        if rule.hysteresis is None:
            return begins
        place = Place(
            int(previous.numbers[at]), Moment(float(previous.times[at]), event), before, is_late=at in previous.rank
        )
        return self._hysteresis(batch.kind).pass_by(rule, slot, place) and begins

    def _hysteresis(self, kind: str) -> Hysteresis:
        return Hysteresis(self.series[kind], self.memory, self._pending)

    def _judge_again(self, kind: str, revisits: Sequence[Revisit]) -> None:
        """Let rules without a hysteresis judge events again that have another predecessor now."""
        if not revisits or not self.index.edges[kind]:
            return
        events = [one.event for one in revisits]
        was = self._edges(kind, events, [one.before for one in revisits])
        now = self._edges(kind, events, [one.now for one in revisits])
        for at, slot in sorted(was ^ now):
            self._pending.add(slot, events[at], fires=(at, slot) in now)

    def _edges(self, kind: str, events: list[Event], before: list[Event | None]) -> set[tuple[int, int]]:
        """Return the places of events and the slots of rules without a hysteresis that they fire after others."""
        batch = Batch(kind, events, self.index.kinds[kind].codes)
        nothing = np.zeros(len(events), np.int64)
        previous = Predecessors(
            nothing, np.arange(len(events)), batch.times, nothing - 1, dict(enumerate(before)),
            np.ones(len(events), np.bool_),
        )  # fmt: skip
        found: set[tuple[int, int]] = set()
        for pairs in Search(self.index, self.series[kind], batch, previous).pairs():
            found.update(zip(pairs.events.tolist(), pairs.slots.tolist(), strict=True))
            for at, slot in zip(pairs.open_events.tolist(), pairs.open_slots.tolist(), strict=True):
                rule = self.index.rule(slot)
                if rule.hysteresis is None and self._fires(rule, slot, batch, at, previous):
                    found.add((at, slot))
        return {(at, slot) for at, slot in found if self.index.rule(slot).edge}

    def _retract_levels(self, batch: Batch) -> None:
        revisits, series = [], self.series[batch.kind]
        for gone in series.retract(batch):
            name = series_name(batch.kind, gone.retraction)
            if gone.was_newest:
                self.memory.changes.levels[batch.kind, name] = gone.newest
            if gone.removed is None:
                continue
            before = gone.revisit.now if gone.revisit else None
            for slot, disarmed in self.memory.arming.remove(name, gone.removed.order):
                place = Place(gone.number, gone.removed, before, is_late=True)
                self._hysteresis(batch.kind).take_back(self.index.rule(slot), slot, place, was=disarmed)
            revisits += [gone.revisit] if gone.revisit else []
        self._judge_again(batch.kind, revisits)
        self._settle()

    def _retract_candidates(self, batch: Batch) -> None:
        """Take back the candidates of rules with a cooldown, those that were suppressed included."""
        for pairs in Search(self.index, self.series[batch.kind], batch, None).pairs():
            events = np.concatenate((pairs.events, pairs.open_events)).tolist()
            slots = np.concatenate((pairs.slots, pairs.open_slots)).tolist()
            for at, slot in zip(events, slots, strict=True):
                if self.index.cooling[slot]:
                    self.undo_cooldown(str(self.index.names[slot]), batch.events[at])

    def _cooled(self, batch: Batch, events: Ints, slots: Slots) -> tuple[Ints, Slots]:
        """Return the pairs that no cooldown suppresses."""
        if self._stateless or not self.index.cooled[batch.kind]:
            return events, slots
        cooled = np.flatnonzero(self.index.cooling[slots])
        pairs = Pairs(slots[cooled], batch.times[events[cooled]], batch.objects[events[cooled]])
        kept = np.ones(len(slots), np.bool_)
        kept[cooled], flips = self.memory.admit_all(pairs, self.index.cooling, self.index.names)
        for slot, event, fires in flips:
            self._flip(slot, [(event, fires)])
        return events[kept], slots[kept]

    def _settle(self) -> None:
        """Take over what is pending, as far as cooldowns let it."""
        for slot, event, fires in self._pending.taken():
            cooldown, moment = int(self.index.cooling[slot]), Moment(seconds(event.get("timestamp")), event)
            if not cooldown:
                self._flip(slot, [(event, fires)])
                continue
            change = self.memory.admit if fires else self.memory.withdraw
            counts, others = change(slot, str(self.index.names[slot]), cooldown, moment)
            self._flip(slot, [(event, fires)] if counts else [])
            self._flip(slot, others)

    def _flip(self, slot: int, flips: Iterable[tuple[Event, bool]]) -> None:
        for event, fires in flips:
            self.corrections.add(slot, event, fires=fires)
