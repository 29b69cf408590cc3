"""Matches a chain's logs once a run, for all wallets that are watched on it.

Whoever was watched while blocks were matched is searched up to the last of them, without a question of its own. Where a
chain has more logs than asking by wallet would cost, it is left alone for a day.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from premium.chains.contracts.protocols import of_chain
from premium.chains.discovery import MOST_WALLETS
from premium.chains.reading.matches import every_transfer, topics_of
from premium.errors import AppError
from premium.observability import logger

if TYPE_CHECKING:
    from datetime import datetime

    from premium.portfolio.store import Stores
    from premium.prices.market import Market

SECONDS = 30.0
PAUSE = timedelta(days=1)
_LEAST_CALLS = 20
"""However few wallets there are."""
_QUESTIONS = 3
"""That a thousand wallets cost a span otherwise."""


async def match(market: Market, stores: Stores, chain: str, now: datetime) -> dict[str, int]:
    """Match a chain's new blocks; return what was found, as counts."""
    entry, store = market.chains[chain], stores.matches
    before = await asyncio.to_thread(store.get, chain)
    if entry.discovery is None or (before is not None and before.paused_until and before.paused_until > now):
        return {}
    try:
        async with asyncio.timeout(SECONDS):
            head = (await market.adapter(chain).head()).number
            if before is None or before.high < before.low or head < before.low:
                await asyncio.to_thread(store.keep, chain, head, head, {})
                return {}
            wallets = await asyncio.to_thread(store.wallets, chain)
            first = max(before.low, before.high + 1 - entry.finality_blocks)
            spans = -(-(head - first + 1) // entry.discovery.span)
            most = max(_LEAST_CALLS, _QUESTIONS * spans * -(-len(wallets) // MOST_WALLETS))
            known = of_chain(chain, entry.protocols)
            contracts = frozenset(contract.lower() for each in known for contract in each.nft_contracts)
            found = await every_transfer(
                market.rpc(chain), topics_of(wallets), first, head, contracts=contracts, span=entry.discovery.span,
                most=most,
            )  # fmt: skip
    except (AppError, TimeoutError) as error:
        logger.warning("a chain's logs were not matched", chain=chain, reason=str(error) or "not in time")
        return {}
    if found is None:
        await asyncio.to_thread(store.pause, chain, now + PAUSE)
        return {}
    await asyncio.to_thread(store.keep, chain, before.low, head, found)
    return {"matched": len(wallets), "touched": len(found)}
