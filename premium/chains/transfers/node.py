"""Ask a chain's nodes what they must answer."""

from __future__ import annotations

from typing import Any

from premium.chains.rpc import Call, Rpc, RpcError
from premium.errors import UpstreamUnavailable


async def ask(rpc: Rpc, calls: list[Call]) -> list[Any]:
    """Return answers in the calls' order; UpstreamUnavailable where the node refuses one."""
    answers = await rpc.batch(calls)
    for answer in answers:
        if isinstance(answer, RpcError):
            raise UpstreamUnavailable(f"{rpc.chain.name} does not give its history: {answer}")
    return answers
