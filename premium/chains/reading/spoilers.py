"""Remembers contracts that spoiled a call which they shared.

They are asked alone from then on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

if TYPE_CHECKING:
    from redis import Redis

KEPT_SECONDS = 7 * 24 * 3600
"""A proxy's new code may have mended it."""
MOST = 10_000
"""Of a chain; the oldest are forgotten first."""


class Spoilers:
    """The spoilers of one chain: for all processes by Redis, for this one alone without."""

    def __init__(self, chain: str, redis: Redis | None = None, clock: Callable[[], float] = time.time) -> None:
        self._name, self._redis, self._clock = f"spoilers:{chain}", redis, clock
        self._known: frozenset[str] | None = None

    async def known(self) -> frozenset[str]:
        """Return the addresses; read once, since a reader lives as long as a task."""
        if self._known is None:
            self._known = await asyncio.to_thread(self._read)
        return self._known

    async def add(self, targets: Iterable[str]) -> None:
        """Remember more of them."""
        new = frozenset(targets) - await self.known()
        if new:
            self._known = await self.known() | new
            await asyncio.to_thread(self._write, new)

    def _read(self) -> frozenset[str]:
        if self._redis is None:
            return frozenset()
        try:
            found = self._redis.zrangebyscore(self._name, self._clock(), "+inf")
        except RedisError:
            return frozenset()
        return frozenset(each.decode() for each in found)  # type: ignore[union-attr] # of a synchronous client

    def _write(self, new: frozenset[str]) -> None:
        if self._redis is None:
            return
        try:
            with self._redis.pipeline() as pipe:
                pipe.zadd(self._name, dict.fromkeys(new, self._clock() + KEPT_SECONDS))
                pipe.zremrangebyrank(self._name, 0, -MOST - 1)
                pipe.expire(self._name, KEPT_SECONDS)
                pipe.execute()
        except RedisError:
            return
