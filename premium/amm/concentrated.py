"""Value positions of Uniswap V3: what minting takes, what burning and collecting pay.

Amounts are base units of token0 and token1. Sources: SqrtPriceMath, Position and Tick of @uniswap/v3-core, the
position manager of @uniswap/v3-periphery. Square roots carry 96 bits behind the point, fee growth 128.
"""

from __future__ import annotations

from dataclasses import dataclass

from premium.amm.errors import UINT128, PoolRefuses, held
from premium.amm.ticks import sqrt_at

Q96, Q128 = 2**96, 2**128
_WORD = 2**256
Pair = tuple[int, int]
"""Of token0 and token1."""


@dataclass(frozen=True)
class Range:
    """The ticks between which a position is at work."""

    lower: int
    upper: int

    def roots(self, sqrt_price: int) -> tuple[int, int, int]:
        """Return the lower end, the price kept within, and the upper end."""
        low, high = sqrt_at(self.lower), sqrt_at(self.upper)
        return low, min(max(sqrt_price, low), high), high

    def liquidity(self, sqrt_price: int, most: Pair) -> int:
        """Return the liquidity that these amounts buy at most, without rounding in between.

        PoolRefuses where it is more than a pool can hold.
        """
        low, price, high = self.roots(sqrt_price)
        bought = []
        if price < high:
            bought.append(most[0] * price * high // (Q96 * (high - price)))
        if price > low:
            bought.append(most[1] * Q96 // (price - low))
        return held(min(bought), "liquidity", UINT128)

    def amounts(self, sqrt_price: int, liquidity: int, *, up: bool = False) -> Pair:
        """Return what burning pays, rounded down, or what minting takes, rounded up."""
        low, price, high = self.roots(sqrt_price)
        first = _divided(liquidity * Q96 * (high - price), price * high, up=up)
        return first, _divided(liquidity * (price - low), Q96, up=up)


@dataclass(frozen=True)
class FeeGrowth:
    """Fees of one unit of liquidity, modulo 2^256: the pool's, and outside a range's ends."""

    overall: Pair
    lower_outside: Pair
    upper_outside: Pair

    def inside(self, within: Range, tick: int) -> Pair:
        """Return what grew between the ends, seen from the pool's present tick."""

        def one(which: int) -> int:
            total, lower, upper = (each[which] for each in (self.overall, self.lower_outside, self.upper_outside))
            below = lower if tick >= within.lower else total - lower
            above = upper if tick < within.upper else total - upper
            return (total - below - above) % _WORD

        return one(0), one(1)


def collectable(liquidity: int, inside: Pair, inside_last: Pair, owed: Pair) -> Pair:
    """Return what collecting pays: growth since the last touch, and what was owed then.

    The contract keeps both in 128 bits, and lets them wrap.
    """
    grown = [(now - last) % _WORD * liquidity // Q128 for now, last in zip(inside, inside_last, strict=True)]
    first, second = ((old + new % Q128) % Q128 for old, new in zip(owed, grown, strict=True))
    return first, second


def checked_tick(sqrt_price: int, tick: int) -> int:
    """Return the tick that a pool says, if its price allows it.

    A price that stopped on a tick on its way down is told as the tick below. PoolRefuses for another.
    """
    if sqrt_at(tick) <= sqrt_price <= sqrt_at(tick + 1):
        return tick
    raise PoolRefuses("invalid_pool", f"tick: {tick} is not the tick of sqrt_price_x96")


def _divided(numerator: int, denominator: int, *, up: bool) -> int:
    return -(-numerator // denominator) if up else numerator // denominator
