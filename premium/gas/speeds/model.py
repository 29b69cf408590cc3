"""Values of offers, promises, and what came of them."""

from __future__ import annotations

from typing import NamedTuple

AHEAD = (1, 3, 10, 25)
"""Blocks within which it is counted whether an offer was included."""
LEAST = 20
"""Outcomes without which nothing is stated: only the node's word."""
TRAILING = 5_000
"""Offers of the window in which frequencies are counted."""


class Promise(NamedTuple):
    """So often included within so many blocks."""

    name: str
    share: float
    blocks: int
    counted: tuple[int, ...] = AHEAD
    """Blocks within which its offers are followed."""


SPEEDS = (
    Promise("slow", 0.90, 25), Promise("standard", 0.90, 10), Promise("fast", 0.95, 3), Promise("instant", 0.99, 1),
)  # fmt: skip
CONFIDENCES = tuple(Promise(f"next{share}", share / 100, 1, (1,)) for share in (70, 80, 90, 95))
"""Promises of the next block; 99 is `instant`."""


class Seen(NamedTuple):
    """A block as offers meet it: wei and gas."""

    base_fee: int
    gas_used: int
    gas_limit: int
    lowest_taken: int | None
    following: int
    """The base fee of the next block, or what is thought of it."""


class Pair(NamedTuple):
    """What a sender offers, in wei a unit of gas."""

    max_fee: int
    max_priority_fee: int


class Kept(NamedTuple):
    """How many of `n` offers were included within so many blocks."""

    blocks: int
    n: int
    included: int
    low: float
    high: float
    """Wilson's interval of 95 percent."""


class Served(NamedTuple):
    """What a promise offers after the newest block, and what came of its offers before."""

    promise: Promise
    pair: Pair
    kept: tuple[Kept, ...]
