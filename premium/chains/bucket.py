"""A token bucket, which bounds the requests a second to one chain."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable


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
