"""Looks up names of ENS: for handlers that ask, and daily those of wallets."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from premium.asks.line import Question
from premium.bootstrap import Platform
from premium.chains.contracts.caller import Contracts
from premium.chains.contracts.names import address_of, name_of
from premium.chains.model import Chain
from premium.errors import InvalidInput, UpstreamUnavailable
from premium.neighbours import open_client
from premium.notifications.jobs import enqueue_deliveries
from premium.portfolio.store.progress.names import NameStore
from premium.prices.market import Market

_RESERVE_SECONDS = 0.2
_AT_ONCE = 500


class Desk:
    """Answers of the resident, over the platform of its process."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def answer(self, question: Question) -> Mapping[str, Any]:
        """Return `{name, address, is_primary, block}` of `{name}`; InvalidInput says why it has no address."""
        seconds = max(question.left() - _RESERVE_SECONDS, 0.05)
        return asyncio.run(self._answer(str(question.body["name"]), seconds))

    async def _answer(self, text: str, seconds: float) -> dict[str, Any]:
        chain = registry_of(self._platform)
        async with open_client() as client:
            contracts = await _contracts(self._platform.market(client), chain, seconds)
            name, address = await address_of(contracts, text, str(chain.ens))
            primary = await name_of(contracts, address, str(chain.ens))
        return {"name": name, "address": address, "is_primary": primary == name, "block": contracts.head.number}


def registry_of(platform: Platform) -> Chain:
    """Return the chain that has ENS' registry; InvalidInput where this stage reads none."""
    chain = next((each for each in platform.chains.active if each.ens is not None), None)
    if chain is None:
        raise InvalidInput.about("address", "this is a name, and this stage reads no chain with names: give an address")
    return chain


def look_up(platform: Platform) -> dict[str, int]:
    """Look up names again, each once a day; tell users of other addresses.

    A wallet stays the address that it was given as: whoever takes a name over shall not show his coins as the user's.
    """
    store, now = NameStore(platform.worker_database), platform.clock.now()
    due = store.due(now, _AT_ONCE)
    if not due:
        return {"names": 0, "moved": 0}
    found = asyncio.run(_all(platform, sorted({each.name for each in due})))
    moved = 0
    for wallet in due:
        if wallet.name in found:
            told = store.keep(wallet, found[wallet.name], now)
            moved += told is not None
            if told:
                enqueue_deliveries(platform.redis(1), told)
    return {"names": len(found), "moved": moved}


async def _all(platform: Platform, names: list[str]) -> dict[str, str | None]:
    """Return by name its address, None where it has none now.

    A name that no node tells of is left out.
    """
    chain, found = registry_of(platform), dict[str, str | None]()
    async with open_client() as client:
        contracts = await _contracts(platform.market(client), chain, None)
        said = await asyncio.gather(
            *(address_of(contracts, name, str(chain.ens)) for name in names), return_exceptions=True
        )
    for name, each in zip(names, said, strict=True):
        if isinstance(each, InvalidInput):
            found[name] = None
        elif not isinstance(each, BaseException):
            found[name] = each[1]
        elif not isinstance(each, UpstreamUnavailable):
            raise each
    return found


async def _contracts(market: Market, chain: Chain, seconds: float | None) -> Contracts:
    adapter = market.adapter(chain.name)
    async with asyncio.timeout(seconds):
        head = await adapter.head()
        return Contracts(market.rpc(chain.name), head, adapter.readers(head))
