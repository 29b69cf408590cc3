"""One shard in one process: its rules kept ready, its batches matched.

Everything that a batch leaves behind (events seen, alerts, deliveries, levels, cooldowns) is one transaction, so that
an event fires a rule once however often it comes. A process that stands by reads what the owner committed, so that it
can go on from there at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from uuid import UUID

from redis import Redis

from premium.alerts.matcher.memory import Changes
from premium.alerts.model import Alert
from premium.alerts.shards.ownership import ShardLost
from premium.alerts.store.batch_queue import BatchQueue
from premium.alerts.store.batches import ShardBatches, Unsplittable
from premium.alerts.store.leases import ShardLease
from premium.alerts.store.memory import MemoryStore
from premium.alerts.store.shard_rules import ShardRules
from premium.alerts.work.judge import Judge
from premium.alerts.work.shard_state import ShardState
from premium.errors import UpstreamUnavailable
from premium.observability import count, logger
from premium.storage.postgres import Database

MOST = 64
"""Batches that one transaction takes at most.

So many of the largest fit into memory. Fewer are taken where so many fail together, as by a statement's time-out.
"""
_STUCK = 3
"""Failures of one batch, by a time-out or a store that is away, after which it is divided."""
FOLLOW_SECONDS = 0.2
STAND_BY_SECONDS = 1.0
OVERLOOKED_SECONDS = 2.0
PRUNE_SECONDS = 600.0
Enqueue = Callable[[Sequence[Alert]], object]


class Shard:
    """One shard as one process serves it or stands by for it.

    Call `load` first; then `stand_by` while another process serves, and `take_over` and `step` under the lease.
    """

    def __init__(self, database: Database, redis: Redis, lease: ShardLease, shards: int, enqueue: Enqueue) -> None:
        """`enqueue` takes the deliveries of committed alerts to the notifications' queue."""
        self.lease = lease
        self._database = database
        self._batches = ShardBatches(database, lease.shard, shards)
        self._queue = BatchQueue(redis, lease.shard)
        rules, memory = ShardRules(database, lease.shard, shards), MemoryStore(database)
        self._state = ShardState(lease.shard, shards, rules, self._batches, memory)
        self._judge = Judge(self._state, self._batches, memory)
        self._enqueue = enqueue
        self._most, self._stuck = MOST, 0
        self._followed = self._swept = self._pruned = 0.0

    def load(self, alive: Callable[[], object] = lambda: None) -> None:
        """Read the rules and what was remembered of them.

        `alive` is called several times a second.
        """
        begun = time.monotonic()
        self._state.load_rules(alive)
        self._state.reload_memory(alive)
        logger.info(
            "the shard is loaded", shard=self.lease.shard, rules=len(self._state.matcher.index),
            seconds=round(time.monotonic() - begun, 1),
        )  # fmt: skip

    def stand_by(self) -> None:
        """Follow what the owner did, at most once a second."""
        if time.monotonic() - self._followed >= STAND_BY_SECONDS:
            self._go_on()
            self._followed = time.monotonic()

    def take_over(self) -> None:
        """Read what the last owner did; the lease is ours from now on."""
        self._go_on()
        self._state.load_states()
        self._settle()

    def _go_on(self) -> None:
        """Go on to where the owner is: its events first, because a changed rule begins anew after them."""
        self._state.catch_up()
        self._state.follow_rules()

    def reload_memory(self) -> None:
        """Read again what was committed: after an outage it is not known."""
        self._state.reload_memory()

    def step(self, wait_seconds: float = FOLLOW_SECONDS) -> int:
        """Wait for batches at most this long and match them.

        Return how many events; ShardLost ends it.
        """
        self._follow()
        batches = self._overlooked() or self._queue.peek(self._most, wait_seconds)
        return self._match(list(dict.fromkeys(batches))) if batches else 0

    def _follow(self) -> None:
        """Follow changed rules and renew the lease, at least five times a second."""
        if time.monotonic() - self._followed >= FOLLOW_SECONDS:
            self.lease.renew()
            if self._state.follow_rules():
                self._settle()
            self._followed = time.monotonic()

    def _settle(self) -> None:
        """Fire rules that held when they were made, which this shard learns of late.

        What showed that they held was judged before the shard knew them.
        """
        with self._database.transaction() as connection:
            self.lease.fence(connection)
            alerts = self._state.settle(connection)
        self._state.rest(alerts)
        self._tell(alerts)

    def _overlooked(self) -> list[UUID]:
        if time.monotonic() - self._swept < OVERLOOKED_SECONDS:
            return []
        self._swept = time.monotonic()
        if self._swept - self._pruned > PRUNE_SECONDS:
            self._batches.prune()
            self._pruned = self._swept
        return self._batches.overlooked(OVERLOOKED_SECONDS, self._most)

    def _match(self, batches: list[UUID]) -> int:
        """Match batches together, or one by one where they fail together; return how many events.

        One that fails alone is divided until the event is alone that fails: the others are matched.
        """
        try:
            events = self._commit(batches)
        except ShardLost:
            raise
        except UpstreamUnavailable:
            self._lighten(batches)
            raise
        except Exception as error:
            if len(batches) > 1:
                logger.exception("batches are matched one by one", batches=len(batches))
                return sum(self._match([batch]) for batch in batches)
            if halves := self._split(batches[0]):
                logger.exception("a batch is matched by halves", batch=str(batches[0]))
                return sum(self._match([half]) for half in halves)
            logger.exception("an event cannot be matched", batch=str(batches[0]))
            self._fail(batches[0], f"{type(error).__name__}: {error}")
            return 0
        self._most, self._stuck = min(MOST, self._most + 1), 0
        return events

    def _lighten(self, batches: list[UUID]) -> None:
        """Take less at a time: what takes too long fails again and again."""
        self._most = max(1, len(batches) // 2)
        self._stuck = self._stuck + 1 if len(batches) == 1 else 0
        if self._stuck >= _STUCK:
            self._stuck = 0
            with suppress(UpstreamUnavailable):
                self._split(batches[0])

    def _split(self, batch: UUID) -> list[UUID]:
        """Divide a batch; return its halves, none of one that is a single event or cannot even be read."""
        try:
            with self._database.transaction() as connection:
                self.lease.fence(connection)
                halves = self._batches.split(connection, batch)
        except (Unsplittable, ValueError):
            return []
        self._queue.remove([batch])
        return halves

    def _fail(self, batch: UUID, reason: str) -> None:
        with self._database.transaction() as connection:
            self.lease.fence(connection)
            self._batches.fail(connection, batch, reason)
        self._queue.fail(batch, reason)

    def _commit(self, batches: list[UUID]) -> int:
        try:
            with self._database.transaction() as connection:
                self.lease.fence(connection)
                taken = self._batches.take(connection, batches)
                alerts, events = self._judge.judge(connection, taken)
                # Once more: a process that waits for the row must see that we lived to the end of a long transaction.
                self.lease.fence(connection)
        except ShardLost:
            raise  # before anything was judged
        except BaseException:
            self._state.reload_memory()
            raise
        if taken:
            self._state.seen = taken[0].matched_at
        self._state.matcher.memory.changes = Changes()
        self._queue.remove(batches)
        self._tell(alerts)
        return events

    def _tell(self, alerts: Sequence[Alert]) -> None:
        """Have committed alerts delivered, and count them."""
        if not alerts:
            return
        self._enqueue(alerts)
        if fired := sum(alert.notice == "fired" for alert in alerts):
            count("AlertsTriggered", fired)
