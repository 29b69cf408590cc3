"""One shard: its rules kept ready, and, while the lease is ours, its batches matched and told of.

Everything that a batch leaves behind (events seen, alerts, deliveries, levels, cooldowns) is one transaction, so that
an event fires a rule once however often it comes. A process that stands by reads what the owner committed, so that it
can go on from there at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from uuid import UUID

from redis import Redis

from premium.alerts.firing import Alert
from premium.alerts.inbox import Inbox
from premium.alerts.judging import Judging
from premium.alerts.lease import Lease, LeaseLost
from premium.alerts.loading import Loading
from premium.alerts.memory import Changes
from premium.alerts.memory_store import MemoryStore
from premium.alerts.shard_store import ShardStore
from premium.errors import UpstreamUnavailable
from premium.observability import logger
from premium.storage.postgres import Database

MOST = 64
"""Batches a transaction: a backlog of them, each as large as a function may make it, fits into memory. Fewer where so
many fail together, as when they take longer than a statement may."""
FOLLOW_SECONDS = 0.2
STAND_BY_SECONDS = 1.0
OVERLOOKED_SECONDS = 2.0
PRUNE_SECONDS = 600.0
Tell = Callable[[Sequence[Alert]], object]


class Shard:
    """Of one process: `load` first; then `stand_by` while another serves, `begin` once `lease` is claimed, `step`."""

    def __init__(self, database: Database, redis: Redis, lease: Lease, shards: int, tell: Tell) -> None:
        """`tell` takes committed alerts to the notifications' queue."""
        self.lease = lease
        self._store = ShardStore(database, lease.shard, shards)
        self._inbox = Inbox(redis, lease.shard)
        memory = MemoryStore(database)
        self._loading = Loading(self._store, memory)
        self._judging = Judging(self._store, memory, self._loading)
        self._tell = tell
        self._most = MOST
        self._followed = self._swept = self._pruned = 0.0

    def load(self, alive: Callable[[], object] = lambda: None) -> None:
        """The rules and what was remembered of them; `alive` is called several times a second."""
        begun = time.monotonic()
        self._loading.rules(alive)
        self._loading.memory(alive)
        logger.info(
            "the shard is loaded", shard=self._store.shard, rules=len(self._loading.matcher.index),
            seconds=round(time.monotonic() - begun, 1),
        )  # fmt: skip

    def stand_by(self) -> None:
        """What the owner did since, at most once a second."""
        if time.monotonic() - self._followed >= STAND_BY_SECONDS:
            self._loading.follow()
            self._loading.catch_up()
            self._followed = time.monotonic()

    def begin(self) -> None:
        """The shard is ours from now on: what its owner did last."""
        self._loading.follow()
        self._loading.catch_up()
        self._loading.states()

    def remember(self) -> None:
        """After an outage: what was committed, by us or by another."""
        self._loading.memory()

    def step(self, wait_seconds: float = FOLLOW_SECONDS) -> int:
        """Waits for batches at most this long and matches them; how many events. LeaseLost ends it."""
        self._follow()
        batches = self._overlooked() or self._inbox.look(self._most, wait_seconds)
        return self._work(list(dict.fromkeys(batches))) if batches else 0

    def _follow(self) -> None:
        """Rules as they are by now, and a sign of life; between batches, at least five times a second."""
        if time.monotonic() - self._followed >= FOLLOW_SECONDS:
            self.lease.renew()
            self._loading.follow()
            self._followed = time.monotonic()

    def _overlooked(self) -> list[UUID]:
        if time.monotonic() - self._swept < OVERLOOKED_SECONDS:
            return []
        self._swept = time.monotonic()
        if self._swept - self._pruned > PRUNE_SECONDS:
            self._store.prune()
            self._pruned = self._swept
        return self._store.overlooked(OVERLOOKED_SECONDS, self._most)

    def _work(self, batches: list[UUID]) -> int:
        try:
            events = self._commit(batches)
        except LeaseLost:
            raise
        except UpstreamUnavailable:
            self._most = max(1, len(batches) // 2)
            raise
        except Exception as error:
            if len(batches) > 1:
                logger.exception("batches are matched one by one", batches=len(batches))
                return sum(self._work([batch]) for batch in batches)
            logger.exception("a batch cannot be matched", batch=str(batches[0]))
            reason = f"{type(error).__name__}: {error}"
            self._bury(batches[0], reason)
            return 0
        self._most = min(MOST, self._most + 1)
        return events

    def _bury(self, batch: UUID, reason: str) -> None:
        with self._store.transaction() as connection:
            self.lease.fence(connection)
            self._store.fail(connection, batch, reason)
        self._inbox.bury(batch, reason)

    def _commit(self, batches: list[UUID]) -> int:
        try:
            with self._store.transaction() as connection:
                self.lease.fence(connection)
                taken = self._store.take(connection, batches)
                alerts, events = self._judging.judge(connection, taken)
                # Once more: who waits for the row must see that we were alive to the end of a long transaction.
                self.lease.fence(connection)
        except LeaseLost:
            raise  # before anything was judged
        except BaseException:
            self._loading.memory()
            raise
        if taken:
            self._loading.seen = taken[0].matched_at
        self._loading.matcher.memory.changes = Changes()
        self._inbox.remove(batches)
        self._tell(alerts)
        return events
