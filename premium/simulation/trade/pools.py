"""What pools pay by their formulas, to the unit.

Sources: UniswapV2Library of @uniswap/v2-periphery; SwapMath and SqrtPriceMath of @uniswap/v3-core.
"""

from __future__ import annotations

_PPM = 1_000_000
_Q96 = 1 << 96
BASIS = 10_000


def v2_out(amount: int, reserve_in: int, reserve_out: int, fee: int = 3_000) -> int:
    """Return what a constant product pays; `fee` in parts per million."""
    paid = amount * (_PPM - fee)
    bottom = reserve_in * _PPM + paid
    return paid * reserve_out // bottom if bottom else 0


def v3_out(amount: int, sqrt_price: int, liquidity: int, fee: int, *, zero_for_one: bool) -> int:
    """Return what a pool pays within one range of constant liquidity.

    0 where it has none.
    """
    if not liquidity or not sqrt_price:
        return 0
    paid = amount * (_PPM - fee) // _PPM
    if zero_for_one:
        top = liquidity << 96
        after = -(-top * sqrt_price // (top + paid * sqrt_price))
        return liquidity * (sqrt_price - after) // _Q96
    after = sqrt_price + (paid << 96) // liquidity
    return (liquidity << 96) * (after - sqrt_price) // after // sqrt_price


def tax_bps(ideal: int, received: int) -> int:
    """Return what is missing in basis points, rounded down; 0 where nothing is."""
    return (ideal - received) * BASIS // ideal if ideal > received else 0
