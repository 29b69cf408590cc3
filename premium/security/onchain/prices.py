"""Ask what the assets of orders and swaps cost, within the time of an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import httpx

from premium.chains.addresses import NATIVE as COIN
from premium.chains.addresses import asset_key
from premium.errors import AppError
from premium.prices.model import Quality
from premium.prices.quotes import Prices
from premium.security.calls.effects import Effect, Order, Trade
from premium.security.knowledge.known import NATIVE, Knowledge, Token, coin

MOST_PRICED = 8
_COIN_DECIMALS = 18


def weighed(effects: Iterable[Effect]) -> list[str]:
    """Return the assets whose prices an order or a swap is weighed by, each once."""
    named: dict[str, None] = {}
    for each in effects:
        if isinstance(each, Trade):
            named |= dict.fromkeys(coin(one) for one in (each.token_in, each.token_out) if one is not None)
        elif isinstance(each, Order):
            named |= dict.fromkeys(coin(one.token) for one in (*each.gives, *each.gets))
    return list(named)


def prices(
    asked: Callable[[httpx.AsyncClient], Prices], chain: str, tokens: Sequence[str], seconds: float
) -> Mapping[str, Decimal]:
    """Return dollars of one whole unit, of good quality alone, by asset.

    Empty where no source answers in time: what cannot be weighed is said by who weighs.
    """
    keys = {asset_key(chain, COIN if each == NATIVE else each): each for each in tokens[:MOST_PRICED]}
    if not keys:
        return {}
    try:
        return asyncio.run(asyncio.wait_for(_prices(asked, keys), seconds))
    except (AppError, TimeoutError):
        return {}


async def _prices(asked: Callable[[httpx.AsyncClient], Prices], keys: Mapping[str, str]) -> dict[str, Decimal]:
    async with httpx.AsyncClient() as client:
        quotes = await asked(client).quotes(keys)
    return {
        keys[key]: quote.price.usd
        for key, quote in quotes.items()
        if quote.price is not None and quote.quality is Quality.GOOD
    }


def with_prices(known: Knowledge, found: Mapping[str, Decimal]) -> Knowledge:
    """Return what is known, with prices beside the tokens."""
    tokens = dict(known.tokens)
    for address, usd in found.items():
        empty = Token(decimals=_COIN_DECIMALS) if address == NATIVE else Token()
        tokens[address] = replace(tokens.get(address, empty), price=usd)
    return replace(known, tokens=tokens)
