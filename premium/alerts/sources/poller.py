"""Follows a chain: each block's events once, and back again when a reorganisation takes the block away.

Events are sent first and the cursor is committed after: a crash between the two sends the same events, under the same
ids, again, which the pipeline knows. What a node does not have may be a reorganisation or a node that lags; only
another block at a height that was read proves the former.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from premium.alerts.sources.blocks import (
    Event,
    assets,
    branch_after,
    branch_of,
    events_of,
    on_branch,
    priced,
    retraction,
)
from premium.alerts.sources.cursor import Block, Cursor
from premium.alerts.sources.node import Node
from premium.errors import UpstreamUnavailable
from premium.observability import logger
from premium.storage.postgres import Database

A_POLL = 50
"""Blocks at a time, so that what is far behind commits as it goes."""

Send = Callable[[Sequence[Event]], None]
"""To the events queue, all of them or UpstreamUnavailable."""


@dataclass(frozen=True, slots=True)
class Poller:
    database: Database
    send: Send

    async def poll(self, node: Node) -> int:
        """Brings the chain's events up to date; how many were sent, or 0 where another poller is at it."""
        with self.database.transaction() as connection:
            cursor = Cursor(connection, node.chain.name)
            if not cursor.only_reader():
                return 0
            known, newest = cursor.known(), await node.newest()
            orphans = await _orphans(node, known, newest)
            back = [retraction(event) for block in orphans for event in reversed(block.events)]
            if orphans:
                logger.warning("the chain was reorganised", chain=node.chain.name, blocks=len(orphans))
            kept = known[len(orphans) :]
            read = await _blocks(node, kept[0] if kept else None, _first(known, kept, newest), newest)
            branch = _branch(orphans, kept)
            blocks = [replace(block, events=[on_branch(event, branch) for event in block.events]) for block in read]
            sent = [*back, *(event for block in blocks for event in block.events)]
            self.send(sent)
            if orphans:
                cursor.forget_after(kept[0].number if kept else -1)
            cursor.add(blocks)
        return len(sent)


def _branch(orphans: Sequence[Block], kept: Sequence[Block]) -> str:
    """The newest orphan's successor, or the one that the chain is on."""
    if orphans:
        return branch_after(orphans[0].events)
    return branch_of(kept[0].events) if kept else ""


def _first(known: Sequence[Block], kept: Sequence[Block], newest: int) -> int:
    """The next height to read: a new source begins with the newest block, a reorganised chain where it parted."""
    if kept:
        return kept[0].number + 1
    return min(known[-1].number, newest) if known else newest


async def _orphans(node: Node, known: Sequence[Block], newest: int) -> Sequence[Block]:
    """Blocks that were read and are no more the chain's, the newest first."""
    there = [block for block in known if block.number <= newest]
    beyond = len(known) - len(there)
    for at, block in enumerate(there):
        (now,) = await node.hashes([block.number])
        if now == block.hash:
            # The node is at a block that we know: if it lacks the ones after it, it lags, unless one of them differs.
            return known[: beyond + at] if at else []
    return known if there else []


async def _blocks(node: Node, parent: Block | None, first: int, newest: int) -> list[Block]:
    """As many of the next blocks as follow one another."""
    blocks: list[Block] = []
    expected = parent.hash if parent else None
    for number in range(first, min(newest, first + A_POLL - 1) + 1):
        raw = await node.block(number)
        if raw is None or (expected is not None and raw["parentHash"] != expected):
            break  # the chain changes under our hands: the next poll sees it whole
        blocks.append(await _read(node, raw))
        expected = raw["hash"]
    return blocks


async def _read(node: Node, raw: Any) -> Block:
    try:
        events = events_of(node.chain.name, raw, await node.transfers(raw["hash"]))
        worth = await node.worth(assets(events))
        return Block(int(raw["number"], 16), raw["hash"], [priced(event, worth) for event in events])
    except (KeyError, TypeError, ValueError) as error:
        raise UpstreamUnavailable(f"a block of {node.chain.name} cannot be read") from error
