"""A user's web server: it answers 200 to webhooks and notes when they came.

And whether they were signed. `serve` runs in a process of its own; what it is sent over the pipe makes it answer with
all that it has received.
"""

from __future__ import annotations

import asyncio
import time
from multiprocessing.connection import Connection
from typing import NamedTuple

from premium.notifications.channels.signature import HEADER, is_signed

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
_SIGNED_EACH = 100
"""One in so many signatures is checked: the server is to cost little beside what is measured."""


class Received(NamedTuple):
    delivery_id: str
    at: float
    """Unix seconds."""
    is_signed: bool


class _Conversation(asyncio.Protocol):
    """HTTP/1.1 with keep-alive, as far as our own client speaks it."""

    def __init__(self, secret: str, received: list[Received]) -> None:
        self._secret = secret
        self._received = received
        self._data = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - TCP
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._data += data
        while self._one():
            assert self._transport is not None  # noqa: S101 - data came over it
            self._transport.write(_ANSWER)

    def _one(self) -> bool:
        head, found, rest = self._data.partition(b"\r\n\r\n")
        if not found:
            return False
        lines = (line.decode().partition(": ") for line in head.split(b"\r\n")[1:])
        headers = {name.lower(): value for name, _, value in lines}
        length = int(headers["content-length"])
        if len(rest) < length:
            return False
        body, self._data = rest[:length], rest[length:]
        looked_at = len(self._received) % _SIGNED_EACH == 0
        good = not looked_at or is_signed(self._secret, headers[HEADER.lower()], body, now=int(time.time()))
        self._received.append(Received(headers["x-premium-delivery-id"], time.time(), good))
        return True


def serve(pipe: Connection, secret: str) -> None:
    """Sends its port, then everything received whenever it is asked; ends when the pipe does."""
    asyncio.run(_serve(pipe, secret))


async def _serve(pipe: Connection, secret: str) -> None:
    received: list[Received] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Conversation(secret, received), "127.0.0.1", 0, backlog=512)
    async with server:
        pipe.send(server.sockets[0].getsockname()[1])
        while await asyncio.to_thread(_asked, pipe):
            pipe.send(received)
            received.clear()


def _asked(pipe: Connection) -> bool:
    try:
        pipe.recv()
    except EOFError:
        return False
    return True
