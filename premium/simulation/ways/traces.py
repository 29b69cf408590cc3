"""Run plans by traces: `debug_traceCall`, each upon the state that the last one leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from premium.chains.endpoint import Call, RpcError
from premium.simulation import wire
from premium.simulation.model import (
    Answers,
    Method,
    NotSimulated,
    Outcome,
    Override,
    Overrides,
    Plan,
    Ran,
    Surroundings,
    Transaction,
    merged,
)
from premium.simulation.subjects import COIN, TRANSFER
from premium.simulation.ways.port import Node, Unsupported, gas_of, lacks, read_at
from premium.simulation.ways.together import Together

_MOST_FRAMES = 20_000


class ByTraces:
    """`debug_traceCall`: one transaction upon the state that the last one's trace leaves."""

    method: Method = "debug_traceCall"

    def __init__(self, node: Node, block: str) -> None:
        self._node, self._block = Together(node), block

    async def run(self, plans: Sequence[Plan]) -> list[Outcome | NotSimulated]:
        """Return each plan's outcome; plans go side by side, their steps one after another."""
        return list(await asyncio.gather(*(self._one(plan) for plan in plans)))

    async def _one(self, plan: Plan) -> Outcome | NotSimulated:
        state: Overrides = {}
        found: list[Ran | Answers] = []
        try:
            for block in plan:
                state = merged(state, block.overrides)
                for step in block.steps:
                    if isinstance(step, Transaction):
                        ran, state = await self._traced(step, block.surroundings, state)
                        found.append(ran)
                    else:
                        found.append(await read_at(self._node, self._block, step, block.surroundings, state))
        except NotSimulated as error:
            return error
        return tuple(found)

    async def _traced(self, step: Transaction, seen: Surroundings, state: Overrides) -> tuple[Ran, Overrides]:
        call = wire.call_of(step, gas=gas_of(step, seen))
        about = {"stateOverrides": wire.overrides_of(state), "blockOverrides": wire.called_block(seen)}
        tracers: tuple[tuple[str, dict[str, bool]], ...] = (
            ("callTracer", {"withLog": True}),
            ("prestateTracer", {"diffMode": True}),
        )
        asked = [
            Call(self.method, (call, self._block, {"tracer": name, "tracerConfig": config, **about}))
            for name, config in tracers
        ]
        calls, changes = await self._node.batch(asked)
        for each in (calls, changes):
            if isinstance(each, RpcError):
                if lacks(each):
                    raise Unsupported
                raise NotSimulated(f"the node refuses the trace: {wire.words_of(each.message)}")
        return _of_trace(calls), merged(state, _after(changes))


def _of_trace(frame: Any) -> Ran:
    if not isinstance(frame, Mapping):
        raise NotSimulated("the node answers no trace")
    fault = frame.get("error")
    found: list[Any] = []
    if fault is None:
        _events(frame, found)
    return Ran(
        success=fault is None,
        gas_used=wire.number(frame.get("gasUsed"), "gas"),
        returned=wire.data(frame.get("output", "0x"), "what a call returned"),
        logs=wire.logs(found),
        fault=None if fault is None else wire.words_of(fault),
    )


def _events(frame: Mapping[str, Any], found: list[Any]) -> None:
    """Collect events and movements of the coin, in the form that simulated blocks give them."""
    stack: list[Any] = [frame]
    seen = 0
    while stack:
        each = stack.pop()
        seen += 1
        if seen > _MOST_FRAMES or not isinstance(each, Mapping):
            raise NotSimulated("the node's trace has too many calls, or some that are none")
        if each.get("error") is not None:
            continue
        value = wire.number(each.get("value", "0x0"), "a value")
        if value and each.get("type") in ("CALL", "CREATE", "CREATE2", "SELFDESTRUCT") and each.get("to"):
            ends = [f"0x{wire.address(each.get(end), 'a call')[2:].rjust(64, '0')}" for end in ("from", "to")]
            topics = [wire.word_text(TRANSFER), *ends]
            found.append({"address": COIN, "topics": topics, "data": wire.word_text(value)})
        found.extend(each.get("logs") or [])
        stack.extend(reversed(each.get("calls") or []))


def _after(changes: Any) -> Overrides:
    """The state that a trace leaves: a slot that is not there any more is zero."""
    if not isinstance(changes, Mapping) or not isinstance(changes.get("post"), Mapping):
        raise NotSimulated("the node answers no state after the trace")
    before, after = changes.get("pre") or {}, changes["post"]
    made: dict[str, Override] = {}
    for text, each in after.items():
        old = before.get(text) or {}
        storage = {_slot(slot): 0 for slot in old.get("storage") or {}}
        storage |= {_slot(slot): wire.number(value, "a slot") for slot, value in (each.get("storage") or {}).items()}
        balance, nonce = each.get("balance"), each.get("nonce")
        made[wire.address(text, "an account")] = Override(
            balance=None if balance is None else wire.number(balance, "a balance"),
            nonce=nonce if isinstance(nonce, int) else None,
            code=wire.data(each["code"], "code") if each.get("code") else None,
            storage=storage,
        )
    return made


def _slot(text: object) -> int:
    return wire.number(text, "a slot")
