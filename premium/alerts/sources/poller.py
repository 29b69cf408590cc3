"""Follows a chain: each block's events once, and back again when a reorganisation takes the block away.

Events are sent first and the cursor is committed after: a crash between the two sends the same events, under the same
ids, again, which the pipeline knows. What a node does not have may be a reorganisation or a node that lags; only
another block at a height that was read, or another first block, proves the former.
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
            parted = await _parted(node, known, newest, cursor.first())
            read = await _blocks(node, parted.parent, parted.first, newest)
            if not read:
                return 0  # what stands in the place of orphans is read in the poll that takes them back
            back = [retraction(event) for block in parted.orphans for event in reversed(block.events)]
            branch = _branch(parted)
            blocks = [replace(block, events=[on_branch(event, branch) for event in block.events]) for block in read]
            sent = [*back, *(event for block in blocks for event in block.events)]
            self.send(sent)
            if parted.orphans:
                logger.warning("the chain was reorganised", chain=node.chain.name, blocks=len(parted.orphans))
                cursor.forget_after(parted.first - 1)
            if not known and parted.first > 0:
                cursor.add([await _first_of_all(node)])
            cursor.add(blocks)
        return len(sent)


@dataclass(frozen=True, slots=True)
class Parted:
    """Where the chain left what we know of it: `orphans`, the newest first, then from `first` on what is new."""

    orphans: Sequence[Block]
    parent: Block | None
    first: int


def _branch(parted: Parted) -> str:
    """The newest orphan's successor, or the one that the chain is on."""
    if parted.orphans:
        newest = parted.orphans[0]
        return branch_after(newest.hash, branch_of(newest.events))
    return branch_of(parted.parent.events) if parted.parent else ""


async def _parted(node: Node, known: Sequence[Block], newest: int, begun: str | None) -> Parted:
    """A new source begins with the newest block. `begun` is the hash of the first block of the chain that we know."""
    if not known:
        return Parted((), None, newest)
    there = [block for block in known if block.number <= newest]
    beyond = len(known) - len(there)
    at = await _still_there(node, there)
    if at is not None:
        # The node is at a block that we know: if it lacks the ones after it, it lags, unless one of them differs.
        return Parted(known[: beyond + at] if at else (), there[at], there[at].number + 1)
    if begun is not None and await node.hashes([0]) not in ([begun], [None]):
        return Parted(known, None, 0)  # another chain: a node that was begun anew
    # An older part of the chain than we remember differs, or the node lags behind all of it.
    return Parted(known if there else (), None, min(known[-1].number, newest) if there else newest + 1)


async def _still_there(node: Node, blocks: Sequence[Block]) -> int | None:
    """The place of the newest of these that the node has, too."""
    for part in (blocks[:1], blocks[1:]):
        hashes = await node.hashes([block.number for block in part]) if part else []
        for block, now in zip(part, hashes, strict=True):
            if block.hash == now:
                return blocks.index(block)
    return None


async def _first_of_all(node: Node) -> Block:
    """Its own events are long past."""
    (first,) = await node.hashes([0])
    if first is None:
        raise UpstreamUnavailable(f"the node of {node.chain.name} does not have the first block")
    return Block(0, first, ())


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
