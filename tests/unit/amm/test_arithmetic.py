"""Pool arithmetic against published values, and against the same computed another way."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from math import ceil, floor, isqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premium.amm import constant_product, exits
from premium.amm.concentrated import FeeGrowth, Range, checked_tick, collectable
from premium.amm.errors import PoolRefuses
from premium.amm.ticks import MAX_SQRT, MAX_TICK, MIN_SQRT, MIN_TICK, sqrt_at, tick_at

pytestmark = pytest.mark.unit
TICKS = st.integers(MIN_TICK, MAX_TICK)
PRICES = st.integers(MIN_SQRT, MAX_SQRT - 1)
WORD = st.integers(0, 2**256 - 1)


def test_the_outermost_prices_are_the_published_ones() -> None:
    assert (MIN_SQRT, MAX_SQRT) == (4295128739, 1461446703485210103287273052203988822378723970342)
    assert sqrt_at(0) == 2**96
    for tick in (MIN_TICK - 1, MAX_TICK + 1):
        with pytest.raises(ValueError, match="a tick lies between"):
            sqrt_at(tick)
    for price in (0, MIN_SQRT - 1, MAX_SQRT):
        with pytest.raises(ValueError, match="lies between"):
            tick_at(price)


@given(TICKS)
def test_a_root_is_the_power_of_1_0001(tick: int) -> None:
    with localcontext(prec=80):
        exact = (Decimal("1.0001") ** tick).sqrt() * 2**96
        assert abs(sqrt_at(tick) / exact - 1) < Decimal("1e-9")


@given(PRICES)
def test_a_tick_is_the_greatest_below_its_price(price: int) -> None:
    tick = tick_at(price)
    assert sqrt_at(tick) <= price
    assert price < sqrt_at(tick + 1)
    assert checked_tick(price, tick) == tick


def test_a_pool_may_tell_the_tick_below_on_its_way_down() -> None:
    assert checked_tick(sqrt_at(60), 59) == 59
    with pytest.raises(PoolRefuses, match="58 is not the tick"):
        checked_tick(sqrt_at(60), 58)


@given(st.tuples(TICKS, TICKS).filter(lambda pair: pair[0] != pair[1]), PRICES, st.integers(0, 2**128 - 1))
def test_amounts_are_the_exact_ones_rounded_once(ticks: tuple[int, int], price: int, liquidity: int) -> None:
    within = Range(min(ticks), max(ticks))
    low, high = (Fraction(sqrt_at(tick), 2**96) for tick in (within.lower, within.upper))
    root = min(max(Fraction(price, 2**96), low), high)
    exact = (liquidity * (1 / root - 1 / high), liquidity * (root - low))
    assert within.amounts(price, liquidity) == tuple(map(floor, exact))
    assert within.amounts(price, liquidity, up=True) == tuple(map(ceil, exact))


@given(
    st.integers(-1000, 999),
    st.integers(1, 500),
    st.integers(-3000, 3000),
    st.integers(0, 10**30),
    st.integers(0, 10**30),
)
def test_a_deposit_buys_the_most_that_it_can_pay_for(lower: int, width: int, tick: int, one: int, two: int) -> None:
    within, price = Range(lower, lower + width), sqrt_at(tick)
    liquidity = within.liquidity(price, (one, two))
    low, high = sqrt_at(lower), sqrt_at(lower + width)
    taken = within.amounts(price, liquidity, up=True)
    more = within.amounts(price, liquidity + 1, up=True)
    assert taken[0] <= one or price >= high
    assert taken[1] <= two or price <= low
    assert more[0] > one or more[1] > two


@given(st.tuples(WORD, WORD, WORD), st.integers(-5, 5), st.integers(-5, 5), WORD, st.integers(0, 2**128 - 1))
def test_fees_wrap_as_the_contract_lets_them(
    growth: tuple[int, int, int], lower: int, tick: int, last: int, liquidity: int
) -> None:
    """The growth of a range, counted as the pool's seconds would be: wherever the counters began."""
    total, below, above = growth
    within = Range(lower, lower + 3)
    inside = FeeGrowth((total, 0), (below, 0), (above, 0)).inside(within, tick)[0]
    if tick < lower:
        expected = below - above
    elif tick >= lower + 3:
        expected = above - below
    else:
        expected = total - below - above
    assert inside == expected % 2**256
    fees = collectable(liquidity, (inside, 0), (last, 0), (2**128 - 1, 5))
    assert fees == (((inside - last) % 2**256 * liquidity // 2**128 + 2**128 - 1) % 2**128, 5)


@given(st.integers(1, 2**112 - 1), st.integers(1, 2**112 - 1), st.integers(1, 2**100), st.integers(0, 2**224))
def test_the_protocols_fee_is_a_sixth_of_the_growth(first: int, second: int, supply: int, k_last: int) -> None:
    after = constant_product.supply_after_fee((first, second), supply, k_last)
    root, before = isqrt(first * second), isqrt(k_last)
    if not k_last or root <= before:
        assert after == supply
    else:
        assert after == supply + floor(Fraction(supply * (root - before), 5 * root + before))


def test_uniswaps_own_example_of_the_fee() -> None:
    """Its whitepaper, 2.4: 100 DAI and 1 ETH for 10 shares, later 96 and 1.5, by its formula 2/7 of a share."""
    unit = 10**18
    after = constant_product.supply_after_fee((96 * unit, unit * 3 // 2), 10 * unit, 100 * unit * unit)
    assert after - 10 * unit == 2 * unit // 7


@given(st.lists(st.integers(0, 10**30), min_size=2, max_size=8), st.integers(1, 10**27), st.data())
def test_leaving_in_proportion_never_pays_more_than_the_share(
    balances: list[int], supply: int, data: st.DataObject
) -> None:
    shares = data.draw(st.integers(0, supply))
    exact = [Fraction(balance * shares, supply) for balance in balances]
    assert exits.curve(balances, shares, supply) == list(map(floor, exact))
    less = exits.curve_crypto(balances, shares, supply)
    assert less == [balance * max(shares - 1, 0) // supply for balance in balances]
    scaling = data.draw(st.lists(st.integers(1, 10**31), min_size=len(balances), max_size=len(balances)))
    if all(balance * scale < 2**190 for balance, scale in zip(balances, scaling, strict=True)):
        paid = exits.balancer(balances, scaling, shares, supply)
        assert all(got <= part for got, part in zip(paid, exact, strict=True))


def test_what_no_contract_could_hold_is_refused() -> None:
    for call in (
        lambda: exits.curve([2**255], 2, 10),
        lambda: exits.balancer([2**255], [10], 2, 10),
        lambda: exits.balancer([1], [0], 2, 10),
        lambda: constant_product.burned((2**255, 1), 2, 10),
        lambda: constant_product.supply_after_fee((2**200, 2**200), 10, 1),
        lambda: Range(-1, 1).liquidity(2**96, (2**255, 2**255)),
    ):
        with pytest.raises(PoolRefuses):
            call()
