"""Convert Uniswap V3 ticks to square roots of prices and back, to the last bit.

A tick is a power of 1.0001; roots are fixed-point numbers with 96 bits behind the point. Source: TickMath of
@uniswap/v3-core, whose factors are 2^128 / sqrt(1.0001)^(2^bit).
"""

from __future__ import annotations

MIN_TICK, MAX_TICK = -887272, 887272
_FACTORS = (
    0xFFFCB933BD6FAD37AA2D162D1A594001, 0xFFF97272373D413259A46990580E213A, 0xFFF2E50F5F656932EF12357CF3C7FDCC,
    0xFFE5CACA7E10E4E61C3624EAA0941CD0, 0xFFCB9843D60F6159C9DB58835C926644, 0xFF973B41FA98C081472E6896DFB254C0,
    0xFF2EA16466C96A3843EC78B326B52861, 0xFE5DEE046A99A2A811C461F1969C3053, 0xFCBE86C7900A88AEDCFFC83B479AA3A4,
    0xF987A7253AC413176F2B074CF7815E54, 0xF3392B0822B70005940C7A398E4B70F3, 0xE7159475A2C29B7443B29C7FA6E889D9,
    0xD097F3BDFD2022B8845AD8F792AA5825, 0xA9F746462D870FDF8A65DC1F90E061E5, 0x70D869A156D2A1B890BB3DF62BAF32F7,
    0x31BE135F97D08FD981231505542FCFA6, 0x9AA508B5B7A84E1C677DE54F3E99BC9, 0x5D6AF8DEDB81196699C329225EE604,
    0x2216E584F5FA1EA926041BEDFE98, 0x48A170391F7DC42444E8FA2,
)  # fmt: skip


def sqrt_at(tick: int) -> int:
    """Return the square root of a tick's price, rounded up; ValueError beyond the outermost ticks."""
    if not MIN_TICK <= tick <= MAX_TICK:
        raise ValueError(f"a tick lies between {MIN_TICK} and {MAX_TICK}")
    ratio, steps = 1 << 128, abs(tick)
    for bit, factor in enumerate(_FACTORS):
        if steps >> bit & 1:
            ratio = ratio * factor >> 128
    if tick > 0:
        ratio = (2**256 - 1) // ratio
    return (ratio >> 32) + (ratio % 2**32 > 0)


MIN_SQRT, MAX_SQRT = sqrt_at(MIN_TICK), sqrt_at(MAX_TICK)
"""A pool's price is at least the first, and less than the second."""


def tick_at(sqrt_price: int) -> int:
    """Return the greatest tick whose price is not above; ValueError beyond a pool's prices."""
    if not MIN_SQRT <= sqrt_price < MAX_SQRT:
        raise ValueError(f"a square root of a price lies between {MIN_SQRT} and {MAX_SQRT - 1}")
    low, high = MIN_TICK, MAX_TICK
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if sqrt_at(middle) <= sqrt_price else (low, middle)
    return low
