"""The system's resolver, with a time-out of its own and a bound for each user.

A look-up cannot be stopped, whatever becomes of who asked: so it has a thread of its own, each name is asked once at a
time, and a user whose name servers hang has few threads of all.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from ipaddress import ip_address
from typing import Any
from uuid import UUID

from premium.notifications.channels.adapter import Full
from premium.notifications.destinations import Address

RESOLVE_SECONDS = 3.0
A_USER = 4
MOST = 256

Resolve = Callable[[str, int], Awaitable[list[Address]]]
asking: ContextVar[UUID | None] = ContextVar("asking", default=None)
"""The user for whom a name is looked up; whoever sends says so."""


class Resolver:
    """Looks names up, each in a thread that nobody waits for longer than `seconds`."""

    def __init__(self, *, seconds: float = RESOLVE_SECONDS, a_user: int = A_USER, most: int = MOST) -> None:
        self._seconds, self._a_user, self._most = seconds, a_user, most
        self._under_way: dict[tuple[str, int], asyncio.Future[Any]] = {}
        self._of_users: Counter[UUID | None] = Counter()
        self._something_ended = asyncio.Event()

    async def __call__(self, host: str, port: int) -> list[Address]:
        """Return every address of the name, in the resolver's order.

        OSError where there is none, or none in time; Full, and nothing was asked, where the user has too many look-ups
        under way.
        """
        looked_up = self._under_way.get((host, port)) or await self._begun(host, port, asking.get())
        try:
            async with asyncio.timeout(self._seconds):
                found = await asyncio.shield(looked_up)
        except TimeoutError:
            raise socket.gaierror(socket.EAI_AGAIN, "the name server does not answer") from None
        # An IPv6 address may carry a scope: `fe80::1%eth0`.
        return [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]

    async def _begun(self, host: str, port: int, user: UUID | None) -> asyncio.Future[Any]:
        """Start a look-up as soon as there is room for one of this user's."""
        try:
            async with asyncio.timeout(self._seconds):
                while len(self._under_way) >= self._most or self._of_users[user] >= self._a_user:
                    self._something_ended.clear()
                    await self._something_ended.wait()
        except TimeoutError:
            raise Full("look-ups") from None
        if (same := self._under_way.get((host, port))) is not None:
            return same
        looked_up = asyncio.get_running_loop().create_future()
        self._under_way[host, port] = looked_up
        self._of_users[user] += 1
        looked_up.add_done_callback(lambda done: self._ended(host, port, user, done))
        threading.Thread(target=_look_up, args=(host, port, looked_up), name="resolver", daemon=True).start()
        return looked_up

    def _ended(self, host: str, port: int, user: UUID | None, done: asyncio.Future[Any]) -> None:
        self._under_way.pop((host, port), None)
        self._of_users[user] -= 1
        if not self._of_users[user]:
            del self._of_users[user]
        self._something_ended.set()
        if not done.cancelled():
            done.exception()  # who asked may be gone: then nobody else looks at it


def _look_up(host: str, port: int, answer: asyncio.Future[Any]) -> None:
    """Ask the system, in a thread, and tell the event loop, if it is still there."""
    try:
        found, error = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), None
    except (OSError, UnicodeError) as raised:
        found, error = [], raised

    def tell() -> None:
        if not answer.done():
            answer.set_exception(error) if error else answer.set_result(found)

    with suppress(RuntimeError):  # the loop has ended
        answer.get_loop().call_soon_threadsafe(tell)
