"""Read a wallet's history from nodes that are named by hand.

No deployment is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx

from premium.chains import registry
from premium.chains.model import Chain, Native, Token
from premium.chains.rpc import Rpc
from premium.config import Settings
from premium.tax.onchain.wallet import wallet_history


async def read_wallet(
    wallet: str, *, urls: Sequence[str], chain: str, chain_id: int, native: str, first: int, last: int | None
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return a wallet's neutral rows and warnings for a range of blocks.

    Warnings say what could not be told apart. The range ends at the newest block where no last one is named.
    """
    entry = Chain.model_validate(
        {
            "name": chain,
            "title": chain,
            "chain_id": chain_id,
            "native": Native(symbol=native, decimals=18),
            "rpc": urls,
            "tokens": _listed(chain, chain_id),
        }
    )
    async with httpx.AsyncClient() as client:
        rpc = Rpc(entry, client, deadline=30.0)
        newest = int(await rpc.one("eth_blockNumber"), 16) if last is None else last
        return await wallet_history(rpc, wallet, first, newest)


def _listed(chain: str, chain_id: int) -> tuple[Token, ...]:
    """Return the shipped registry's tokens of a chain, none for an unknown chain."""
    known = registry.load(Settings.from_environment({"PREMIUM_STAGE": "local"}))
    return known[chain].tokens if chain in known and known[chain].chain_id == chain_id else ()
