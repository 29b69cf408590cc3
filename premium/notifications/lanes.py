"""Lanes: what one destination may occupy, so that a slow or dead one delays no other."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from premium.neighbours import CircuitBreaker, StateListener

AT_ONCE = 8
WAITING = 1_000
WAIT_SECONDS = 20.0
"""With one attempt's ten seconds well inside of a claim's minute."""
REST_SECONDS = 5.0
"""Of an open breaker: several probes within the repeats of one delivery."""
_KNOWN = 10_000


class Full(Exception):
    """No turn came in time: the delivery goes back, untried."""


@dataclass
class Lane:
    """One destination's turns, and its breaker."""

    breaker: CircuitBreaker
    turns: asyncio.Semaphore
    inside: int = field(default=0)
    """Those who wait and those who have a turn."""


class Lanes:
    """By name. `on_change` hears of providers' breakers, whose names have no space; users' servers are too many."""

    def __init__(
        self,
        *,
        at_once: int = AT_ONCE,
        waiting: int = WAITING,
        wait_seconds: float = WAIT_SECONDS,
        rest: float = REST_SECONDS,
        on_change: StateListener | None = None,
    ) -> None:
        self._at_once, self._most, self._wait = at_once, at_once + waiting, wait_seconds
        self._rest, self._on_change = rest, on_change
        self._lanes: OrderedDict[str, Lane] = OrderedDict()

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[CircuitBreaker]:
        """The lane's breaker, once it is our turn; Full when it will not be soon."""
        lane = self._lane(name)
        if lane.inside >= self._most:
            raise Full(name)
        lane.inside += 1
        try:
            await self._queue(lane, name)
            try:
                yield lane.breaker
            finally:
                lane.turns.release()
        finally:
            lane.inside -= 1

    async def _queue(self, lane: Lane, name: str) -> None:
        try:
            async with asyncio.timeout(self._wait):
                await lane.turns.acquire()
        except TimeoutError:
            raise Full(name) from None

    def _lane(self, name: str) -> Lane:
        lane = self._lanes.get(name)
        if lane is None:
            listener = None if " " in name else self._on_change
            lane = Lane(CircuitBreaker(name, rest=self._rest, on_change=listener), asyncio.Semaphore(self._at_once))
            self._lanes[name] = lane
            self._forget_idle()
        self._lanes.move_to_end(name)
        return lane

    def _forget_idle(self) -> None:
        """The longest unused first; a forgotten breaker starts closed."""
        while len(self._lanes) > _KNOWN:
            name, oldest = next(iter(self._lanes.items()))
            if oldest.inside:
                return
            del self._lanes[name]
