"""Blob fees by EIP-4844, with the reserve price of EIP-7918 and the schedules of EIP-7892."""

from __future__ import annotations

from typing import NamedTuple

BLOB_GAS = 131_072
"""Gas of one blob."""
_RESERVE_GAS = 8_192
"""EIP-7918: gas at the base fee that a blob costs at least."""
_MOST_EXPONENT = 9_000
"""A fee of e^9000 wei has 3,909 digits; longer ones nobody could read."""


class BlobRule(NamedTuple):
    """A fork's blob parameters."""

    target: int
    """Blobs a block."""
    most: int
    """Blobs a block at most."""
    update_fraction: int
    reserve: bool = False
    """Whether a blob costs at least 8,192 gas at the base fee (EIP-7918)."""


FORKS = {
    "cancun": BlobRule(3, 6, 3_338_477),
    "prague": BlobRule(6, 9, 5_007_716),
    "osaka": BlobRule(6, 9, 5_007_716, reserve=True),
    "bpo1": BlobRule(10, 15, 8_346_193, reserve=True),
    "bpo2": BlobRule(14, 21, 11_684_671, reserve=True),
}
"""By name, oldest first. Source: EIP-4844, EIP-7691, EIP-7918, EIP-7892 and the schedule of EIP-7607."""


def next_excess(excess: int, used: int, rule: BlobRule, base_fee: int | None = None) -> int:
    """Return the excess blob gas of the block after one with this excess and use.

    `base_fee`: the same block's, in wei; a rule with a reserve needs it, else ValueError.
    """
    target = rule.target * BLOB_GAS
    if excess + used < target:
        return 0
    if rule.reserve:
        if base_fee is None:
            raise ValueError("a rule with a reserve price needs the block's base fee")
        if _RESERVE_GAS * base_fee > BLOB_GAS * blob_base_fee(excess, rule.update_fraction):
            return excess + used * (rule.most - rule.target) // rule.most
    return excess + used - target


def blob_base_fee(excess: int, update_fraction: int) -> int:
    """Return the price of a unit of blob gas, in wei.

    It is e^(excess / fraction), as EIP-4844 approximates it.

    OverflowError where it would have thousands of digits.
    """
    if excess > _MOST_EXPONENT * update_fraction:
        raise OverflowError(f"e to the power of {excess} / {update_fraction} is no fee")
    return _exponential(1, excess, update_fraction)


def _exponential(factor: int, numerator: int, denominator: int) -> int:
    """Return factor · e^(numerator / denominator) by Taylor's series in integers, as each client must."""
    number, total, term = 1, 0, factor * denominator
    while term > 0:
        total += term
        term = term * numerator // (denominator * number)
        number += 1
    return total // denominator
