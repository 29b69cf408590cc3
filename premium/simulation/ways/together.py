"""Send what runs side by side in one request.

Plans that go step by step then need no connection each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from premium.chains.endpoint import Answer, Call
from premium.simulation.ways.port import Node

_AT_ONCE = 100
"""Calls of one request."""


class Together:
    """A node before another: calls of one turn of the loop go in one batch."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._waiting: list[tuple[Sequence[Call], asyncio.Future[list[Answer]]]] = []
        self._sender: asyncio.Task[None] | None = None

    async def batch(self, calls: Sequence[Call]) -> list[Answer]:
        """Return answers in the order of the calls, results or RpcErrors."""
        answered: asyncio.Future[list[Answer]] = asyncio.get_running_loop().create_future()
        self._waiting.append((calls, answered))
        if self._sender is None:
            self._sender = asyncio.create_task(self._send())
        return await answered

    async def _send(self) -> None:
        await asyncio.sleep(0)
        waiting, self._waiting, self._sender = self._waiting, [], None
        calls = [call for each, _ in waiting for call in each]
        try:
            answers: list[Answer] = []
            for at in range(0, len(calls), _AT_ONCE):
                answers += await self._node.batch(calls[at : at + _AT_ONCE])
        except Exception as error:  # noqa: BLE001 - whoever waits is told
            for _, answered in waiting:
                if not answered.done():
                    answered.set_exception(error)
            return
        at = 0
        for each, answered in waiting:
            if not answered.done():
                answered.set_result(answers[at : at + len(each)])
            at += len(each)
