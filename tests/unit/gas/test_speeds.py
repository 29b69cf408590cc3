"""Promises of speeds: kept on a market that was not seen, cheaper than go-ethereum's rule, from the past alone."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from premium.gas.fees.base_fee import BaseFeeRule, Block, bounds, next_base_fee
from premium.gas.speeds.model import SPEEDS, Pair, Promise, Seen
from premium.gas.speeds.speeds import Speeds
from tests.unit.gas.market import GWEI, blocks

pytestmark = pytest.mark.unit
RULE = BaseFeeRule()
Most = list[tuple[int, int]]


def market(seed: int, count: int) -> Iterator[tuple[Seen, Most]]:
    """Blocks of the seeded market with tips: dear where a block is full."""
    draw = random.Random(seed)
    for row in blocks(seed, count):
        block = Block(row["base_fee"], row["gas_used"], row["gas_limit"])
        is_full = row["gas_used"] * 100 >= 95 * row["gas_limit"]
        tip = int(GWEI * draw.lognormvariate(0, 0.7) * (1 if is_full else 0.1))
        reach = bounds(block.base_fee, block.gas_limit, RULE, 25)
        yield Seen(*block[:3], tip, next_base_fee(block, RULE)), [(n, reach[n - 1][1]) for n in (1, 3, 10, 25)]


def walked(seed: int, count: int) -> Speeds:
    speeds = Speeds()
    for seen, most in market(seed, count):
        speeds.learn(seen, most)
    return speeds


@pytest.mark.parametrize("seed", [2, 3])
def test_promises_are_kept_by_what_was_offered(seed: int) -> None:
    for served in walked(seed, 3_000).served():
        (kept,) = (each for each in served.kept if each.blocks == served.promise.blocks)
        assert kept.n > 2_900
        assert kept.included / kept.n >= served.promise.share, served.promise
        assert kept.low <= kept.included / kept.n <= kept.high


def test_there_is_less_headroom_than_go_ethereum_leaves() -> None:
    speeds, ours, geths = Speeds(), 0, 0
    for place, (seen, most) in enumerate(market(4, 2_000)):
        speeds.learn(seen, most)
        if place > 200:
            for served in speeds.served()[: len(SPEEDS)]:
                ours += served.pair.max_fee - seen.following
                geths += 2 * seen.base_fee + served.pair.max_priority_fee - seen.following
    assert ours < 0.8 * geths


def test_the_future_changes_no_offer() -> None:
    whole, cut, said = Speeds(), Speeds(), []
    for place, (seen, most) in enumerate(market(5, 400)):
        whole.learn(seen, most)
        if place < 300:
            cut.learn(seen, most)
        if place == 299:
            said = whole.served()
    assert cut.served() == said


def test_where_blocks_never_fill_the_least_tip_is_enough() -> None:
    speeds = Speeds(least_tip=3 * GWEI)
    for _ in range(100):
        speeds.learn(Seen(10 * GWEI, 15_000_000, 30_000_000, 9 * GWEI, 10 * GWEI))
    assert {served.pair.max_priority_fee for served in speeds.served()} == {3 * GWEI}


def test_where_blocks_are_always_full_what_they_took_is_asked() -> None:
    speeds = Speeds(promises=[Promise("next", 0.9, 1)])
    for _ in range(100):
        speeds.learn(Seen(10 * GWEI, 30_000_000, 30_000_000, 2 * GWEI, 10 * GWEI))
    (served,) = speeds.served()
    assert served.pair == Pair(12 * GWEI, 2 * GWEI)
    assert served.kept[0].n == served.kept[0].included == 99


def test_nothing_is_tested_before_twenty_outcomes() -> None:
    speeds = Speeds()
    for place in range(21):
        assert not speeds.is_tested, place
        speeds.learn(Seen(GWEI, 1, 30_000_000, None, GWEI))
    assert speeds.is_tested


def test_a_chain_without_a_base_fee_has_tips_alone() -> None:
    speeds = Speeds()
    for _ in range(60):
        speeds.learn(Seen(0, 30_000_000, 30_000_000, 5, 0))
    assert {served.pair for served in speeds.served()} == {Pair(5, 5)}


@pytest.mark.parametrize("seed", [7, 8])
def test_who_waits_pays_no_more_than_who_hurries(seed: int) -> None:
    """What was taken sooner as often as a slower promise asks keeps that promise as well, on a young chain too."""
    speeds, dearer, counted = Speeds(), 0, 0
    for place, (seen, most) in enumerate(market(seed, 400)):
        speeds.learn(seen, most)
        slow, standard, fast, instant = speeds.served()[: len(SPEEDS)]
        if place < 40:
            continue
        for waits, hurries in ((slow, standard), (standard, fast), (fast, instant), (slow, instant)):
            kept = [each for each in hurries.kept if each.blocks <= waits.promise.blocks and each.n >= 20]
            if any(each.included >= waits.promise.share * each.n for each in kept):
                counted += 1
                dearer += all(theirs <= mine for mine, theirs in zip(waits.pair, hurries.pair, strict=True)) and (
                    waits.pair != hurries.pair
                )
    assert counted > 1_000
    assert dearer == 0
