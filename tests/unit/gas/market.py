"""A seeded fee market: demand that comes back to a daily level, bursts, and the rule that makes base fees of it."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

LIMIT = 30_000_000
GWEI = 10**9
REGIMES = ("days and bursts", "volatility", "jumps")


def blocks(seed: int, count: int, *, sway: float = 0.35) -> list[dict[str, int]]:
    """Blocks of 12 s from 0 on: number, timestamp, base fee in wei, gas used and limit."""
    draw, fee, level, burst = random.Random(seed), 20 * GWEI, 0.0, 0
    rows = []
    for number in range(count):
        at = 1_700_000_000 + 12 * number
        level = 0.97 * level + draw.gauss(0, 0.03)
        burst = draw.randint(10, 40) if draw.random() < 0.003 else max(burst - 1, 0)
        worth = 20 * GWEI * math.exp(sway * math.sin(at / 86_400 * 2 * math.pi) + 2 * level + (0.5 if burst else 0))
        wanted = 0.5 * (worth / fee) * math.exp(draw.gauss(0, 0.3))
        used = int(LIMIT * min(1.0, 0.0 if draw.random() < 0.01 else wanted))
        rows.append({"number": number, "timestamp": at, "base_fee": fee, "gas_used": used, "gas_limit": LIMIT})
        target = LIMIT // 2
        change = fee * abs(used - target) // target // 8
        fee = fee + max(change, 1) if used > target else fee - change
    return rows


def fees_of(regime: str, seed: int, count: int) -> list[float]:
    """Base fees of a regime, by the rule, in wei."""
    if regime == REGIMES[0]:
        return [float(row["base_fee"]) for row in blocks(seed, count)]
    draw, fee, fees = random.Random(seed), 20 * GWEI, []
    for level in _levels(draw, regime, count):
        fees.append(float(fee))
        worth = 20 * GWEI * math.exp(2 * level)
        used = int(LIMIT * min(1.0, 0.5 * (worth / fee) * math.exp(draw.gauss(0, 0.35))))
        change = fee * abs(used - LIMIT // 2) // (LIMIT // 2) // 8
        fee = fee + max(change, 1) if used > LIMIT // 2 else fee - change
    return fees


def _levels(draw: random.Random, regime: str, count: int) -> Iterator[float]:
    """The logarithm of what the market would pay, block by block."""
    level, wild = 0.0, 1.0
    for number in range(count):
        if regime == "volatility":
            wild = draw.choice([0.3, 1, 3]) if number % 800 == 0 else wild
            level = 0.985 * level + draw.gauss(0, 0.02 * wild)
        else:
            jump = draw.choice([-1, 1]) * draw.uniform(0.3, 1.2) if draw.random() < 0.004 else 0.0
            level = 0.998 * level + jump + draw.gauss(0, 0.01)
        yield level
