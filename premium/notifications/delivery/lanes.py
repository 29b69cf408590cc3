"""Lanes: they bound what one destination, one user and one host may occupy.

So a slow, dead or limited one delays no other.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from premium.neighbours import CircuitBreaker, StateListener, Throttled
from premium.notifications.channels.adapter import Full, Way
from premium.notifications.delivery.turns import FairTurns
from premium.notifications.model import REST_SECONDS

HOST_AT_ONCE = 48
"""Of all users at one server, and of a provider."""
USER_AT_ONCE = 8
"""Of one user at one server, and at a provider."""
WAITING = 500
"""At one host, of a provider too: more are put off."""
WAIT_SECONDS = 20.0
"""With one attempt's ten seconds well inside of a claim's minute."""
_KNOWN = 20_000
_LIMITED_USERS = 3
"""So many users' lanes that are limited in a row: then it is the host that is."""
_HOST_REST = 5.0


class Held(Exception):
    """The destination, or its host, has asked us to wait: `wait` more seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.wait = wait


@dataclass
class Lane:
    """The turns of one destination or host, its breaker, and its rest."""

    breaker: CircuitBreaker
    turns: FairTurns
    inside: int = field(default=0)
    """Those who wait and those who have a turn."""
    until: float = field(default=0.0)
    limited: set[UUID] = field(default_factory=set)
    """Users whose lanes it has limited since it last took something."""

    def hold(self, until: float) -> None:
        """Leave it alone until then, or longer where it said so before."""
        self.until = max(self.until, until)


class Lanes:
    """The lanes by name.

    `on_change` hears of providers' breakers, whose names have no space; users' servers are too many.
    """

    def __init__(
        self,
        *,
        at_once: int = HOST_AT_ONCE,
        a_user: int = USER_AT_ONCE,
        waiting: int = WAITING,
        wait_seconds: float = WAIT_SECONDS,
        rest: float = REST_SECONDS,
        on_change: StateListener | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._at_once, self._a_user = at_once, a_user
        self._most, self._wait = at_once + waiting, wait_seconds
        self._rest, self._on_change, self._clock = rest, on_change, clock
        self._lanes: OrderedDict[str, Lane] = OrderedDict()

    @asynccontextmanager
    async def turn(self, way: Way, user: UUID) -> AsyncIterator[CircuitBreaker]:
        """Wait for our turn in the lane and at the host.

        Gives the breaker of whoever may fail here; Full when the turn will not come soon, Held while we are to wait.
        """
        host = self._lane(way.host, lambda: FairTurns(self._at_once, self._a_user))
        lane = self._lane(way.lane, lambda: FairTurns(way.at_once))
        if max(host.inside, lane.inside) >= self._most:
            raise Full(way.lane)
        self._check(lane, host)
        async with (
            self._inside(host),
            self._inside(lane),
            self._taken(lane, user, ""),
            self._taken(host, user, way.lane),
        ):
            self._check(lane, host)
            yield host.breaker if way.is_provider else lane.breaker

    def limited(self, way: Way, user: UUID, limit: Throttled, wait: float) -> None:
        """Leave a lane alone that asked for it.

        Its host too, where the limit is for all.
        """
        now = self._clock()
        lane, host = self._lanes.get(way.lane), self._lanes.get(way.host)
        if lane is not None:
            lane.hold(now + wait)
        if host is None:
            return
        host.limited.add(user)
        if limit.everywhere:
            host.hold(now + wait)
        elif len(host.limited) >= _LIMITED_USERS:
            host.limited.clear()
            host.hold(now + min(wait, _HOST_REST))

    def taken(self, way: Way, pause: float | None) -> None:
        """Note that something was accepted, and for how long its lane takes no more."""
        lane, host = self._lanes.get(way.lane), self._lanes.get(way.host)
        if host is not None:
            host.limited.clear()
        if lane is not None and pause:
            lane.hold(self._clock() + pause)

    def _check(self, *lanes: Lane) -> None:
        wait = max(lane.until for lane in lanes) - self._clock()
        if wait > 0:
            raise Held(wait)

    @asynccontextmanager
    async def _inside(self, lane: Lane) -> AsyncIterator[None]:
        lane.inside += 1
        try:
            yield
        finally:
            lane.inside -= 1

    @asynccontextmanager
    async def _taken(self, lane: Lane, user: UUID, name: str) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._wait):
                await lane.turns.take(user, name)
        except TimeoutError:
            raise Full(lane.breaker.name) from None
        try:
            yield
        finally:
            lane.turns.give_back(user)

    def _lane(self, name: str, turns: Callable[[], FairTurns]) -> Lane:
        lane = self._lanes.get(name)
        if lane is None:
            listener = None if " " in name else self._on_change
            lane = Lane(CircuitBreaker(name, rest=self._rest, on_change=listener), turns())
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
