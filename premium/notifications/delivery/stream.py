"""Messages of notices to their users' open pages.

Best effort, because what is told is kept all the same.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from premium.notifications.model import PostedNotice, StreamMessage
from premium.observability import logger
from premium.streams.service import Streams

_A_LISTENER = 200
"""Messages that wait for one user's channel: a flood of one user leaves room for all others."""
_LISTENERS = 20_000
_AT_ONCE = 4
Listener = tuple[UUID, str]
"""A user and a channel."""


class StreamedNotices:
    """Sends each notice's message to whoever listens to its channel.

    Users take turns, and for all that waits for one his connections are looked up once: after it came, so that who
    subscribed before it hears it. Without streams it does nothing.
    """

    def __init__(self, streams: Streams | None) -> None:
        self._streams = streams
        self._waiting: dict[Listener, deque[StreamMessage]] = {}
        self._turns: asyncio.Queue[Listener] = asyncio.Queue()
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="streams")

    def add(self, notices: Iterable[PostedNotice]) -> None:
        """Send the notices' messages soon; what there is no room for is left out."""
        left_out = sum(
            not self._wait((notice.user_id, notice.stream.channel), notice.stream)
            for notice in notices if notice.stream is not None and self._streams is not None
        )  # fmt: skip
        if left_out:
            logger.warning("notices were not streamed: too many wait", notices=left_out)

    async def send_for_ever(self) -> None:
        """Send messages as they come, a few users' side by side."""
        await asyncio.gather(*(self._one_after_another() for _ in range(_AT_ONCE)))

    async def drain(self) -> None:
        """Send the messages that wait now."""
        while not self._turns.empty():
            await self._publish(self._turns.get_nowait())

    def _wait(self, listener: Listener, message: StreamMessage) -> bool:
        line = self._waiting.get(listener)
        if line is None:
            if len(self._waiting) >= _LISTENERS:
                return False
            line = self._waiting[listener] = deque()
            self._turns.put_nowait(listener)
        if len(line) >= _A_LISTENER:
            return False
        line.append(message)
        return True

    async def _one_after_another(self) -> None:
        while True:
            await self._publish(await self._turns.get())

    async def _publish(self, listener: Listener) -> None:
        """Send what waits for one.

        What comes meanwhile waits for the user's next turn, so that order is kept.
        """
        line = self._waiting[listener]
        messages = list(line)
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, self._send, listener, messages)
        except Exception:
            logger.exception("notices were not streamed", user_id=str(listener[0]), notices=len(messages))
        for _ in messages:
            line.popleft()
        if line:
            self._turns.put_nowait(listener)
        else:
            del self._waiting[listener]

    def _send(self, listener: Listener, messages: Iterable[StreamMessage]) -> None:
        if self._streams is not None:
            bodies = [{"type": message.type, "data": message.data} for message in messages]
            self._streams.publish_all(*listener, bodies)
