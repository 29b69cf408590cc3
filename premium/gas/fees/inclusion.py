"""Count how often a pair of caps would have been included."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

_FULL_PERCENT = 95
"""A block that used so much of its limit left transactions out."""
_Z = 1.959963984540054
"""Of the normal distribution: 95 percent lie within."""


class Included(NamedTuple):
    """A block, and what it asked of those whom it included: wei and gas."""

    base_fee: int
    gas_used: int
    gas_limit: int
    lowest_taken: int
    """The lowest priority fee that it really took."""


class Frequency(NamedTuple):
    """How many of `n` offers were included within so many blocks."""

    blocks: int
    n: int
    included: int
    low: float
    high: float
    """Wilson's interval of 95 percent."""


def takes(block: Included, max_fee: int, max_priority_fee: int, least_tip: int = 0) -> bool:
    """Tell whether a block would have taken a transaction with these caps, in wei.

    A full one asks the lowest tip that it took; another one the chain's least.
    """
    if block.base_fee > max_fee:
        return False
    return min(max_priority_fee, max_fee - block.base_fee) >= asked_of(block, least_tip)


def asked_of(block: Included, least_tip: int = 0) -> int:
    """Return the priority fee that a block asked, in wei."""
    is_full = block.gas_used * 100 >= block.gas_limit * _FULL_PERCENT
    return max(block.lowest_taken, least_tip) if is_full else least_tip


def frequencies(taken: Sequence[bool], blocks_ahead: Sequence[int]) -> list[Frequency]:
    """Count, for offers made after each block, those that one of the next blocks took.

    `taken`: what each block, in order, would have done. Offers whose blocks are not all known are not counted.
    """
    following = _next_taking(taken)
    return [_frequency(following, ahead) for ahead in blocks_ahead]


def _next_taking(taken: Sequence[bool]) -> list[int]:
    """Return for each block how many later the next one takes.

    More than there are where none does.
    """
    never = len(taken) + 1
    found, distance = [never] * len(taken), never
    for place in range(len(taken) - 2, -1, -1):
        distance = 1 if taken[place + 1] else distance + 1
        found[place] = min(distance, never)
    return found


def _frequency(following: Sequence[int], ahead: int) -> Frequency:
    n = max(len(following) - ahead, 0)
    included = sum(distance <= ahead for distance in following[:n])
    return Frequency(ahead, n, included, *wilson(included, n))


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Return Wilson's 95 percent interval of a share.

    `hits` of `n` were seen; (0, 1) where none was tried.
    """
    if n == 0:
        return 0.0, 1.0
    share, square = hits / n, _Z * _Z
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = _Z / (1 + square / n) * sqrt(share * (1 - share) / n + square / (4 * n * n))
    return (0.0 if hits == 0 else middle - half), (1.0 if hits == n else middle + half)
