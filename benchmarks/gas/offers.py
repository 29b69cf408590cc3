"""What speeds offered on the seeded market, beside go-ethereum's rule on the same blocks."""

from __future__ import annotations

import random
from collections import deque
from typing import NamedTuple

from premium.gas.fees.base_fee import BaseFeeRule, Block, bounds, next_base_fee
from premium.gas.fees.inclusion import Included, takes, wilson
from premium.gas.speeds.model import SPEEDS, Pair, Promise, Seen
from premium.gas.speeds.speeds import Speeds
from tests.unit.gas.market import GWEI, blocks

_WARM = 200
"""Blocks before which nothing is compared."""


class Came(NamedTuple):
    """What came of offers: the share included in time, the mean headroom, and the mean price in gwei."""

    kept: float
    headroom: float
    paid: float


class Row(NamedTuple):
    """A speed's offers beside go-ethereum's."""

    name: str
    share: float
    blocks: int
    ours: Came
    low: float
    """Wilson's lower end of what was kept."""
    geth: Came


def market(seed: int, count: int) -> list[tuple[Seen, list[int]]]:
    """Return blocks with the lowest tip taken, and what each block's transactions tipped.

    A full block is dear; elsewhere hardly anything is asked.
    """
    draw, rule, found = random.Random(seed), BaseFeeRule(), []
    for row in blocks(seed, count):
        block = Block(row["base_fee"], row["gas_used"], row["gas_limit"])
        is_full = row["gas_used"] * 100 >= 95 * row["gas_limit"]
        lowest = int(GWEI * draw.lognormvariate(0, 0.7) * (1 if is_full else 0.1))
        tips = [int(lowest * (1 + draw.expovariate(1))) for _ in range(10)]
        found.append((Seen(*block[:3], lowest, next_base_fee(block, rule)), tips))
    return found


def compared(seed: int, count: int) -> list[Row]:
    """Return each speed's offers beside those of go-ethereum's rule."""
    seen = market(seed, count)
    ours, geths = _ours([each for each, _ in seen]), _geths(seen)
    rows = []
    for promise in SPEEDS:
        mine, theirs = _came(promise, seen, ours[promise.name]), _came(promise, seen, geths)
        n = len(seen) - _WARM - promise.blocks
        rows.append(Row(promise.name, promise.share, promise.blocks, mine, wilson(round(mine.kept * n), n)[0], theirs))
    return rows


def _ours(seen: list[Seen]) -> dict[str, list[Pair]]:
    speeds, rule = Speeds(), BaseFeeRule()
    offers: dict[str, list[Pair]] = {promise.name: [] for promise in SPEEDS}
    for each in seen:
        reach = bounds(each.base_fee, each.gas_limit, rule, 25)
        speeds.learn(each, [(ahead, reach[ahead - 1][1]) for ahead in (1, 3, 10, 25)])
        for served in speeds.served():
            offers.setdefault(served.promise.name, []).append(served.pair)
    return offers


def _geths(seen: list[tuple[Seen, list[int]]]) -> list[Pair]:
    """`eth_maxPriorityFeePerGas` of go-ethereum's defaults, and the cap that its clients make of it."""
    window: deque[list[int]] = deque(maxlen=20)
    pairs = []
    for each, tips in seen:
        window.append(sorted(tips)[:3])  # it samples the three lowest of a block
        sampled = sorted(tip for some in window for tip in some)
        tip = sampled[(len(sampled) - 1) * 60 // 100]
        pairs.append(Pair(2 * each.base_fee + tip, tip))
    return pairs


def _came(promise: Promise, seen: list[tuple[Seen, list[int]]], offers: list[Pair]) -> Came:
    included, paid, room, n = 0, 0.0, 0.0, 0
    for place in range(_WARM, len(seen) - promise.blocks):
        pair, n = offers[place], n + 1
        room += pair.max_fee / seen[place][0].following - 1
        price = _price(pair, [each for each, _ in seen[place + 1 : place + 1 + promise.blocks]])
        if price is not None:
            included, paid = included + 1, paid + price / GWEI
    return Came(included / n, room / n, paid / max(included, 1))


def _price(pair: Pair, following: list[Seen]) -> int | None:
    for each in following:
        block = Included(each.base_fee, each.gas_used, each.gas_limit, each.lowest_taken or 0)
        if takes(block, *pair):
            return min(pair.max_fee, each.base_fee + pair.max_priority_fee)
    return None
