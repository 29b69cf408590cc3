"""Follow one chain's blocks: each is kept once, reorganised ones are replaced, holes are filled.

A page is read while no transaction is open, then written in one: a process that is killed in between reads it again.
What a node does not have may be a reorganisation or a node that lags; only another block at a height that is known
proves the former.
"""

from __future__ import annotations

import asyncio

from premium.chains.rpc import View
from premium.errors import UpstreamUnavailable
from premium.gas.fees.next_block import AHEAD, following, rule_of
from premium.gas.model import GasBlock
from premium.gas.observed import header_of_row, rules_of
from premium.gas.series.outlook import Outlook
from premium.gas.speeds.model import Seen
from premium.gas.speeds.speeds import Speeds
from premium.gas.store.history import GasHistory
from premium.gas.tips.header import Header
from premium.gas.work.node import GasNode, ReadBlock
from premium.observability import count, logger

PAGE = 10
"""Blocks that are read and written together."""
_BEHIND = 500
"""A newest block further ahead is gone to at once; what lies between is a hole, filled later."""
_FIRST = 100
"""Blocks before the newest one with which a chain begins."""
REPLAYED = 1_000
"""Newest blocks by which offers are tested after a start or a reorganisation."""
_FORK_DEPTH = 128
_BREATH = 50
"""Replayed blocks after which other chains have their turn."""


class Behind(UpstreamUnavailable):
    """An endpoint has no block that is known."""


