"""The poller of a chain, which sends each block's events once.

A page of blocks is read while no transaction is open, then sent, then committed: a crash between the last two sends
the same events, under the same ids, again, which the pipeline knows. After a reorganisation what was told of the
orphans is retracted. What a node does not have may be a reorganisation or a node that lags; only another block at a
height that was read, whose parents lead to a block that we know, or another first block, proves the former.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from premium.alerts.model import Block
from premium.alerts.sources.blocks import Event, assets, described, events_of
from premium.alerts.sources.headers import Raw, timed
from premium.alerts.sources.reorganisation import Fork
from premium.alerts.store.blocks import READER_SECONDS, ChainBlocks, ChainReader
from premium.alerts.work.forks import fork_of
from premium.alerts.work.node import Node, ReadBlock
from premium.chains.rpc import View
from premium.errors import UpstreamUnavailable
from premium.observability import logger
from premium.storage.postgres import Database

PAGE = 10
"""Blocks that are read, sent and committed together."""
MAX_PAGES = 5
"""Pages a poll."""

Send = Callable[[Sequence[Event]], None]
"""Sends all events to the events queue, or raises UpstreamUnavailable."""


@dataclass(frozen=True, slots=True)
class Poller:
    """Follows chains, and sends their events."""

    database: Database
    send: Send
    owner: str = field(default_factory=lambda: uuid4().hex)
    """The name under which the process holds chains."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def poll(self, node: Node) -> int:
        """Bring the chain's events up to date, or some pages nearer.

        Return how many were sent.

        0 where another poller is at it.
        """
        reader = ChainReader(self.database, node.chain.name, self.owner)
        if not await asyncio.to_thread(reader.claim):
            return 0
        sent = 0
        try:
            async with _held(reader):
                for _ in range(MAX_PAGES):
                    page = await self._page(node, reader)
                    sent += page
                    if not page:
                        break
        finally:
            await asyncio.to_thread(reader.release)
        return sent

    async def _page(self, node: Node, reader: ChainReader) -> int:
        """Read, send and commit one page; return how many events it sent."""
        known, begun = await asyncio.to_thread(self._known, node.chain.name)
        view = await node.view()
        fork, raw = await self._next(node, view, known, begun)
        if not raw:
            return 0  # the orphans are retracted with the page that stands in their place
        blocks = fork.on_branch([await self._block(node, one) for one in await node.with_logs(view, raw)])
        first = None if known or fork.first == 0 else await _genesis(node, view)
        events = [*fork.retractions(), *(event for block in blocks for event in block.events)]
        if not await asyncio.to_thread(reader.renew):
            return 0
        await asyncio.to_thread(self.send, events)
        await asyncio.to_thread(self._commit, reader, known, fork, [first, *blocks] if first else blocks)
        return len(events)

    async def _next(self, node: Node, view: View, known: Sequence[Block], begun: str | None) -> tuple[Fork, list[Raw]]:
        """Return where the next blocks begin, and those that follow one another from there."""
        if not known:
            newest = await node.newest(view)
            return Fork((), None, newest), _chained(await node.blocks(view, (), [newest]), None)
        tip = known[0]
        there, *after = await node.blocks(view, [tip.number], range(tip.number + 1, tip.number + 1 + PAGE))
        if there is not None and there["hash"] == tip.hash:
            return Fork((), tip, tip.number + 1), _chained(after, tip.hash)
        fork = await fork_of(node, view, known, begun)
        if fork is None:
            return Fork((), tip, tip.number + 1), []
        raw = await node.blocks(view, (), range(fork.first, fork.first + PAGE))
        return fork, _chained(raw, fork.parent.hash if fork.parent else None)

    async def _block(self, node: Node, read: ReadBlock) -> Block:
        try:
            raw = timed(read.raw, self.now())
            events = events_of(node.chain.name, raw, read.logs)
            known = await node.describe(assets(events))
            return Block(int(raw["number"], 16), raw["hash"], [described(event, known) for event in events])
        except (KeyError, TypeError, ValueError) as error:
            number = int(read.raw["number"], 16)
            raise UpstreamUnavailable(f"block {number} of {node.chain.name} cannot be read: {error!r}") from error

    def _known(self, chain: str) -> tuple[list[Block], str | None]:
        with self.database.transaction() as connection:
            blocks = ChainBlocks(connection, chain)
            return blocks.known(), blocks.first_hash()

    def _commit(self, reader: ChainReader, known: Sequence[Block], fork: Fork, blocks: Sequence[Block]) -> None:
        chain = reader.chain
        with self.database.transaction() as connection:
            kept = ChainBlocks(connection, chain)
            if not reader.holds(connection) or kept.newest() != (known[0].hash if known else None):
                raise UpstreamUnavailable(f"another process has read {chain} meanwhile")
            if fork.orphans:
                logger.warning("the chain was reorganised", chain=chain, blocks=len(fork.orphans))
                kept.forget_after(fork.first - 1)
            kept.add(blocks)


@asynccontextmanager
async def _held(reader: ChainReader) -> AsyncIterator[None]:
    """Renew the hold while the body runs, however slow the node is."""

    async def renew() -> None:
        while True:
            await asyncio.sleep(READER_SECONDS / 3)
            try:
                await asyncio.to_thread(reader.renew)
            except UpstreamUnavailable as error:
                logger.warning("a source cannot renew its hold", chain=reader.chain, error=error.message)

    task = asyncio.create_task(renew())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _genesis(node: Node, view: View) -> Block:
    """Return the chain's first block without its events, which are long past."""
    (first,) = await node.blocks(view, [0])
    if first is None:
        raise UpstreamUnavailable(f"the node of {node.chain.name} does not have the first block")
    return Block(0, first["hash"], ())


def _chained(blocks: Sequence[Any], parent: str | None) -> list[Raw]:
    """Return those that follow one another from the parent: the chain may change under our hands."""
    found: list[Raw] = []
    for block in blocks:
        if block is None or (parent is not None and block["parentHash"] != parent):
            break
        found.append(block)
        parent = block["hash"]
    return found
