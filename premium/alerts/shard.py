"""One shard at work: follow the rules' changes, match what comes, remember it, tell who must be told.

Everything that a batch leaves behind (events seen, alerts, deliveries, levels, cooldowns) is one transaction, so that
an event fires a rule once however often it comes. The matcher's own memory runs ahead of that transaction: where it
fails, the memory is read again from what was committed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from redis import Redis

from premium.alerts.firing import Alert, Firing, record_firings, retract
from premium.alerts.inbox import Inbox
from premium.alerts.loading import Loading
from premium.alerts.memory import Changes
from premium.alerts.shard_store import LeaseLost, Rows, ShardStore
from premium.alerts.times import seconds
from premium.errors import UpstreamUnavailable
from premium.observability import logger

MOST = 200
"""Batches a transaction."""
FOLLOW_SECONDS = 0.2
OVERLOOKED_SECONDS = 2.0
PRUNE_SECONDS = 600.0
Event = Mapping[str, Any]
Tell = Callable[[Sequence[Alert]], object]


class Shard:
    """Owned by one process, which holds the shard's lease."""

    def __init__(self, store: ShardStore, redis: Redis, shards: int, tell: Tell) -> None:
        """`tell` takes committed alerts to the notifications' queue."""
        self._store = store
        self._inbox = Inbox(redis, store.shard)
        self._loading = Loading(store, shards)
        self._tell = tell
        self._followed = self._swept = self._pruned = 0.0

    def load(self) -> None:
        """The rules and what was remembered of them; the lease is kept meanwhile."""
        self._loading.rules()
        self._loading.memory()
        logger.info("the shard is loaded", shard=self._store.shard, rules=len(self._loading.matcher.index))

    def remember(self) -> None:
        """After an outage: what was committed, by us or by another."""
        self._loading.memory()

    def step(self, wait_seconds: float = FOLLOW_SECONDS) -> int:
        """Waits for batches at most this long and matches them; how many events. LeaseLost ends it."""
        self._follow()
        batches = self._overlooked() or self._inbox.look(MOST, wait_seconds)
        return self._work(list(dict.fromkeys(batches))) if batches else 0

    def _follow(self) -> None:
        """Rules as they are by now, and a sign of life; between batches, at least five times a second."""
        if time.monotonic() - self._followed >= FOLLOW_SECONDS:
            self._store.renew()
            self._loading.follow()
            self._followed = time.monotonic()

    def _overlooked(self) -> list[UUID]:
        if time.monotonic() - self._swept < OVERLOOKED_SECONDS:
            return []
        self._swept = time.monotonic()
        if self._swept - self._pruned > PRUNE_SECONDS:
            self._store.prune()
            self._pruned = self._swept
        return self._store.overlooked(OVERLOOKED_SECONDS, MOST)

    def _work(self, batches: list[UUID]) -> int:
        try:
            return self._commit(batches)
        except (LeaseLost, UpstreamUnavailable):
            raise
        except Exception as error:
            if len(batches) > 1:
                logger.exception("batches are matched one by one", batches=len(batches))
                return sum(self._work([batch]) for batch in batches)
            logger.exception("a batch cannot be matched", batch=str(batches[0]))
            reason = f"{type(error).__name__}: {error}"
            self._store.fail(batches[0], reason)
            self._inbox.bury(batches[0], reason)
            return 0

    def _commit(self, batches: list[UUID]) -> int:
        try:
            with self._store.transaction() as connection:
                self._store.fence(connection)
                taken = self._store.take(connection, batches)
                events = [event for batch in batches if batch in taken for event in read(taken[batch])]
                alerts = self._match(connection, events)
        except BaseException:
            self._loading.memory()
            raise
        self._loading.matcher.memory.changes = Changes()
        self._inbox.remove(batches)
        self._tell(alerts)
        return len(events)

    def _match(self, connection: Rows, events: list[Event]) -> list[Alert]:
        """Retractions first: what was taken back before it came, or with it, never fires."""
        store, matcher = self._store, self._loading.matcher
        taken_back = [event for event in events if event.get("retracts")]
        if taken_back:
            store.fresh(connection, [_named(event) for event in taken_back])
            store.retract(connection, [(event["retracts"], *_named(event)[1:]) for event in taken_back])
            matcher.take_back(taken_back)
        # Before the others are judged: what they are compared with, and who is armed, is as if it had never come.
        alerts = self._retract(connection, taken_back) if taken_back else []
        plain = [event for event in events if not event.get("retracts")]
        new = store.fresh(connection, [_named(event) for event in plain]) if plain else set()
        # `new` also says of which copy: the first of equal ones in a batch.
        fresh = [event for event in plain if _once(new, _named(event)[:2])]
        places, slots = matcher.match(fresh)
        rules = matcher.ids(slots).tolist()
        firings = [_firing(rule, fresh[at]) for rule, at in zip(rules, places.tolist(), strict=True)]
        alerts += record_firings(connection, firings) if firings else []
        store.save(connection, matcher.memory.changes)
        return alerts

    def _retract(self, connection: Rows, taken_back: list[Event]) -> list[Alert]:
        by_id = {event["retracts"]: event for event in taken_back}
        alerts = retract(connection, list(by_id), datetime.now(UTC))
        for alert in alerts:
            self._loading.matcher.arm(str(alert.rule_id), by_id[alert.event_id])
        return alerts


def read(text: str) -> list[Event]:
    """A batch's events, numbers as they were written."""
    events: list[Event] = json.loads(text, parse_float=Decimal)
    return events


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
