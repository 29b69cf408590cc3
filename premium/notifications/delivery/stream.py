"""Messages of notices to their users' open pages.

Best effort, because what is told is kept all the same.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from premium.notifications.model import PostedNotice, StreamMessage
from premium.observability import logger
from premium.streams.service import Streams

QUIET_SECONDS = 1.0
"""Seconds for which a user without open connections is not looked up again.

Most users have no open page.
"""
_WAITING = 2_000
_AT_ONCE = 4
_KNOWN = 50_000


class StreamedNotices:
    """Sends each notice's message to whoever listens to its channel.

    Without streams it does nothing.
    """

    def __init__(self, streams: Streams | None) -> None:
        self._streams = streams
        self._quiet: OrderedDict[tuple[UUID, str], float] = OrderedDict()
        self._waiting: asyncio.Queue[tuple[UUID, StreamMessage]] = asyncio.Queue(_WAITING)
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="streams")

    def add(self, notices: Iterable[PostedNotice]) -> None:
        """Send the notices' messages soon; what there is no room for is left out."""
        if self._streams is None:
            return
        for notice in notices:
            if notice.stream is None:
                continue
            try:
                self._waiting.put_nowait((notice.user_id, notice.stream))
            except asyncio.QueueFull:
                logger.warning("notices were not streamed: too many wait")
                return

    async def send_for_ever(self) -> None:
        """Send messages as they come, a few side by side."""
        await asyncio.gather(*(self._one_after_another() for _ in range(_AT_ONCE)))

    async def drain(self) -> None:
        """Send the messages that wait now."""
        while not self._waiting.empty():
            await self._publish(*self._waiting.get_nowait())

    async def _one_after_another(self) -> None:
        while True:
            await self._publish(*await self._waiting.get())

    async def _publish(self, user_id: UUID, message: StreamMessage) -> None:
        if time.monotonic() - self._quiet.get((user_id, message.channel), float("-inf")) < QUIET_SECONDS:
            return
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, self._send, user_id, message)
        except Exception:
            logger.exception("a notice was not streamed", user_id=str(user_id))

    def _send(self, user_id: UUID, message: StreamMessage) -> None:
        if self._streams is None:
            return  # `send` leaves everything out then
        if self._streams.connections.listening(user_id, message.channel):
            self._streams.publish(user_id, message.channel, {"type": message.type, "data": message.data})
            return
        self._quiet[user_id, message.channel] = time.monotonic()
        while len(self._quiet) > _KNOWN:
            self._quiet.popitem(last=False)
