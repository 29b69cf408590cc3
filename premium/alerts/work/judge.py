"""The transaction of a shard's batches: events seen, alerts, deliveries, and what the matcher remembers.

The matcher's own memory runs ahead of the transaction: where that fails, the memory must be read again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID, uuid4

from premium.alerts.language.earlier_events import in_present_form
from premium.alerts.language.values import Event, seconds
from premium.alerts.model import Alert, BatchRow, Firing, NewBatch
from premium.alerts.shards.cooldowns import spans_to_ask, unsuppressed
from premium.alerts.shards.moves import paired
from premium.alerts.shards.placement import shard_of
from premium.alerts.store.batches import Rows, ShardBatches, add_batch
from premium.alerts.store.events import EventKey, EventStore, Known
from premium.alerts.store.firings import record_firings, retract, revive, withdraw
from premium.alerts.store.memory import MemoryStore
from premium.alerts.store.moves import move, told_of
from premium.alerts.work.shard_state import ShardState
from premium.storage.plain import to_json

Keyed = tuple[Event, EventKey]


class Judged(NamedTuple):
    """The alerts of a transaction, and how many events it saw."""

    alerts: list[Alert]
    events: int


class Judge:
    """Matches batches of one shard within the caller's transaction."""

    def __init__(self, state: ShardState, batches: ShardBatches, memory: MemoryStore) -> None:
        self._state = state
        self._batches = batches
        self._memory = memory
        self._events = EventStore()

    def judge(self, connection: Rows, taken: Sequence[BatchRow]) -> Judged:
        """Match batches.

        An event that was taken back before it came, or with it, never fires.
        """
        batches = {batch.id: self._own_events(connection, batch) for batch in taken}
        # First: the others are compared with levels and armed rules as if a retracted event had never come.
        retractions = [e for events in batches.values() for e in events if e.get("retracts")]
        alerts = self._retract(connection, retractions)
        fresh = self._fresh(connection, batches)
        matcher = self._state.matcher
        places, slots = matcher.match([event for event, _ in fresh])
        fired = zip(matcher.ids(slots).tolist(), places.tolist(), strict=True)
        firings = [_firing(rule, *fresh[place]) for rule, place in fired]
        alerts += self._record(connection, firings, {_gone(event) for event in retractions})
        changes = matcher.memory.changes
        self._memory.save(connection, changes)
        if changes.recooled:
            self._memory.undo_cooldowns(connection, changes.recooled)
        return Judged(alerts, sum(map(len, batches.values())))

    def _record(self, connection: Rows, firings: list[Firing], gone: set[tuple[str, str]]) -> list[Alert]:
        """Record what fired, and correct what was recorded of events that are judged otherwise now."""
        withdrawn, again = list[Firing](), list[Firing]()
        for slot, event, fires in self._state.matcher.corrections.taken():
            firing = _firing(str(self._state.matcher.index.names[slot]), event, _key(event))
            if (firing.event_id, firing.chain) not in gone:
                (firings if fires else withdrawn).append(firing)
                again += [firing] if fires else []
        moves, alone = paired(firings, withdrawn)
        moved = move(connection, moves)
        alone += [one.was for one in moves if one.now.name not in moved]
        alerts = withdraw(connection, alone, datetime.now(UTC))
        new = [one for one in firings if one.name not in moved]
        new = list(self._unsuppressed(connection, new))
        if again:
            alerts += revive(connection, [one for one in new if one in again])
            new = told_of(connection, new)
        return alerts + (record_firings(connection, new) if new else [])

    def _own_events(self, connection: Rows, batch: BatchRow) -> list[Event]:
        """Return a batch's events that are this shard's.

        Those of another shard, after a change of their number, become its batch.
        """
        events = [in_present_form(event) for event in json.loads(batch.events, parse_float=Decimal)]
        strays: dict[int, list[Event]] = {}
        ours = []
        for event in events:
            shard = shard_of(event, self._state.shards)
            if shard == batch.shard == self._state.shard:
                ours.append(event)
            else:
                strays.setdefault(shard, []).append(event)
        for shard, part in strays.items():
            # Not the id of these events: a batch of that id may have been matched, before they strayed.
            add_batch(connection, NewBatch(uuid4(), shard, len(part), to_json(part)))
        if strays:
            self._batches.keep_only(connection, batch.id, ours)
        return ours

    def _fresh(self, connection: Rows, batches: Mapping[UUID, list[Event]]) -> list[Keyed]:
        """Return the events that come for the first time, and reduce their batches to these."""
        keyed = {batch: [(event, _key(event)) for event in events] for batch, events in batches.items()}
        plain = [key for pairs in keyed.values() for event, key in pairs if not event.get("retracts")]
        new = self._events.add(connection, plain) if plain else set()
        fresh: list[Keyed] = []
        for batch, pairs in keyed.items():
            # `new` also says of which copy: the first of equal ones.
            kept = [(event, key) for event, key in pairs if event.get("retracts") or _once(new, key[:3])]
            if len(kept) < len(pairs):
                self._batches.keep_only(connection, batch, [event for event, _ in kept])
            fresh += (pair for pair in kept if not pair[0].get("retracts"))
        return fresh

    def _retract(self, connection: Rows, retractions: list[Event]) -> list[Alert]:
        """Undo what the events did that the chain took back; return the alerts to retract."""
        if not retractions:
            return []
        matcher = self._state.matcher
        self._events.add(connection, [_key(event) for event in retractions])
        self._events.retract(connection, [_key(event)._replace(event_id=event["retracts"]) for event in retractions])
        matcher.retract(retractions)
        by_name = {_gone(event): event for event in retractions}
        alerts = retract(connection, list(by_name), datetime.now(UTC))
        for alert in alerts:
            event = by_name[alert.event_id, alert.chain]
            matcher.arm(str(alert.rule_id), event)
            matcher.undo_cooldown(str(alert.rule_id), event)
        matcher.memory.changes.recooled |= {str(alert.rule_id) for alert in alerts}
        return alerts

    def _unsuppressed(self, connection: Rows, firings: Sequence[Firing]) -> Sequence[Firing]:
        """Return the firings that no cooldown suppresses which other shards share."""
        cooldowns, noted = self._state.shared_cooldowns, self._state.matcher.memory.changes.fired
        if not cooldowns or not (spans := spans_to_ask(firings, cooldowns)):
            return firings
        return list(unsuppressed(firings, self._memory.fired(connection, spans), cooldowns, noted))


def moment(event: Event) -> datetime:
    """Return the event's own time."""
    return datetime.fromtimestamp(seconds(event.get("timestamp")), UTC)


def _key(event: Event) -> EventKey:
    return EventKey(str(event["event_id"]), str(event["chain"]), moment(event), str(event["kind"]))


def _gone(retraction: Event) -> tuple[str, str]:
    """Return the id and chain of the event that was taken back."""
    return str(retraction["retracts"]), str(retraction["chain"])


def _once(new: set[Known], name: Known) -> bool:
    if name not in new:
        return False
    new.discard(name)
    return True


def _firing(rule: str, event: Event, key: EventKey) -> Firing:
    return Firing(rule_id=UUID(rule), event_id=key.event_id, event_time=key.time, event=event)
