"""Questions to a chain's nodes that must be answered."""

from __future__ import annotations

from typing import Any

from premium.chains.rpc import Call, Rpc, RpcError
from premium.errors import UpstreamUnavailable


async def ask(rpc: Rpc, calls: list[Call]) -> list[Any]:
    """Answers in the order of the calls; UpstreamUnavailable where the node refuses one."""
    answers = await rpc.batch(calls)
    for answer in answers:
        if isinstance(answer, RpcError):
            raise UpstreamUnavailable(f"{rpc.chain.name} does not give its history: {answer}")
    return answers
