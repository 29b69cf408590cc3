"""Trade a token of a chain in its real pair, upon a node that simulates."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from premium.chains.endpoint import Call
from premium.chains.model import Chain, Dex
from premium.chains.rpc import Rpc, RpcError, View
from premium.errors import UpstreamUnavailable
from premium.security.cases.runs import error_of
from premium.simulation.model import NotSimulated
from premium.simulation.trade.bench import Bench
from premium.simulation.trade.direct import Pool3, pool3
from premium.simulation.trade.measure import MOST_HOLDERS, Market, Measured
from premium.simulation.trade.venues import Pair, call

SECONDS = 25.0
"""For the whole of a measurement: purchases, sales by parts, after waiting, and of holders."""
BLOCKS = 5_000
"""How far holders are looked for."""
_TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
_PART = 100
"""The newcomer spends a hundredth of the coin that lies in the pool."""
_MOST_LOGS, _MOST_NAMED = 5_000, 60


def measured(rpc: Callable[[httpx.AsyncClient], Rpc], chain: Chain, token: str) -> Measured:
    """Return what trading shows; NotSimulated says why there is nothing to tell."""
    try:
        return asyncio.run(asyncio.wait_for(_measured(rpc, chain, token.lower()), SECONDS))
    except (UpstreamUnavailable, RpcError):
        raise NotSimulated("the chain's node does not answer") from None
    except TimeoutError:
        raise NotSimulated(f"the chain's node did not answer within {SECONDS:g} s") from None


async def _measured(rpc: Callable[[httpx.AsyncClient], Rpc], chain: Chain, token: str) -> Measured:
    dex = chain.dex
    if dex is None or (dex.v2_factory is None and dex.v3_factory is None):
        raise NotSimulated("no exchange of this chain is known")
    wrapped = dex.wrapped_native.lower()
    if token == wrapped:
        raise NotSimulated("it is the chain's own coin, wrapped")
    async with httpx.AsyncClient() as client:
        node = await rpc(client).view()
        coins, venue = await _deepest(node, dex, token, wrapped)
        holders = await _holders(node, token, {token, venue.pool, wrapped})
        market = Market(Bench(node), venue, coins // _PART, error_of)
        return await market.measured(holders)


async def _deepest(node: View, dex: Dex, token: str, wrapped: str) -> tuple[int, Pair | Pool3]:
    """The pool that holds the most of the coin, and how much; NotSimulated where none holds any."""
    named: list[tuple[str, int | None]] = []
    if dex.v2_factory is not None:
        named.append((await _named(node, dex.v2_factory, call("getPair(address,address)", token, wrapped)), None))
    for each in dex.v3_fees if dex.v3_factory is not None else ():
        form = call("getPool(address,address,uint24)", token, wrapped, each)
        named.append((await _named(node, str(dex.v3_factory), form), each))
    pools = [(pool, fee) for pool, fee in named if int(pool, 16)]
    if not pools:
        raise NotSimulated("no pair of the chain's exchange holds it, and no pool")
    held = [int(await _asked(node, wrapped, call("balanceOf(address)", pool)), 16) for pool, _ in pools]
    coins, (pool, fee) = max(zip(held, pools, strict=True), key=lambda one: one[0])
    if coins < _PART:
        raise NotSimulated("its pair holds no coin")
    return coins, Pair(token, pool, wrapped, pool) if fee is None else pool3(token, pool, wrapped, fee)


async def _named(node: View, factory: str, form: bytes) -> str:
    return f"0x{(await _asked(node, factory, form))[-40:].lower().rjust(40, '0')}"


async def _asked(node: View, to: str, data: bytes) -> str:
    answer = str(await node.result("eth_call", {"to": to, "data": f"0x{data.hex()}", "gas": hex(1_000_000)}, "latest"))
    return answer if len(answer) == 66 else "0x0"


async def _holders(node: View, token: str, apart: set[str]) -> Sequence[str]:
    """Accounts that received the token lately, the newest first; contracts have rules of their own."""
    head = int(str(await node.result("eth_blockNumber")), 16)
    asked = {"fromBlock": hex(max(0, head - BLOCKS)), "toBlock": hex(head), "address": token, "topics": [_TRANSFER]}
    (logs,) = await node.batch([Call("eth_getLogs", (asked,))])
    named = list(dict.fromkeys(reversed([_to(each) for each in logs[-_MOST_LOGS:]]))) if isinstance(logs, list) else []
    listed = [each for each in named if each not in apart and int(each, 16) > 1][:_MOST_NAMED]
    codes = await node.batch([Call("eth_getCode", (each, "latest")) for each in listed]) if listed else []
    return [each for each, code in zip(listed, codes, strict=True) if code == "0x"][:MOST_HOLDERS]


def _to(log: Any) -> str:
    topics: Any = log.get("topics", ()) if isinstance(log, dict) else ()
    return f"0x{str(topics[2])[-40:].lower()}" if len(topics) == 3 else "0x0"
