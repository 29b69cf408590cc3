"""Calls of view functions, and chunks of them that a node can answer at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

READ_GAS = 75_000
"""What a plain view function may use."""
BALANCE_GAS, NATIVE_GAS = 20_000, 5_000
"""What chunks count for a balance: `balanceOf` takes 3,000 to 40,000, and less for each further wallet of a token.

Where a chunk runs out of gas all the same, what failed in it is asked again, each with what a view function may use.
"""
_BALANCE_OF = bytes.fromhex("70a08231") + bytes(12)


class Read(NamedTuple):
    """A call of a view function: contract and calldata."""

    target: str
    data: bytes
    gas: int = READ_GAS
    """What it may use; chunks are cut by the sum."""


@lru_cache(maxsize=65_536)
def _balance_data(wallet: str) -> bytes:
    return _BALANCE_OF + bytes.fromhex(wallet[2:])


def balance_of(wallet: str, token: str) -> Read:
    """Return the read of a wallet's balance of an ERC-20."""
    return Read(token, _balance_data(wallet), BALANCE_GAS)


def chunks(reads: Sequence[Read], *, gas: int, size: int, overhead: int) -> list[Sequence[Read]]:
    """Cut reads into chunks of at most `gas` and `size` bytes, `overhead` bytes a read.

    A single read that is larger than either is a chunk of its own.
    """
    found: list[Sequence[Read]] = []
    start = used = length = 0
    for place, read in enumerate(reads):
        more, longer = read.gas, len(read.data) + overhead
        if place > start and (used + more > gas or length + longer > size):
            found.append(reads[start:place])
            start, used, length = place, 0, 0
        used, length = used + more, length + longer
    return [*found, reads[start:]] if start < len(reads) else found


def without(reads: Iterable[Read], targets: frozenset[str]) -> tuple[list[int], list[int]]:
    """Return the places of reads that may share a call, and of the others."""
    shared: list[int] = []
    alone: list[int] = []
    for place, read in enumerate(reads):
        (alone if read.target in targets else shared).append(place)
    return shared, alone
