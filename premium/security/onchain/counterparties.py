"""Read of a node to whom a user has sent tokens lately.

Look-alikes are held against them. Events alone prove nothing: a worthless token writes any sender, and some tokens
move nothing in anybody's name. So a recipient counts where something was moved by a transaction of the user's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from premium.chains.endpoint import Answer, Call, RpcError
from premium.chains.rpc import Rpc
from premium.errors import UpstreamUnavailable

BLOCKS = 5_000
"""How far it looks back: nodes refuse more where no contract is named."""
MOST = 24
"""Transactions whose sender is looked up, the newest first."""
_TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"


def sent_to(rpc: Callable[[httpx.AsyncClient], Rpc], user: str, seconds: float) -> frozenset[str]:
    """Return recipients in lower case; none where the node does not tell in time."""
    try:
        return asyncio.run(asyncio.wait_for(_sent_to(rpc, user.lower()), seconds))
    except (UpstreamUnavailable, RpcError, TimeoutError, ValueError, TypeError, KeyError):
        return frozenset()


async def _sent_to(rpc: Callable[[httpx.AsyncClient], Rpc], user: str) -> frozenset[str]:
    async with httpx.AsyncClient() as client:
        nodes = rpc(client)
        head = int(str(await nodes.one("eth_blockNumber")), 16)
        topics = [_TRANSFER, f"0x{user[2:].rjust(64, '0')}"]
        asked = {"fromBlock": hex(max(0, head - BLOCKS)), "toBlock": hex(head), "topics": topics}
        named = _recipients(await nodes.one("eth_getLogs", asked))
        hashes = list(named)[-MOST:]
        found = await nodes.batch([Call("eth_getTransactionByHash", (each,)) for each in hashes]) if hashes else []
    return frozenset(
        who for each, answer in zip(hashes, found, strict=True) if _sender(answer) == user for who in named[each]
    ) - {user}


def _recipients(logs: Any) -> dict[str, set[str]]:
    """Recipients of amounts or units by transaction, the oldest first; transfers of nothing are left out."""
    found: dict[str, set[str]] = {}
    for each in logs if isinstance(logs, list) else ():
        topics = each["topics"]
        amount = int(str(each["data"])[2:66] or "0", 16) if len(topics) == 3 else 1
        if len(topics) in (3, 4) and amount:
            found.setdefault(str(each["transactionHash"]), set()).add(f"0x{str(topics[2])[-40:].lower()}")
    return found


def _sender(answer: Answer) -> str | None:
    return str(answer.get("from", "")).lower() if isinstance(answer, Mapping) else None
