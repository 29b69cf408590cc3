"""Run plans as blocks of the node's own making: `eth_simulateV1`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from premium.chains.endpoint import Answer, Call, RpcError
from premium.simulation import reader, wire
from premium.simulation.model import Answers, Block, Method, NotSimulated, Outcome, Override, Plan, Ran, Transaction
from premium.simulation.ways.port import Node, Unsupported, gas_of, lacks


class InBlocks:
    """`eth_simulateV1`: whole blocks with validation, so that fees and nonces are as they will be."""

    method: Method = "eth_simulateV1"

    def __init__(self, node: Node, block: str) -> None:
        self._node, self._block = node, block

    async def run(self, plans: Sequence[Plan]) -> list[Outcome | NotSimulated]:
        """Return each plan's outcome; all go in one request."""
        if not plans:
            return []
        calls = [Call(self.method, (_payload(plan), self._block)) for plan in plans]
        return [_told(plan, answer) for plan, answer in zip(plans, await self._node.batch(calls), strict=True)]


def _payload(plan: Plan) -> dict[str, Any]:
    return {"blockStateCalls": [_block(each) for each in plan], "traceTransfers": True, "validation": True}


def _block(block: Block) -> dict[str, Any]:
    overrides, calls = dict(block.overrides), []
    for step in block.steps:
        if isinstance(step, Transaction):
            calls.append(wire.call_of(step, gas=gas_of(step, block.surroundings)))
            continue
        place = reader.place(len(calls))
        overrides |= reader.helpers() | {place: Override(code=reader.code_of(step))}
        asks = Transaction(sender=reader.ASKER, to=place, max_fee=block.surroundings.base_fee, priority_fee=0)
        calls.append(wire.call_of(asks, gas=reader.GAS))
    return {
        "blockOverrides": wire.simulated_block(block.surroundings),
        "stateOverrides": wire.overrides_of(overrides),
        "calls": calls,
    }


def _told(plan: Plan, answer: Answer) -> Outcome | NotSimulated:
    if isinstance(answer, RpcError):
        if lacks(answer):
            raise Unsupported
        return NotSimulated(f"the node refuses the simulation: {wire.words_of(answer.message)}")
    try:
        return _blocks(plan, answer)
    except NotSimulated as error:
        return error


def _blocks(plan: Plan, answer: Any) -> Outcome:
    if not isinstance(answer, list) or len(answer) < len(plan):
        raise NotSimulated("the node simulates fewer blocks than were asked")
    by_number = {wire.number(each.get("number"), "a block"): each for each in answer if isinstance(each, Mapping)}
    found: list[Ran | Answers] = []
    for block in plan:
        made = by_number.get(block.surroundings.number, {})
        if wire.number(made.get("timestamp"), "a block's time") != block.surroundings.timestamp:
            raise NotSimulated("the node simulates another block than was asked")
        calls = made.get("calls")
        if not isinstance(calls, list) or len(calls) != len(block.steps):
            raise NotSimulated("the node simulates fewer calls than were asked")
        for step, call in zip(block.steps, calls, strict=True):
            ran = _ran(call)
            found.append(ran if isinstance(step, Transaction) else _read(ran, step))
    return tuple(found)


def _ran(call: Any) -> Ran:
    if not isinstance(call, Mapping) or call.get("status") not in ("0x0", "0x1"):
        raise NotSimulated("the node does not say how a call ended")
    error = call.get("error")
    return Ran(
        success=call["status"] == "0x1",
        gas_used=wire.number(call.get("gasUsed"), "gas"),
        returned=wire.data(call.get("returnData", "0x"), "what a call returned"),
        logs=wire.logs(call.get("logs", [])),
        fault=wire.words_of(error.get("message")) if isinstance(error, Mapping) else None,
    )


def _read(ran: Ran, reads: Sequence[Any]) -> Answers:
    """What views answer; a contract of reads that fails has run out of gas."""
    return reader.answers(ran.returned, reads) if ran.success else None
