"""What a transaction makes of its batches by the shard's matcher: events seen, alerts, deliveries, what is remembered.

The matcher's own memory runs ahead of the transaction: where that fails, the memory must be read again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from premium.alerts.firing import Alert, Firing, record_firings, retract
from premium.alerts.intake import keep
from premium.alerts.loading import Loading
from premium.alerts.memory_store import MemoryStore, Rows
from premium.alerts.shard_store import ShardStore, Taken
from premium.alerts.sharding import shard_of
from premium.alerts.times import seconds

Event = Mapping[str, Any]


class Judged(NamedTuple):
    alerts: list[Alert]
    events: int


class Judging:
    def __init__(self, store: ShardStore, memory: MemoryStore, loading: Loading) -> None:
        self._store = store
        self._memory = memory
        self._loading = loading

    def judge(self, connection: Rows, taken: Sequence[Taken]) -> Judged:
        """Retractions first: what was taken back before it came, or with it, never fires."""
        batches = {batch.id: self._ours(connection, batch) for batch in taken}
        # Before the others are judged: what they are compared with, and who is armed, is as if it had never come.
        alerts = self._take_back(connection, [e for events in batches.values() for e in events if e.get("retracts")])
        fresh = self._fresh(connection, batches)
        matcher = self._loading.matcher
        places, slots = matcher.match(fresh)
        fired = zip(matcher.ids(slots).tolist(), (fresh[place] for place in places.tolist()), strict=True)
        firings = [_firing(rule, event) for rule, event in self._once_over_the_fleet(connection, list(fired))]
        alerts += record_firings(connection, firings) if firings else []
        self._memory.save(connection, matcher.memory.changes)
        return Judged(alerts, sum(map(len, batches.values())))

    def _ours(self, connection: Rows, batch: Taken) -> list[Event]:
        """A batch's events; those of another shard, as after a change of their number, become that one's batch."""
        events: list[Event] = json.loads(batch.events, parse_float=Decimal)
        strays: dict[int, list[Event]] = {}
        ours = []
        for event in events:
            shard = shard_of(event, self._store.shards)
            if shard == batch.shard == self._store.shard:
                ours.append(event)
            else:
                strays.setdefault(shard, []).append(event)
        for shard, part in strays.items():
            # Not the id of these events: a batch of that id may have been matched, before they strayed.
            keep(connection, uuid4(), shard, part)
        if strays:
            self._store.keep_only(connection, batch.id, ours)
        return ours

    def _fresh(self, connection: Rows, batches: Mapping[UUID, list[Event]]) -> list[Event]:
        plain = [event for events in batches.values() for event in events if not event.get("retracts")]
        new = self._store.fresh(connection, [_named(event) for event in plain]) if plain else set()
        fresh: list[Event] = []
        for batch, events in batches.items():
            # `new` also says of which copy: the first of equal ones.
            kept = [event for event in events if event.get("retracts") or _once(new, _named(event)[:2])]
            if len(kept) < len(events):
                self._store.keep_only(connection, batch, kept)
            fresh += (event for event in kept if not event.get("retracts"))
        return fresh

    def _take_back(self, connection: Rows, back: list[Event]) -> list[Alert]:
        if not back:
            return []
        store, matcher = self._store, self._loading.matcher
        store.fresh(connection, [_named(event) for event in back])
        store.retract(connection, [(event["retracts"], *_named(event)[1:]) for event in back])
        matcher.take_back(back)
        by_id = {event["retracts"]: event for event in back}
        alerts = retract(connection, list(by_id), datetime.now(UTC))
        for alert in alerts:
            matcher.arm(str(alert.rule_id), by_id[alert.event_id])
            matcher.give_back(str(alert.rule_id), by_id[alert.event_id])
        if alerts:
            self._memory.give_back(connection, {str(alert.rule_id) for alert in alerts})
        return alerts

    def _once_over_the_fleet(self, connection: Rows, fired: list[tuple[str, Event]]) -> Iterator[tuple[str, Event]]:
        """Without what a cooldown suppresses that other shards share: the database knows what they fired."""
        cooldowns, changes = self._loading.fleetwide, self._loading.matcher.memory.changes
        spans: dict[str, tuple[float, float]] = {}
        for rule, event in fired if cooldowns else ():
            if rule in cooldowns:
                time, cooldown = seconds(event["timestamp"]), cooldowns[rule]
                low, high = spans.get(rule, (time, time))
                spans[rule] = (min(low, time - cooldown), max(high, time + cooldown))
        known = self._memory.fired(connection, spans) if spans else {}
        for rule, event in fired:
            if rule in known:
                time = seconds(event["timestamp"])
                if any(abs(time - other) < cooldowns[rule] for other in known[rule]):
                    continue
                known[rule].append(time)
                changes.fired[rule] = max(time, changes.fired.get(rule, time))
            yield rule, event


def moment(event: Event) -> datetime:
    """The event's own time."""
    return datetime.fromtimestamp(seconds(event.get("timestamp")), UTC)


def _named(event: Event) -> tuple[str, datetime, str]:
    return str(event["event_id"]), moment(event), str(event["kind"])


def _once(new: set[tuple[str, datetime]], name: tuple[str, datetime]) -> bool:
    if name not in new:
        return False
    new.discard(name)
    return True


def _firing(rule: str, event: Event) -> Firing:
    return Firing(rule_id=UUID(rule), event_id=str(event["event_id"]), event_time=moment(event), event=event)
