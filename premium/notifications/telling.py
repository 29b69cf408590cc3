"""Alerts on their users' streams: best effort, because they are in the history all the same."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from premium.clock import rfc3339
from premium.notifications.dispatch import Wake
from premium.notifications.templates import text_of
from premium.observability import logger
from premium.storage.postgres import Database
from premium.streams.service import Streams

QUIET_SECONDS = 1.0
"""A user who listened to nothing a moment ago is not asked about again: most users have no open page."""
_WAITING = 2_000
_AT_ONCE = 4
_KNOWN = 50_000


class Teller:
    """`publish` of alerts to whoever listens to the channel `alerts`; without streams it does nothing."""

    def __init__(self, streams: Streams | None, database: Database) -> None:
        self._streams = streams
        self._database = database
        self._quiet: OrderedDict[UUID, float] = OrderedDict()
        self._waiting: asyncio.Queue[Wake] = asyncio.Queue(_WAITING)
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="streams")

    def tell(self, wakes: Iterable[Wake]) -> None:
        """Soon; what there is no room for is left out."""
        if self._streams is None:
            return
        for wake in wakes:
            try:
                self._waiting.put_nowait(wake)
            except asyncio.QueueFull:
                logger.warning("alerts were not streamed: too many wait")
                return

    async def tell_for_ever(self) -> None:
        await asyncio.gather(*(self._one_after_another() for _ in range(_AT_ONCE)))

    async def drain(self) -> None:
        """What waits now, told."""
        while not self._waiting.empty():
            await self._publish(self._waiting.get_nowait())

    async def _one_after_another(self) -> None:
        while True:
            await self._publish(await self._waiting.get())

    async def _publish(self, wake: Wake) -> None:
        if time.monotonic() - self._quiet.get(wake.user_id, float("-inf")) < QUIET_SECONDS:
            return
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, self._send, wake)
        except Exception:
            logger.exception("an alert was not streamed", alert_id=str(wake.id))

    def _send(self, wake: Wake) -> None:
        assert self._streams is not None  # noqa: S101 - nothing waits without streams
        if not self._streams.connections.listening(wake.user_id, "alerts"):
            self._quiet[wake.user_id] = time.monotonic()
            while len(self._quiet) > _KNOWN:
                self._quiet.popitem(last=False)
            return
        with self._database.transaction() as connection:
            row = connection.execute(_ALERT, (wake.id, wake.event_time)).fetchone()
        if row is None:
            return
        retracted = wake.notice == "retracted"
        text = text_of(
            None,
            row["event_data"],
            rule_name=row["rule_name"],
            rule_type=row["rule_type"],
            alert_id=wake.id,
            retracted=retracted,
        )
        data = {"alertId": wake.id, "ruleId": wake.rule_id, "message": text, "timestamp": rfc3339(row["triggered_at"])}
        said = {"type": "alert", "data": data | ({"retracted": True} if retracted else {})}
        self._streams.publish(wake.user_id, "alerts", said)


_ALERT = """
SELECT rule_name, rule_type, event_data, triggered_at FROM alert_history WHERE id = %s AND event_time = %s
"""
