"""What a way to run plans is, and the node that it asks.

A plan is blocks of transactions and reads, one upon another; each way gives what it can tell, and None for the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from premium.chains.endpoint import Answer, Call, RpcError
from premium.simulation import reader, wire
from premium.simulation.model import (
    MAX_GAS,
    Answers,
    Method,
    NotSimulated,
    Outcome,
    Override,
    Overrides,
    Plan,
    Surroundings,
    Transaction,
    merged,
)

_NO_SUCH_METHOD = (-32601, -32604, -32004)


class Node(Protocol):
    """One node: what it answers is compared with itself alone."""

    async def batch(self, calls: Sequence[Call]) -> list[Answer]:
        """Return answers in the order of the calls, results or RpcErrors."""
        ...


class Unsupported(Exception):
    """The node does not have the method."""


class Way(Protocol):
    """One way to run plans upon a block."""

    method: Method

    async def run(self, plans: Sequence[Plan]) -> list[Outcome | NotSimulated]:
        """Return each plan's outcome, or why there is none.

        Unsupported where the node lacks the method.
        """
        ...


def gas_of(each: Transaction, seen: Surroundings) -> int:
    """Return a transaction's limit: its own, else the most that is simulated."""
    return each.gas if each.gas is not None else min(MAX_GAS, seen.gas_limit)


def lacks(error: RpcError) -> bool:
    """Tell whether an error says that there is no such method."""
    words = error.message.lower()
    return error.code in _NO_SUCH_METHOD or ("method" in words and ("not" in words or "unsupported" in words))


async def read_at(node: Node, block: str, reads: Sequence[Any], seen: Surroundings, state: Overrides) -> Answers:
    """Return what views answer upon a state, by one plain call."""
    place = reader.place(0)
    made = merged(state, reader.helpers() | {place: Override(code=reader.code_of(reads))})
    call = {"from": reader.ASKER, "to": place, "gas": hex(reader.GAS)}
    params = (call, block, wire.overrides_of(made), wire.called_block(seen))
    (answer,) = await node.batch([Call("eth_call", params)])
    if isinstance(answer, RpcError):
        (answer,) = await node.batch([Call("eth_call", params[:3])])  # a node that takes no block in a call
    return None if isinstance(answer, RpcError) else reader.answers(wire.data(answer, "views"), reads)
