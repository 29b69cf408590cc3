"""Run a transaction by a plain `eth_call`, the last resort.

It tells how it ends, and nothing of what it leaves.
"""

from __future__ import annotations

from collections.abc import Sequence

from premium.chains.endpoint import Call, RpcError
from premium.simulation import wire
from premium.simulation.model import (
    Answers,
    Method,
    NotSimulated,
    Outcome,
    Overrides,
    Plan,
    Ran,
    Surroundings,
    Transaction,
    merged,
)
from premium.simulation.ways.port import Node, gas_of, read_at

_REVERTED = 3


class ByCalls:
    """`eth_call`: success and what came back, of the first transaction alone."""

    method: Method = "eth_call"

    def __init__(self, node: Node, block: str) -> None:
        self._node, self._block = node, block

    async def run(self, plans: Sequence[Plan]) -> list[Outcome | NotSimulated]:
        """Return each plan's outcome, as far as plain calls tell it."""
        return [await self._one(plan) for plan in plans]

    async def _one(self, plan: Plan) -> Outcome | NotSimulated:
        found: list[Ran | Answers] = []
        state: Overrides = {}
        changed = False
        try:
            for block in plan:
                state = merged(state, block.overrides)
                for step in block.steps:
                    if isinstance(step, Transaction):
                        if changed:
                            return NotSimulated("the node simulates one transaction alone, not several in a row")
                        found.append(await self._called(step, block.surroundings, state))
                        changed = True
                    elif changed:
                        found.append(None)
                    else:
                        found.append(await read_at(self._node, self._block, step, block.surroundings, state))
        except NotSimulated as error:
            return error
        return tuple(found)

    async def _called(self, step: Transaction, seen: Surroundings, state: Overrides) -> Ran:
        call = wire.call_of(step, gas=gas_of(step, seen))
        params = (call, self._block, wire.overrides_of(state))
        answer, gas = await self._node.batch([Call("eth_call", params), Call("eth_estimateGas", params)])
        used = None if isinstance(gas, RpcError) else wire.number(gas, "gas")
        if not isinstance(answer, RpcError):
            returned = wire.data(answer, "what a call returned")
            return Ran(success=True, gas_used=used, returned=returned, logs=None)
        words = wire.words_of(answer.message)
        if "revert" not in words.lower() and answer.code != _REVERTED:
            raise NotSimulated(f"the node refuses the call: {words}")
        return Ran(success=False, gas_used=None, returned=b"", logs=None, fault=words)
