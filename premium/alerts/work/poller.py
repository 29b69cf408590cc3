"""The poller of a chain, which sends each block's events once.

After a reorganisation it retracts them. Events are sent first and the cursor is committed after: a crash between the
two sends the same events, under the same ids, again, which the pipeline knows. What a node does not have may be a
reorganisation or a node that lags; only another block at a height that was read, or another first block, proves the
former.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from premium.alerts.model import Block
from premium.alerts.sources.blocks import Event, assets, described, events_of
from premium.alerts.sources.reorganisation import Fork
from premium.alerts.store.blocks import ChainBlocks
from premium.alerts.work.node import Node
from premium.errors import UpstreamUnavailable
from premium.observability import logger
from premium.storage.postgres import Database

MAX_BLOCKS = 50
"""Blocks a poll: a source that is far behind commits as it goes."""

Send = Callable[[Sequence[Event]], None]
"""Sends all events to the events queue, or raises UpstreamUnavailable."""


@dataclass(frozen=True, slots=True)
class Poller:
    """Follows chains, and sends their events."""

    database: Database
    send: Send

    async def poll(self, node: Node) -> int:
        """Bring the chain's events up to date; return how many were sent.

        0 where another poller is at it.
        """
        with self.database.transaction() as connection:
            chain = ChainBlocks(connection, node.chain.name)
            if not chain.lock():
                return 0
            known, newest = chain.known(), await node.newest()
            fork = await _fork(node, known, newest, chain.first_hash())
            blocks = fork.on_branch(await _blocks(node, fork.parent, fork.first, newest))
            if not blocks:
                return 0  # the orphans are retracted in the poll that reads what replaces them
            sent = [*fork.retractions(), *(event for block in blocks for event in block.events)]
            self.send(sent)
            if fork.orphans:
                logger.warning("the chain was reorganised", chain=node.chain.name, blocks=len(fork.orphans))
                chain.forget_after(fork.first - 1)
            if not known and fork.first > 0:
                chain.add([await _genesis(node)])
            chain.add(blocks)
        return len(sent)


async def _fork(node: Node, known: Sequence[Block], newest: int, begun: str | None) -> Fork:
    """Return where the node's chain leaves the known blocks.

    A new source begins with the newest block. `begun` is the hash of the first block of the chain that we know.
    """
    if not known:
        return Fork((), None, newest)
    there = [block for block in known if block.number <= newest]
    beyond = len(known) - len(there)
    at = await _still_there(node, there)
    if at is not None:
        # The node is at a block that we know: if it lacks the ones after it, it lags, unless one of them differs.
        return Fork(known[: beyond + at] if at else (), there[at], there[at].number + 1)
    if begun is not None and await node.hashes([0]) not in ([begun], [None]):
        return Fork(known, None, 0)  # another chain: a node that was begun anew
    # An older part of the chain than we remember differs, or the node lags behind all of it.
    return Fork(known if there else (), None, min(known[-1].number, newest) if there else newest + 1)


async def _still_there(node: Node, blocks: Sequence[Block]) -> int | None:
    """Return the place of the newest of these blocks that the node has too."""
    for part in (blocks[:1], blocks[1:]):
        hashes = await node.hashes([block.number for block in part]) if part else []
        for block, now in zip(part, hashes, strict=True):
            if block.hash == now:
                return blocks.index(block)
    return None


async def _genesis(node: Node) -> Block:
    """Return the chain's first block without its events, which are long past."""
    (first,) = await node.hashes([0])
    if first is None:
        raise UpstreamUnavailable(f"the node of {node.chain.name} does not have the first block")
    return Block(0, first, ())


async def _blocks(node: Node, parent: Block | None, first: int, newest: int) -> list[Block]:
    """Return as many of the next blocks as follow one another."""
    blocks: list[Block] = []
    expected = parent.hash if parent else None
    for number in range(first, min(newest, first + MAX_BLOCKS - 1) + 1):
        raw = await node.block(number)
        if raw is None or (expected is not None and raw["parentHash"] != expected):
            break  # the chain changes under our hands: the next poll sees it whole
        blocks.append(await _read(node, raw))
        expected = raw["hash"]
    return blocks


async def _read(node: Node, raw: Any) -> Block:
    try:
        events = events_of(node.chain.name, raw, await node.transfers(raw["hash"]))
        known = await node.describe(assets(events))
        return Block(int(raw["number"], 16), raw["hash"], [described(event, known) for event in events])
    except (KeyError, TypeError, ValueError) as error:
        raise UpstreamUnavailable(f"a block of {node.chain.name} cannot be read") from error