class Follower:
    """Reads one chain; `poll` brings it up to date, or a page nearer."""

    def __init__(self, node: GasNode, history: GasHistory) -> None:
        self.node, self.history, self.chain = node, history, node.chain
        self.speeds = Speeds(self.chain.fees.min_tip)
        self.outlook: Outlook | None = None
        """Forecasts; None where only the node knows the next base fee."""
        self.newest: Header | None = None
        self.parent: Header | None = None
        """Of the newest; None until a block was read after it."""
        self.rows: list[GasBlock] = []
        """The newest rows, the oldest first."""
        self.has_hole = False

    async def start(self) -> None:
        """Load what is kept, and test offers by it; UpstreamUnavailable without the database."""
        self.rows = await asyncio.to_thread(self.history.newest, self.chain.name, REPLAYED)
        self.has_hole = await asyncio.to_thread(self.history.newest_hole, self.chain.name) is not None
        self.speeds, self.outlook = Speeds(self.chain.fees.min_tip), None
        self.newest = self.parent = None
        before: Header | None = None
        for place, row in enumerate(self.rows):
            header = header_of_row(row)
            self._learn(row, header, before if before is not None and before.hash == row.parent else None)
            before = header
            if place % _BREATH == 0:
                await asyncio.sleep(0)

    @property
    def seconds(self) -> float:
        """The usual time between blocks: the registry's, or else that of the newest ones."""
        if self.chain.block_seconds is not None:
            return self.chain.block_seconds
        if len(self.rows) < 2:
            return 12.0
        first, last = self.rows[-min(len(self.rows), 100)], self.rows[-1]
        return max((last.timestamp - first.timestamp).total_seconds() / (last.number - first.number), 0.1)

    async def poll(self) -> int:
        """Read the next blocks and return how many there were.

        An endpoint that says what cannot be, is behind or does not answer is left for the next one at once;
        UpstreamUnavailable where none is left.
        """
        for turn in range(max(self.node.rpc.nodes, 1)):
            view = await self.node.rpc.view()
            try:
                return await self._from(view)
            except UpstreamUnavailable as error:
                if isinstance(error, Behind):
                    self.node.rpc.ask_another(view.endpoint)
                if turn + 1 >= self.node.rpc.nodes:
                    raise
                logger.warning("another endpoint is asked", chain=self.chain.name, error=error.message)
        return 0

    async def _from(self, view: View) -> int:
        known = self.rows[-1] if self.rows else None
        head, there = await self.node.heads(view, None if known is None else known.number)
        if known is None or head.number - known.number > _BEHIND:
            return await self._page(view, max(head.number - _FIRST + 1, 0), head.number, None)
        if there is not None and there.hash == known.hash:
            self.newest = there
            return await self._page(view, known.number + 1, head.number, there)
        if there is None and (head.number > known.number or self._has(head)):
            raise Behind(f"{view.name} is behind: it has no block {known.number}")
        return await self._after_fork(view, head)

    def _has(self, head: Header) -> bool:
        return any(row.number == head.number and row.hash == head.hash for row in self.rows[-_FORK_DEPTH:])

    async def _after_fork(self, view: View, head: Header) -> int:
        """Read the blocks that took the place of known ones."""
        known = self.rows[-_FORK_DEPTH:]
        found = await self.node.headers(view, [row.number for row in reversed(known)])
        same = next(
            (each for row, each in zip(reversed(known), found, strict=True) if each and each.hash == row.hash), None
        )
        if same is None and len(known) == _FORK_DEPTH and self.node.rpc.nodes > 1:
            raise self.node.refuse(view, f"it has none of the newest {_FORK_DEPTH} blocks")
        first = same.number + 1 if same else max(head.number - _FIRST + 1, 0)
        blocks = await self.node.blocks(view, range(first, min(first + PAGE, head.number + 1)), same)
        if not blocks:
            return 0  # the orphans go with the blocks that stand in their place
        orphans = sum(row.number >= first for row in known)
        logger.warning("the chain was reorganised", chain=self.chain.name, blocks=orphans)
        count("GasReorganised", orphans, chain=self.chain.name)
        await asyncio.to_thread(self.history.append, self.chain.name, [each.row for each in blocks])
        await self.start()
        self.newest, self.parent = blocks[-1].header, blocks[-2].header if len(blocks) > 1 else same
        return len(blocks)

    async def _page(self, view: View, first: int, last: int, parent: Header | None) -> int:
        numbers = range(first, min(first + PAGE, last + 1))
        if not numbers:
            return 0
        blocks = await self.node.blocks(view, numbers, parent)
        if not blocks:
            return 0
        await asyncio.to_thread(self.history.append, self.chain.name, [each.row for each in blocks])
        self.has_hole |= bool(self.rows) and blocks[0].row.number > self.rows[-1].number + 1
        for each in blocks:
            self._take(each)
        self.rows = self.rows[-REPLAYED:]
        return len(blocks)

    def _take(self, block: ReadBlock) -> None:
        self.rows.append(block.row)
        self.parent, self.newest = self.newest, block.header
        if self.parent is not None and self.parent.hash != block.header.parent:
            self.parent = None
        self._learn(block.row, block.header, self.parent)

    def _learn(self, row: GasBlock, header: Header, parent: Header | None) -> None:
        after = following(self.chain.fees, header, 0, parent)
        seen = Seen(row.base_fee, row.gas_used, row.gas_limit, row.lowest_taken, after.base_fee)
        self.speeds.learn(seen, [(ahead, high) for ahead, _, high in after.bounds if ahead in AHEAD])
        if (rule := rule_of(self.chain.fees, header)) is not None:
            if self.outlook is None:
                self.outlook = Outlook(rules_of(rule))
            self.outlook.learn(header.timestamp, row.base_fee, after.base_fee if after.exact else None)

    async def fill(self) -> int:
        """Read a page into the newest hole; return how many blocks.

        0 where there is no hole.

        Refused, UpstreamUnavailable as `poll`; what does not lead to the block above the hole is refused.
        """
        if not self.rows:
            return 0
        hole = await asyncio.to_thread(self.history.newest_hole, self.chain.name)
        self.has_hole = hole is not None
        if hole is None:
            return 0
        count("GasHistoryGaps", hole.high - hole.low + 1, chain=self.chain.name)
        view = await self.node.rpc.view()
        blocks = await self.node.blocks(view, range(max(hole.low, hole.high - PAGE + 1), hole.high + 1), None)
        if not blocks or blocks[-1].header.hash != hole.child:
            raise self.node.refuse(view, f"its block {hole.high} is not the parent of block {hole.high + 1}")
        await asyncio.to_thread(self.history.fill, self.chain.name, [each.row for each in blocks])
        if blocks[0].row.number == hole.low:
            await self._again()
        return len(blocks)

    async def _again(self) -> None:
        newest, parent = self.newest, self.parent
        await self.start()
        self.newest, self.parent = newest, parent
