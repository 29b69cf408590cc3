"""Means of pools over a window, against the plain sum over every second."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from premium.prices.averages import Observed, Pair, v2_average, v3_average

pytestmark = pytest.mark.unit
SAME = {"token_decimals": 18, "quote_decimals": 18}
ETHER = 10**18


def traded(pair: Pair, at: int, first: int, second: int) -> Pair:
    """What `_update` of a pair leaves at a time."""
    sums = pair.sum_at(0, at), pair.sum_at(1, at)
    assert sums[0] is not None
    assert sums[1] is not None
    return Pair(reserves=(first, second), sums=(sums[0], sums[1]), updated=at % 2**32)


@pytest.mark.parametrize("begin", [1_000, 2**32 - 700])
@pytest.mark.parametrize("already", [0, 2**256 - 2**115])
def test_the_mean_of_a_pair_is_that_of_all_its_seconds(begin: int, already: int) -> None:
    chance = random.Random(begin)
    pair = then = Pair(reserves=(ETHER, 3 * ETHER), sums=(already, already), updated=begin % 2**32)
    at, sums = begin, [Fraction(0), Fraction(0)]
    for _ in range(30):
        length = chance.randrange(0, 200)
        first, second = pair.reserves
        sums[0] += Fraction(second, first) * length
        sums[1] += Fraction(first, second) * length
        at += length
        pair = traded(pair, at, chance.randrange(1, 10**24), chance.randrange(1, 10**24))
    for token in (0, 1):
        mean = v2_average(then, begin, pair, at, token_is_first=token == 0, **SAME)
        assert mean is not None
        assert abs(Fraction(mean.price) / (sums[token] / (at - begin)) - 1) < Fraction(1, 10**12)


def test_what_one_block_does_to_a_pair_counts_for_no_second() -> None:
    then = Pair(reserves=(1_000 * ETHER, 1_000 * ETHER), sums=(0, 0), updated=0)
    after = traded(then, 1_800, ETHER, 10**6 * ETHER)  # in the last block
    mean = v2_average(then, 0, after, 1_800, token_is_first=True, **SAME)
    assert mean is not None
    assert (mean.price, mean.depth) == (Decimal(1), Decimal(1_000))
    shallow = v2_average(after, 1_800, after, 3_600, token_is_first=False, **SAME)
    assert shallow is not None
    assert shallow.depth == 1


def test_an_empty_pair_or_window_has_no_mean() -> None:
    full, empty = (Pair(reserves=(held, ETHER), sums=(0, 0), updated=0) for held in (ETHER, 0))
    for then, now, until in ((empty, full, 1_800), (full, empty, 1_800), (full, full, 0)):
        assert v2_average(then, 0, now, until, token_is_first=True, **SAME) is None


def test_a_range_s_mean_is_geometric_and_its_depth_what_was_in_range() -> None:
    seen = Observed(seconds=1_800, ticks=-1_800 * 23_027, inverse_liquidity=1_800 * 2**128 // ETHER, tick=500_000)
    mean = v3_average(seen, 10**30, token_is_first=True, **SAME)
    assert mean is not None
    assert abs(mean.price / Decimal("0.1") - 1) < Decimal("0.0001")  # 1.0001^-23027
    assert abs(mean.depth / Decimal("0.1").sqrt() - 1) < Decimal("0.0001"), "not what one block brought"
    other = v3_average(seen, 10**17, token_is_first=False, **SAME)
    assert other is not None
    assert abs(other.price - 10) < Decimal("0.001")
    assert other.depth == Decimal("0.1"), "not more than it holds"


def test_seconds_without_a_block_count_at_the_present_tick() -> None:
    seen = Observed(seconds=900, ticks=0, inverse_liquidity=0, tick=6_932, idle=900)
    for found, price in ((seen, 2**0.5), (replace(seen, seconds=0, idle=1_800), 2)):
        mean = v3_average(found, ETHER, token_is_first=True, **SAME)
        assert mean is not None
        assert float(mean.price) == pytest.approx(price, rel=1e-3)
    for wrong in (replace(seen, ticks=10**12), replace(seen, seconds=0, idle=0)):
        assert v3_average(wrong, ETHER, token_is_first=True, **SAME) is None
    assert v3_average(seen, 0, token_is_first=True, **SAME) is None
