"""Buckets, which bound the requests a second to one chain.

Of all processes together, or of one alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol

from redis.exceptions import RedisError

from premium.observability import logger

if TYPE_CHECKING:
    from redis import Redis

WINDOW_SECONDS = 1.1
"""In which no more than the rate is granted: a tenth more than a second.

Requests differ in how long they are on their way.
"""
_ALONE = 4
"""Without Redis a process takes a quarter of the rate: so many processes ask one chain at once, seldom more."""
_PAUSE_SECONDS = 5.0
"""A Redis that did not answer is not waited for again at once."""

_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local tokens, rate, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
local there = redis.call('ZCARD', KEYS[1])
local at = now
if there > 0 then
  at = math.max(now, tonumber(redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2]))
end
local over = there + tokens - rate
if over > 0 then
  at = math.max(at, tonumber(redis.call('ZRANGE', KEYS[1], over - 1, over - 1, 'WITHSCORES')[2]) + window)
end
local number = redis.call('INCRBY', KEYS[2], tokens)
for each = 1, tokens do
  redis.call('ZADD', KEYS[1], string.format('%.0f', at), number - each)
end
redis.call('PEXPIRE', KEYS[1], math.ceil((at - now + window) / 1000) + 1000)
redis.call('PEXPIRE', KEYS[2], math.ceil((at - now + window) / 1000) + 1000)
return string.format('%.0f', at - now)
"""
"""Grants tokens, at once or at the first instant before which a window has room; answers in how many microseconds.

KEYS: the instants that were granted, a counter that names them. ARGV: tokens, rate, the window in microseconds. Those
who wait are in the order in which they asked, since their instants are granted at once.
"""


class Bucket(Protocol):
    """Who grants requests to a chain."""

    async def take(self, tokens: int = 1) -> None:
        """Return when so many requests may be sent."""
        ...


class TokenBucket:
    """Holds `rate` tokens and gains as many a second, for one process.

    Who takes more than are there waits for their return.
    """

    def __init__(
        self,
        rate: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._rate, self._clock, self._sleep = rate, clock, sleep
        self._tokens, self._at = rate, clock()

    async def take(self, tokens: int = 1) -> None:
        """Return when the tokens are ours.

        The balance goes below zero at once, so that waiters keep their order.
        """
        now = self._clock()
        self._tokens = min(self._rate, self._tokens + (now - self._at) * self._rate) - tokens
        self._at = now
        if self._tokens < 0:
            await self._sleep(-self._tokens / self._rate)


class SharedBucket:
    """Grants at most `rate` requests to a chain in any window.

    To all processes that share a Redis.
    """

    def __init__(self, chain: str, redis: Redis, rate: int) -> None:
        self._chain, self._rate = chain, rate
        self._keys = (f"requests:{{{chain}}}", f"requests:{{{chain}}}:count")
        self._script = redis.register_script(_TAKE)
        self._alone, self._ask_again = TokenBucket(rate / _ALONE), 0.0

    async def take(self, tokens: int = 1) -> None:
        """Return when the tokens are ours; without Redis a small bucket of this process decides."""
        if time.monotonic() >= self._ask_again:
            try:
                await asyncio.sleep(await asyncio.to_thread(self._take, min(tokens, self._rate)))
            except RedisError as error:
                self._ask_again = time.monotonic() + _PAUSE_SECONDS
                reason = type(error).__name__
                logger.warning("requests are counted by this process alone", chain=self._chain, reason=reason)
            else:
                return
        await self._alone.take(tokens)

    def _take(self, tokens: int) -> float:
        answer: Any = self._script(keys=self._keys, args=(tokens, self._rate, int(WINDOW_SECONDS * 1_000_000)))
        return int(answer) / 1_000_000
