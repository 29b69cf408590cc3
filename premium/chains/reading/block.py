"""One block of a chain, and calls that are answered at it.

A call names the block by its hash where the node has EIP-1898, so that a reorganisation in between is an error and
never an answer of another block; else by its number, and the hash is compared after the reads.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from premium.chains.rpc import Answer, Call, Rpc, RpcError
from premium.errors import UpstreamUnavailable

_INVALID = (-32602, -32600)
_KNOWS_NO_HASH = re.compile(
    r"invalid (argument|param)|unmarshal|deserializ|parse|blockHash|unsupported block", re.IGNORECASE
)


class Moved(UpstreamUnavailable):
    """The block that was read is no longer part of the chain."""


@dataclass(frozen=True)
class Head:
    """A block of a chain."""

    number: int
    hash: str
    time: datetime

    def name(self, rpc: Rpc) -> Any:
        """Return how a call names it."""
        return {"blockHash": self.hash, "requireCanonical": True} if rpc.names_hashes else hex(self.number)


async def calls_at(rpc: Rpc, head: Head, calls: Sequence[tuple[str, Any]]) -> list[Answer]:
    """Return the answers to (method, parameter) at the block; UpstreamUnavailable where no node answers."""
    answers = await rpc.batch([Call(method, (what, head.name(rpc))) for method, what in calls])
    if rpc.names_hashes and any(_refuses_hashes(answer) for answer in answers):
        rpc.names_hashes = False
        return await rpc.batch([Call(method, (what, head.name(rpc))) for method, what in calls])
    return answers


async def call_at(rpc: Rpc, head: Head, method: str, what: Any) -> Any:
    """Return the answer of one call at the block; RpcError where it is an error."""
    (answer,) = await calls_at(rpc, head, [(method, what)])
    if isinstance(answer, RpcError):
        raise answer
    return answer


async def still_canonical(rpc: Rpc, head: Head) -> None:
    """Raise Moved where the chain has another block at this height now.

    UpstreamUnavailable where nobody knows the height.

    A node that has not heard of the height is behind: the next one is asked.
    """
    for _ in range(max(1, rpc.nodes)):
        block = await rpc.told("eth_getBlockByNumber", hex(head.number), False)
        if isinstance(block, dict) and block.get("hash"):
            if block["hash"] != head.hash:
                raise Moved(f"block {head.number} of {rpc.chain.name} was replaced while it was read")
            return
        rpc.ask_another()
    raise UpstreamUnavailable(f"no node of {rpc.chain.name} knows the block {head.number} that was read")


def _refuses_hashes(answer: Answer) -> bool:
    """A node of before EIP-1898 takes the hash for a wrong parameter.

    A call that is wrong for another reason fails again by the number.
    """
    if not isinstance(answer, RpcError):
        return False
    return answer.code in _INVALID or bool(_KNOWS_NO_HASH.search(answer.message))
