"""Answer what only a node knows of a transaction: gas, and layer one's part."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import rlp

from premium.asks.line import Question
from premium.bootstrap import Platform
from premium.chains.model import Chain
from premium.chains.rpc import Call, RpcError, View
from premium.errors import Unprocessable, UpstreamUnavailable
from premium.gas.batches.model import BatchCall
from premium.gas.store.history import GasHistory
from premium.gas.work.advice import waiting
from premium.gas.work.batch import BatchDesk, newest
from premium.gas.work.layer_one import ORACLE, selector
from premium.neighbours import open_client

NODE_INTERFACE = "0x00000000000000000000000000000000000000C8"
_RESERVE_SECONDS = 0.2
_WORD = 64
_USUAL = 10**9
"""Wei, in the fields of an unsigned transaction whose size alone counts."""


class Desk:
    """Answers of the resident, over the platform of its process."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def answer(self, question: Question) -> Mapping[str, Any]:
        """Return what a body asks: `what` is `wait`, `batch`, or a transaction's gas.

        Of a transaction `{chain, to, data, from, value}`: `{gas, l1_fee, operator_fee, l1_basis}`. Unprocessable where
        it would fail; figures in wei are decimal strings, null where none is paid.
        """
        body = question.body
        chain = self._platform.chains[str(body["chain"])]
        if body.get("what") == "wait":
            return waiting(GasHistory(self._platform.timeseries), chain, int(body["seconds"]))
        seconds = max(question.left() - _RESERVE_SECONDS, 0.05)
        work = (
            self._batched(chain, body, seconds) if body.get("what") == "batch" else self._answer(chain, body, seconds)
        )
        return asyncio.run(work)

    async def _batched(self, chain: Chain, body: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Return `{transactions: [{gas, reason}], batches}` of `{chain, from, transactions}`."""
        calls = [
            BatchCall(each["to"], bytes.fromhex(each["data"].removeprefix("0x")), int(each["value"]))
            for each in body["transactions"]
        ]
        async with open_client() as client:
            view = await self._platform.market(client).rpc(chain.name, deadline=seconds).view()
            desk = BatchDesk(view, await newest(view), body["from"], chain.multicall)
            looked, batches = await desk.look(calls)
        return {
            "transactions": [each._asdict() for each in looked],
            "batches": [each._asdict() for each in batches],
        }

    async def _answer(self, chain: Chain, body: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        async with open_client() as client:
            view = await self._platform.market(client).rpc(chain.name, deadline=seconds).view()
            asked = {"to": body["to"], "data": body["data"], "value": hex(int(body["value"]))}
            asked |= {"from": body["from"]} if body.get("from") else {}
            calls = [Call("eth_estimateGas", (asked,)), *_of_layer_one(chain, body)]
            estimated, *others = await view.batch(calls)
            if isinstance(estimated, RpcError):
                raise Unprocessable.about("data", f"the node would not run this transaction: {estimated.message}")
            gas = int(estimated, 16)
            return {"gas": gas, **await _paid(chain, view, gas, others)}


def _of_layer_one(chain: Chain, body: Mapping[str, Any]) -> list[Call]:
    """Return the call that tells what the transaction's data cost on layer one."""
    data = bytes.fromhex(str(body["data"]).removeprefix("0x"))
    if chain.fees.model == "op_stack":
        return [_call(ORACLE, "getL1Fee(bytes)", f"{32:0{_WORD}x}" + _bytes(_unsigned(chain, body, data)))]
    if chain.fees.model == "arbitrum":
        head = str(body["to"]).removeprefix("0x").rjust(_WORD, "0") + f"{0:0{_WORD}x}{96:0{_WORD}x}"
        return [_call(NODE_INTERFACE, "gasEstimateL1Component(address,bool,bytes)", head + _bytes(data))]
    return []


async def _paid(chain: Chain, view: View, gas: int, others: list[Any]) -> dict[str, Any]:
    nothing = {"l1_fee": None, "operator_fee": None, "l1_basis": None}
    if not others:
        return nothing
    words = _words(others[0])
    if not words:
        raise UpstreamUnavailable(f"{view.name} does not tell what layer one costs")
    if chain.fees.model == "op_stack":
        (operator,) = await view.batch([_call(ORACLE, "getOperatorFee(uint256)", f"{gas:0{_WORD}x}")])
        fee = _words(operator)
        return {"l1_fee": str(words[0]), "operator_fee": str(fee[0] if fee else 0), "l1_basis": "oracle"}
    # Arbitrum's own estimate of gas has this part in it already.
    return {"l1_fee": str(words[0] * words[1]), "operator_fee": "0", "l1_basis": "within_gas"}


def _unsigned(chain: Chain, body: Mapping[str, Any], data: bytes) -> bytes:
    """Return the bytes of a transaction of type 2 that nobody signed yet."""
    to = bytes.fromhex(str(body["to"]).removeprefix("0x"))
    fields = [chain.chain_id, 1, _USUAL, _USUAL, _USUAL, to, int(body["value"]), data, []]
    return b"\x02" + bytes(rlp.encode(fields))


def _call(to: str, signature: str, data: str) -> Call:
    return Call("eth_call", ({"to": to, "data": f"0x{selector(signature)}{data}"}, "latest"))


def _bytes(data: bytes) -> str:
    text = data.hex()
    return f"{len(data):0{_WORD}x}" + text.ljust(-(-len(text) // _WORD) * _WORD, "0")


def _words(answer: Any) -> list[int]:
    """Return the words of an answer, none where the chain does not give it."""
    if isinstance(answer, RpcError) or not isinstance(answer, str):
        return []
    text = answer.removeprefix("0x")
    return [int(text[place : place + _WORD], 16) for place in range(0, len(text), _WORD)]
