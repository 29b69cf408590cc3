"""How a sender's calls may go together.

They are simulated on the chain's node, pinned to one block.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from premium.chains.rpc import Call, RpcError, View
from premium.errors import UpstreamUnavailable
from premium.gas.batches.effects import Effect, Overrides, changed_state, effect_of
from premium.gas.batches.model import Batch, BatchCall, How, typical
from premium.gas.batches.multicall import together
from premium.gas.batches.senders import reads, tracer

_MOST_STEPS_GAS = 2_000_000
"""Gas of a call whose single steps are asked for, where a node takes no tracer."""
_PLAIN = {"disableStack": True, "disableStorage": True, "disableMemory": True, "enableMemory": False}
_DIFF = {"tracer": "prestateTracer", "tracerConfig": {"diffMode": True}}
_ALONE, _WITHIN = 1, 2
"""Depths of the frames whose sender a batch by Multicall3 changes: sent alone, and within it."""


class Looked(NamedTuple):
    """One call, sent after those before it."""

    gas: int | None
    reason: str | None
    """Why it may not share Multicall3; None: it may."""


class BatchDesk:
    """Simulations on one endpoint at one block."""

    def __init__(self, view: View, head: Mapping[str, Any], sender: str, multicall: str | None) -> None:
        self._view, self._sender, self._multicall = view, sender, multicall
        self._at, self._producer = str(head["number"]), str(head["miner"])

    async def look(self, calls: Sequence[BatchCall]) -> tuple[list[Looked], list[Batch]]:
        """Return what is known of each call, and the batches that save gas."""
        code = await self._code()
        alone = await self._gas([self._sent(call) for call in calls])
        gas = alone if None not in alone else await self._in_order(calls)
        reasons = await self._reasons(calls) if code else ["the chain has no Multicall3"] * len(calls)
        looked = [
            Looked(used, _failed(own, used) or reason) for own, used, reason in zip(alone, gas, reasons, strict=True)
        ]
        found = [await self._by_multicall(calls, looked), await self._by_wallet(calls, looked, code)]
        return looked, [each for each in found if each is not None and each.saving > 0]

    async def _code(self) -> str | None:
        if self._multicall is None:
            return None
        (code,) = await self._view.batch([Call("eth_getCode", (self._multicall, self._at))])
        return code if isinstance(code, str) and len(code) > len("0x") else None

    def _sent(self, call: BatchCall) -> dict[str, str]:
        return {"from": self._sender, "to": call.to, "data": f"0x{call.data.hex()}", "value": hex(call.value)}

    def _joined(self, calls: Sequence[BatchCall], to: str | None) -> dict[str, str]:
        value = hex(sum(call.value for call in calls))
        return {"from": self._sender, "to": str(to), "data": together(calls), "value": value}

    async def _gas(self, asked: Sequence[Mapping[str, str]], *more: Any) -> list[int | None]:
        """Return the gas of transactions, None for one that fails."""
        found = await self._view.batch([Call("eth_estimateGas", (each, self._at, *more)) for each in asked])
        return [None if isinstance(each, RpcError) or each is None else int(each, 16) for each in found]

    async def _in_order(self, calls: Sequence[BatchCall]) -> list[int | None]:
        """Return the gas of each call upon what those before it changed.

        None for one that fails even then.

        A node that shows no changes simulates each alone.
        """
        found: list[int | None] = []
        state: Overrides = {}
        for call in calls:
            sent = self._sent(call)
            (gas,) = await self._gas([sent], state)
            found.append(gas)
            if gas is None:
                continue
            asked = Call("debug_traceCall", (sent, self._at, {**_DIFF, "stateOverrides": state}))
            (diff,) = await self._view.batch([asked])
            state = changed_state(state, diff) or state
        return found

    async def _reasons(self, calls: Sequence[BatchCall]) -> list[str | None]:
        """Return why each call may not share Multicall3.

        None where its sender is proven not to matter.
        """
        alone, within = [self._sent(call) for call in calls], [self._joined([call], self._multicall) for call in calls]
        counted = await self._counted(alone, _ALONE)
        effects = await self._effects([*alone, *within])
        pairs = zip(counted, effects[: len(calls)], effects[len(calls) :], strict=True)
        return [_reason(*each) for each in pairs]

    async def _counted(self, asked: Sequence[Mapping[str, str]], depth: int) -> list[int | None]:
        """Return how often each transaction asks for its sender.

        None where the node does not show it.
        """
        calls = [Call("debug_traceCall", (each, self._at, {"tracer": tracer(depth)})) for each in asked]
        found = await self._view.batch(calls)
        return [
            int(each["reads"]) if isinstance(each, Mapping) and "reads" in each else await self._stepped(one, depth)
            for one, each in zip(asked, found, strict=True)
        ]

    async def _stepped(self, asked: Mapping[str, str], depth: int) -> int | None:
        bounded = {**asked, "gas": hex(_MOST_STEPS_GAS)}
        (found,) = await self._view.batch([Call("debug_traceCall", (bounded, self._at, _PLAIN))])
        if not isinstance(found, Mapping) or found.get("failed") or not isinstance(found.get("structLogs"), list):
            return None
        try:
            return reads(found["structLogs"], depth)
        except (KeyError, TypeError, ValueError):
            return None

    async def _effects(self, asked: Sequence[Mapping[str, str]]) -> list[Effect | None]:
        found = await self._view.batch([Call("debug_traceCall", (each, self._at, _DIFF)) for each in asked])
        return [None if isinstance(each, RpcError) else effect_of(each, self._sender, self._producer) for each in found]

    async def _by_multicall(self, calls: Sequence[BatchCall], looked: Sequence[Looked]) -> Batch | None:
        """Return the batch of all calls to whose effect the sender does not matter.

        Within it that is proven again.
        """
        members = tuple(place for place, each in enumerate(looked) if each.reason is None)
        if len(members) < 2:
            return None
        asked = self._joined([calls[place] for place in members], self._multicall)
        (gas,), (count,) = await self._gas([asked]), await self._counted([asked], _WITHIN)
        return None if gas is None or count != 0 else _batch(members, "multicall3", looked, gas)

    async def _by_wallet(self, calls: Sequence[BatchCall], looked: Sequence[Looked], code: str | None) -> Batch | None:
        """Return the batch of all calls by the sender's own account.

        Simulated as one to which EIP-7702 gave Multicall3's code. It stays the sender of each. Where a call fails, its
        gas is not known, nor what a batch saves.
        """
        known = [each.gas for each in looked if each.gas is not None]
        if len(known) < len(looked) or len(looked) < 2:
            return None
        gas: list[int | None] = [None]
        if code is not None:
            gas = await self._gas([self._joined(calls, self._sender)], {self._sender: {"code": code}})
        if gas[0] is None:
            return typical(known)
        return _batch(tuple(range(len(calls))), "wallet_batch", looked, gas[0])


def _batch(members: tuple[int, ...], how: How, looked: Sequence[Looked], gas: int) -> Batch:
    return Batch(members, how, sum(looked[place].gas or 0 for place in members), gas, "simulated")


def _failed(alone: int | None, after: int | None) -> str | None:
    """Return why a call that fails alone may not share Multicall3."""
    if alone is not None:
        return None
    if after is None:
        return "it fails, also after those before it"
    return "it needs a call before it: by another sender that is not proven"


def _reason(count: int | None, alone: Effect | None, within: Effect | None) -> str | None:
    if count is None or alone is None or within is None:
        return "its node shows no steps: nothing is proven"
    if count:
        return f"it asks {count} times who sends it"
    return None if alone == within else "its effect is another through Multicall3"


async def newest(view: View) -> Mapping[str, Any]:
    """Return the newest block; UpstreamUnavailable without."""
    (head,) = await view.batch([Call("eth_getBlockByNumber", ("latest", False))])
    if not isinstance(head, Mapping):
        raise UpstreamUnavailable(f"{view.name} gives no newest block")
    return head
