"""Value shares of Uniswap V2 pairs: what burning pays after the protocol's pending fee.

Source: UniswapV2Pair of @uniswap/v2-core.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

from premium.amm.errors import held

Pair = tuple[int, int]
"""Of token0 and token1."""


def supply_after_fee(reserves: Pair, total_supply: int, k_last: int, parts: tuple[int, int, int] = (1, 5, 1)) -> int:
    """Return the supply once the protocol has minted its fee.

    `parts` say how much of the growth since `k_last` it is: a sixth with Uniswap. A `k_last` of 0 is no fee.
    """
    if not k_last:
        return total_supply
    root, root_last = isqrt(held(reserves[0] * reserves[1], "reserves")), isqrt(k_last)
    if root <= root_last:
        return total_supply
    times, now, before = parts
    minted = held(total_supply * (root - root_last) * times, "total_supply") // (root * now + root_last * before)
    return total_supply + minted


def burned(reserves: Pair, shares: int, total_supply: int) -> Pair:
    """Return what burning pays, rounded down."""
    first, second = (held(shares * reserve, "lp_amount") // total_supply for reserve in reserves)
    return first, second


def fair_value_squared(reserves: Pair, prices: tuple[Fraction, Fraction], share: Fraction) -> Fraction:
    """Return the square of 2·√(k·p₀·p₁)·share, which moving the pool's price does not change.

    Prices are dollars of one base unit.
    """
    return 4 * reserves[0] * reserves[1] * prices[0] * prices[1] * share**2


def rebalanced(reserves: Pair, prices: tuple[Fraction, Fraction], share: Fraction) -> Pair:
    """Return a share of what the pool holds once its price is the market's.

    Rounded down. Both parts are worth √(k·p₀·p₁)·share. Prices are dollars of one base unit, above 0.
    """
    square = reserves[0] * reserves[1] * share**2
    return _root(square * prices[1] / prices[0]), _root(square * prices[0] / prices[1])


def _root(square: Fraction) -> int:
    return isqrt(square.numerator // square.denominator)


def off_market(reserves: Pair, prices: tuple[Fraction, Fraction]) -> Fraction | None:
    """Return the pool's price over the market's, less 1; None for an empty pool."""
    if not reserves[0] or not prices[0] or not prices[1]:
        return None
    return reserves[1] * prices[1] / (reserves[0] * prices[0]) - 1
