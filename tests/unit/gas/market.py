"""A seeded fee market: demand that comes back to a daily level, bursts, and the rule that makes base fees of it."""

from __future__ import annotations

import math
import random

LIMIT = 30_000_000
GWEI = 10**9


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
