"""Take counts out of Redis, and keep them until they are in their table.

A resident does so each second, the drain each minute. What a batch is called is drawn in Redis: kept by two, or twice,
it is kept once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from premium.metering.store import JournalStore, Look
from premium.metering.usage import PENDING
from premium.observability import logger, observe

if TYPE_CHECKING:
    from redis import Redis

    from premium.storage.postgres import Database

_BATCHES = "usage:taken"
"""Not the name of the release before, whose drain may still be under way."""
_EPOCH = "usage:epoch"
"""What Redis forgets with the counts: another one than the last look's says that they are lost."""
_SET_ASIDE = """
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('RENAME', KEYS[1], KEYS[2])
  redis.call('SADD', KEYS[3], KEYS[2])
end
"""
"""In one step: a batch that was renamed and not registered would be found by nobody."""


class UsageJournal:
    """What is between Redis (database 2) and the table `usage`.

    Safe to run twice, at once, and after a crash.
    """

    def __init__(self, redis: Redis, database: Database, point: Callable[[str], object] = lambda _: None) -> None:
        """Take the stores; `database` is by the worker's role.

        `point` is told how far it is; a test may end it there.
        """
        self._redis, self._point = redis, point
        self.store = JournalStore(database)

    def keep(self, now: datetime) -> int:
        """Take out what Redis has counted; return how many requests that were.

        An error of either store leaves it where it is, for the next look.
        """
        epoch = self._epoch()
        self._redis.eval(_SET_ASIDE, 3, PENDING, f"usage:taken:{uuid4()}", _BATCHES)
        self._point("set_aside")
        batches = {name: self._counts(name) for name in sorted(map(_text, self._redis.smembers(_BATCHES)))}
        before = self.store.keep({name: counts for name, counts in batches.items() if counts}, epoch, now)
        self._point("kept")
        for name in batches:
            self._redis.delete(name)
            self._redis.srem(_BATCHES, name)
        if before is not None and before.epoch != epoch:
            _tell_loss(before, now)
        return sum(sum(counts.values()) for counts in batches.values())

    def _epoch(self) -> str:
        self._redis.set(_EPOCH, str(uuid4()), nx=True)
        return _text(self._redis.get(_EPOCH) or b"?")

    def _counts(self, batch: str) -> dict[str, int]:
        return {_text(field): int(n) for field, n in self._redis.hgetall(batch).items()}


def _tell_loss(before: Look, now: datetime) -> None:
    """Tell of a Redis that lost what it had counted since the last look."""
    seconds = max(0.0, ((before.missed_at or now) - before.looked_at).total_seconds())
    logger.error("Redis lost counts of requests", seconds_at_most=seconds)
    observe("LostUsage", seconds, "Seconds")


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
