"""Bands hold what they promise 25 blocks ahead, in several regimes.

No method was chosen on these seeds.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

import pytest

from premium.gas.series.model import Observed, Rules
from premium.gas.series.walk import Walk
from tests.unit.gas.market import GWEI, LIMIT, blocks

pytestmark = pytest.mark.unit
COUNT, FIRST, AHEAD = 2_400, 400, 25


def levels(draw: random.Random, regime: str) -> Iterator[float]:
    """The logarithm of what the market would pay, block by block."""
    level, wild = 0.0, 1.0
    for number in range(COUNT):
        if regime == "volatility":
            wild = draw.choice([0.3, 1, 3]) if number % 800 == 0 else wild
            level = 0.985 * level + draw.gauss(0, 0.02 * wild)
        else:
            jump = draw.choice([-1, 1]) * draw.uniform(0.3, 1.2) if draw.random() < 0.004 else 0.0
            level = 0.998 * level + jump + draw.gauss(0, 0.01)
        yield level


def market(seed: int, regime: str) -> list[float]:
    """Base fees of a regime, by the rule."""
    if regime == "days and bursts":
        return [float(row["base_fee"]) for row in blocks(seed, COUNT)]
    draw, fee, fees = random.Random(seed), 20 * GWEI, []
    for level in levels(draw, regime):
        fees.append(float(fee))
        worth = 20 * GWEI * math.exp(2 * level)
        used = int(LIMIT * min(1.0, 0.5 * (worth / fee) * math.exp(draw.gauss(0, 0.35))))
        change = fee * abs(used - LIMIT // 2) // (LIMIT // 2) // 8
        fee = fee + max(change, 1) if used > LIMIT // 2 else fee - change
    return fees


def held(fees: list[float]) -> tuple[float, float]:
    """How often the 80 and 95 percent bands held."""
    walk, in80, in95, n = Walk((AHEAD,), Rules(1.125, 0.875)), 0, 0, 0
    for place in range(len(fees) - AHEAD):
        said = walk.after(Observed(12 * place, fees[place], fees[place + 1]))
        if place >= FIRST:
            served, outcome = said[0].served, fees[place + AHEAD]
            in80 += served.low80 <= outcome <= served.high80
            in95 += served.low95 <= outcome <= served.high95
            n += 1
    return in80 / n, in95 / n


def test_bands_of_25_blocks_hold() -> None:
    regimes = ("days and bursts", "volatility", "jumps")
    found = [held(market(seed, regime)) for regime in regimes for seed in (101, 102)]
    for in80, in95 in found:
        # 2,000 outcomes that lie 25 blocks ahead are 80 independent ones: a true 0.80 strays by 0.045, a 0.95 by 0.024.
        assert abs(in80 - 0.80) < 3 * 0.045
        assert in95 > 0.95 - 3 * 0.024
    assert 0.76 <= sum(each for each, _ in found) / len(found) <= 0.84
    assert 0.92 <= sum(each for _, each in found) / len(found) <= 0.98
