"""Arithmetic of Uniswap pools: the price and depth that their holdings tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from premium.money import EXACT, ZERO, divide, from_base_units
from premium.prices.model import rounded

_DEPTH_OF_HALF_CONFIDENCE = Decimal(10_000)
_Q192 = 2**192


@dataclass(frozen=True, kw_only=True)
class PoolQuote:
    """One pool's spot price of a token in its quote token, and its depth.

    The depth is how much of the quote token lies in it, in whole units.
    """

    price: Decimal
    depth: Decimal


def v2_quote(token: int, quote: int, *, token_decimals: int, quote_decimals: int) -> PoolQuote | None:
    """Return the quote of a pair's reserves, in base units; None for an empty pair."""
    if token == 0 or quote == 0:
        return None
    depth = from_base_units(quote, quote_decimals)
    return PoolQuote(price=divide(depth, from_base_units(token, token_decimals)), depth=depth)


def v3_quote(
    sqrt_price_x96: int, quote_held: int, *, token_is_first: bool, token_decimals: int, quote_decimals: int
) -> PoolQuote | None:
    """Return the quote of a V3 pool's slot0; None for an empty pool.

    (sqrtPriceX96 / 2**96)² is the second token's base units for one of the first's.
    """
    if sqrt_price_x96 == 0 or quote_held == 0:
        return None
    squared = Decimal(sqrt_price_x96**2)
    ratio = divide(squared, Decimal(_Q192)) if token_is_first else divide(Decimal(_Q192), squared)
    price = ratio.scaleb(token_decimals - quote_decimals, EXACT)
    return PoolQuote(price=price, depth=from_base_units(quote_held, quote_decimals))


def in_dollars(quote: PoolQuote, quote_usd: Decimal) -> PoolQuote:
    """Convert a quote to US dollars, at the quote token's dollar price."""
    return PoolQuote(
        price=rounded(EXACT.multiply(quote.price, quote_usd)), depth=rounded(EXACT.multiply(quote.depth, quote_usd))
    )


def deepest(quotes: Iterable[PoolQuote]) -> PoolQuote | None:
    """Return the quote of the pool that is dearest to move."""
    return max(quotes, key=lambda quote: quote.depth, default=None)


def confidence(depth: Decimal) -> Decimal:
    """Return how sure a pool's price is, 0 to 1, by the dollars in it.

    Half at 10,000, 0.9 at 90,000: a shallow pool says any price.
    """
    if depth <= ZERO:
        return ZERO
    return divide(depth, depth + _DEPTH_OF_HALF_CONFIDENCE).quantize(Decimal("0.0001"))
