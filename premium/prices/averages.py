"""Arithmetic of time averages of Uniswap pools.

Pure. What a price was over a window, not in one block. V2 pairs sum up price times seconds, V3 pools tick times
seconds; both wrap, and differences are taken modulo.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal

from premium.money import EXACT, divide, from_base_units
from premium.prices.pools import PoolQuote

_Q112, _Q128 = 2**112, 2**128
_UINT256, _UINT160, _UINT32 = 2**256, 2**160, 2**32
_TICK_BASE = Decimal("1.0001")
_MOST_TICK = 887_272
_WORDS = Context(prec=60, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A V2 pair as a block leaves it."""

    reserves: tuple[int, int]
    sums: tuple[int, int]
    """`price0CumulativeLast` and `price1CumulativeLast`, UQ112x112 seconds."""
    updated: int
    """Seconds, modulo 2^32."""

    def sum_at(self, token: int, at: int) -> int | None:
        """Return the sum of the first (0) or second token's price, carried to a time.

        None for an empty pair.
        """
        if 0 in self.reserves:
            return None
        passed = (at - self.updated) % _UINT32
        if passed > _UINT32 // 2:
            passed = 0  # a time before the update
        ratio = self.reserves[1 - token] * _Q112 // self.reserves[token]
        return (self.sums[token] + ratio * passed) % _UINT256


def v2_average(
    then: Pair, since: int, now: Pair, until: int, *, token_is_first: bool, token_decimals: int, quote_decimals: int
) -> PoolQuote | None:
    """Return the mean price between two times, in seconds.

    None for an empty pair, or without time between them. The depth is the smaller of what lay in the pair at
    both: what one block brought counts for nothing.
    """
    token = 0 if token_is_first else 1
    first, last = then.sum_at(token, since), now.sum_at(token, until)
    if first is None or last is None or until <= since:
        return None
    ratio = divide(Decimal((last - first) % _UINT256), Decimal(_Q112 * (until - since)))
    held = min(then.reserves[1 - token], now.reserves[1 - token])
    if not ratio:
        return None
    return PoolQuote(
        price=ratio.scaleb(token_decimals - quote_decimals, EXACT), depth=from_base_units(held, quote_decimals)
    )


@dataclass(frozen=True, kw_only=True)
class Observed:
    """What `observe` says of a V3 pool over some seconds, and how it stands since.

    `idle` are seconds after the last block in which nothing happened: they count at the present tick.
    """

    seconds: int
    ticks: int
    """Tick times seconds."""
    inverse_liquidity: int
    """Seconds over liquidity, X128."""
    tick: int
    idle: int = 0


def v3_average(
    seen: Observed, quote_held: int, *, token_is_first: bool, token_decimals: int, quote_decimals: int
) -> PoolQuote | None:
    """Return the geometric mean price of a V3 pool.

    None for an empty pool, or a tick that cannot be. The depth is the smaller of the quote token that it holds,
    and of that in range over the window: neither what lies
    far from the price nor what one block brought is taken for depth.
    """
    length = seen.seconds + seen.idle
    if length <= 0 or quote_held <= 0:
        return None
    mean = divide(Decimal(seen.ticks + seen.tick * seen.idle), Decimal(length))
    if abs(mean) > _MOST_TICK:
        return None
    second_for_first = _WORDS.power(_TICK_BASE, mean)
    ratio = second_for_first if token_is_first else _WORDS.divide(Decimal(1), second_for_first)
    held = Decimal(quote_held)
    if seen.seconds and (inverse := seen.inverse_liquidity % _UINT160):
        liquidity = Decimal((seen.seconds * _Q128) // inverse)
        root = _WORDS.sqrt(second_for_first)
        in_range = _WORDS.multiply(liquidity, root) if token_is_first else _WORDS.divide(liquidity, root)
        held = min(held, in_range)
    depth = _WORDS.scaleb(held, -quote_decimals)
    return PoolQuote(price=ratio.scaleb(token_decimals - quote_decimals, _WORDS), depth=depth)
