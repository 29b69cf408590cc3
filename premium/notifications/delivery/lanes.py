"""Lanes: they bound what one destination may occupy.

So a slow or dead one delays no other.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from premium.neighbours import CircuitBreaker, StateListener
from premium.notifications.channels.adapter import Way
from premium.notifications.model import REST_SECONDS

AT_ONCE = 8
"""Of one user at one server."""
HOST_AT_ONCE = 48
"""Of all users at one server, and of a provider."""
WAITING = 1_000
WAIT_SECONDS = 20.0
"""With one attempt's ten seconds well inside of a claim's minute."""
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
    """The lanes by name.

    `on_change` hears of providers' breakers, whose names have no space; users' servers are too many.
    """

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
    async def turn(self, way: Way) -> AsyncIterator[CircuitBreaker]:
        """Wait for our turn in the lane and at the host.

        Gives the lane's breaker; Full when the turn will not come soon.
        """
        lane, host = self._lane(way.lane, is_host=way.lane == way.host), self._lane(way.host, is_host=True)
        if lane.inside >= self._most:
            raise Full(way.lane)
        async with self._inside(lane):
            if lane is host:
                yield lane.breaker
                return
            async with self._inside(host):
                yield lane.breaker

    @asynccontextmanager
    async def _inside(self, lane: Lane) -> AsyncIterator[None]:
        lane.inside += 1
        try:
            await self._queue(lane)
            try:
                yield
            finally:
                lane.turns.release()
        finally:
            lane.inside -= 1

    async def _queue(self, lane: Lane) -> None:
        try:
            async with asyncio.timeout(self._wait):
                await lane.turns.acquire()
        except TimeoutError:
            raise Full(lane.breaker.name) from None

    def _lane(self, name: str, *, is_host: bool) -> Lane:
        lane = self._lanes.get(name)
        if lane is None:
            listener = None if " " in name else self._on_change
            turns = asyncio.Semaphore(HOST_AT_ONCE if is_host else self._at_once)
            lane = Lane(CircuitBreaker(name, rest=self._rest, on_change=listener), turns)
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
