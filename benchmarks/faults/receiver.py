"""Users' web servers in one thread: one is well, the other does as it is told."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Mapping
from typing import Literal, NamedTuple

Mood = Literal["well", "slow", "limits"]
SLOW_SECONDS = 9.0
RETRY_AFTER = 3


class Received(NamedTuple):
    """One webhook that was answered with 200."""

    user: str
    event: str
    delivery: str
    at: float


class Receiver:
    """`/others-…` always answers 200; `/sufferer/…` is slow or says 429 while its mood is such."""

    def __init__(self) -> None:
        self.mood: Mood = "well"
        self.received: list[Received] = []
        self.port = 0
        started = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve(started)), daemon=True).start()
        started.wait(10)

    def url(self, user: str) -> str:
        return f"http://127.0.0.1:{self.port}/{user}/hook"

    async def _serve(self, started: threading.Event) -> None:
        server = await asyncio.start_server(self._converse, "127.0.0.1", 0, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await server.serve_forever()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin1").split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
                await reader.readexactly(int(headers.get("content-length", 0)))
                user = lines[0].split("/")[1]
                writer.write(await self._answer(user, headers))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, user: str, headers: Mapping[str, str]) -> bytes:
        mood = self.mood if user == "sufferer" else "well"
        if mood == "limits":
            return f"HTTP/1.1 429 Slow\r\nRetry-After: {RETRY_AFTER}\r\nContent-Length: 0\r\n\r\n".encode()
        if mood == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        event, delivery = (headers.get(f"x-premium-{name}-id", "") for name in ("event", "delivery"))
        self.received.append(Received(user, event, delivery, time.time()))
        return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
