"""Where a node's chain leaves the blocks that we know.

One view of it has to prove that.
"""

from __future__ import annotations

from collections.abc import Sequence

from premium.alerts.model import Block
from premium.alerts.sources.headers import Raw, linked
from premium.alerts.sources.reorganisation import Fork
from premium.alerts.work.node import Node
from premium.chains.rpc import View
from premium.errors import UpstreamUnavailable

_STEPS = (8, 248)
"""Known blocks that are looked at in one request: most reorganisations are short."""


async def fork_of(node: Node, view: View, known: Sequence[Block], begun: str | None) -> Fork | None:
    """Return the fork that the view proves, None where it only lags.

    `known` is newest first.

    A block stands at its place until the node has another one there, whose parents lead to a block that we know.
    Contradiction where the view's own blocks do not follow one another, or another endpoint still has ours.
    """
    theirs: list[Raw] = []
    """Blocks of the node at known heights, in ascending order."""
    done = 0
    for step in _STEPS:
        part = known[done : done + step]
        found = await node.blocks(view, [block.number for block in part]) if part else []
        for place, (ours, there) in enumerate(zip(part, found, strict=True), start=done):
            if there is None:
                if theirs:
                    raise node.doubt(view, f"it has block {int(theirs[0]['number'], 16)}, but not its parent")
                continue
            if there["hash"] == ours.hash:
                return await _proven(node, view, known, place, [there, *theirs])
            theirs.insert(0, there)
        done += len(part)
    return await _without_ancestor(node, view, known, theirs, begun)


async def _proven(node: Node, view: View, known: Sequence[Block], at: int, chain: Sequence[Raw]) -> Fork | None:
    """Return the fork behind the known block `at`, with which the node's `chain` begins."""
    if len(chain) == 1:
        return None  # it has our blocks, as far as it has any
    if not linked(chain):
        raise node.doubt(view, f"its blocks {_heights(chain)} do not follow one another")
    await _ask_others(node, view, known[0])
    return Fork(known[:at], known[at], known[at].number + 1)


async def _without_ancestor(
    node: Node, view: View, known: Sequence[Block], theirs: Sequence[Raw], begun: str | None
) -> Fork | None:
    """Return the fork of a node that has none of our blocks: another chain, or one that left ours long ago."""
    first = (await node.blocks(view, [0]))[0] if begun is not None else None
    if first is not None and first["hash"] != begun:
        await _ask_others(node, view, Block(0, begun or "", ()))
        return Fork(known, None, 0)  # a node that was begun anew
    if not theirs or int(theirs[0]["number"], 16) > known[-1].number:
        return None  # it lags behind all that we know
    if not linked(theirs):
        raise node.doubt(view, f"its blocks {_heights(theirs)} do not follow one another")
    await _ask_others(node, view, known[0])
    return Fork(known, None, known[-1].number)


async def _ask_others(node: Node, view: View, ours: Block) -> None:
    """Raise Contradiction while another endpoint has our block where this view has another one."""
    for other in node.others(view):
        if other.endpoint.is_benched:
            continue
        try:
            (there,) = await node.blocks(other, [ours.number])
            heights = [await node.newest(one) for one in (view, other)]
        except UpstreamUnavailable:
            continue  # who does not answer does not contradict
        if there is not None and there["hash"] == ours.hash and heights[1] >= heights[0]:
            raise node.doubt(view, f"{other.name} still has block {ours.number} that it replaces")


def _heights(chain: Sequence[Raw]) -> str:
    return f"{int(chain[0]['number'], 16)} to {int(chain[-1]['number'], 16)}"
