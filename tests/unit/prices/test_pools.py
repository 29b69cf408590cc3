"""The arithmetic of pools, in exact numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premium.prices.pools import PoolQuote, confidence, deepest, in_dollars, v2_quote, v3_quote

pytestmark = pytest.mark.unit


def test_v2_is_the_ratio_of_whole_units() -> None:
    quote = v2_quote(2 * 10**18, 6000 * 10**6, token_decimals=18, quote_decimals=6)
    assert quote == PoolQuote(price=Decimal(3000), depth=Decimal(6000))


@pytest.mark.parametrize("reserves", [(0, 1), (1, 0), (0, 0)])
def test_an_empty_pair_says_nothing(reserves: tuple[int, int]) -> None:
    assert v2_quote(*reserves, token_decimals=18, quote_decimals=18) is None
    assert v3_quote(reserves[0], reserves[1], token_is_first=True, token_decimals=18, quote_decimals=18) is None


@given(st.integers(10**6, 10**30), st.integers(10**6, 10**30), st.integers(0, 24), st.integers(0, 24))
def test_v2_prices_of_both_sides_are_inverse(a: int, b: int, x: int, y: int) -> None:
    one, other = (
        v2_quote(a, b, token_decimals=x, quote_decimals=y),
        v2_quote(b, a, token_decimals=y, quote_decimals=x),
    )
    assert one is not None
    assert other is not None
    assert abs(one.price * other.price - 1) < Decimal("1e-20")


def test_v3_reads_the_square_of_the_root_in_both_directions() -> None:
    """USDC (6) first, WETH (18) second, at 2,500: the root as the pool's formula gives it."""
    root = int((Decimal(10**18) / Decimal(2500 * 10**6)).sqrt() * 2**96)
    weth = v3_quote(root, 10**12, token_is_first=False, token_decimals=18, quote_decimals=6)
    usdc = v3_quote(root, 10**18, token_is_first=True, token_decimals=6, quote_decimals=18)
    assert weth is not None
    assert usdc is not None
    assert abs(weth.price - 2500) < Decimal("1e-9")
    assert abs(usdc.price * 2500 - 1) < Decimal("1e-9")
    assert weth.depth == 10**6


def test_the_deepest_pool_decides_in_dollars() -> None:
    shallow = in_dollars(PoolQuote(price=Decimal(9), depth=Decimal(10)), Decimal(3000))
    deep = in_dollars(PoolQuote(price=Decimal(2), depth=Decimal(40_000)), Decimal(1))
    assert deepest([shallow, deep]) == deep
    assert deepest([]) is None


@given(st.decimals(0, 10**12, places=2), st.decimals(0, 10**12, places=2))
def test_confidence_rises_with_depth_within_bounds(a: Decimal, b: Decimal) -> None:
    low, high = sorted((a, b))
    assert 0 <= confidence(low) <= confidence(high) <= 1


def test_a_shallow_pool_is_below_the_bar_and_a_deep_one_above() -> None:
    assert confidence(Decimal(89_000)) < Decimal("0.9") <= confidence(Decimal(90_000))
