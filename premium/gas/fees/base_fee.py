"""Base fees by EIP-1559's rule and by that of OP-stack chains, in wei."""

from __future__ import annotations

from typing import NamedTuple

_HOLOCENE, _JOVIAN = 9, 17
"""Bytes of an OP-stack header's `extraData` since these upgrades."""


class BaseFeeRule(NamedTuple):
    """What a chain's base fee follows."""

    elasticity: int = 2
    """A block's limit is so many times its target."""
    denominator: int = 8
    """A base fee changes by one part in so many, at most, from a block of target size to an empty one."""
    floor: int = 0
    """Wei below which it never falls."""
    counts_data: bool = False
    """Whether a block's data footprint (`blobGasUsed`) counts where it is more than its gas."""


class Block(NamedTuple):
    """What decides the base fee of the next block: wei and gas of a header."""

    base_fee: int
    gas_used: int
    gas_limit: int
    blob_gas_used: int = 0


def next_base_fee(block: Block, rule: BaseFeeRule) -> int:
    """Return the base fee, in wei, of the block after this one.

    ValueError for a header that no chain has: a target of 0, or more used than the limit.
    """
    target = target_of(block.gas_limit, rule)
    used = max(block.gas_used, block.blob_gas_used) if rule.counts_data else block.gas_used
    if used > block.gas_limit:
        raise ValueError(f"{used} gas are used of a limit of {block.gas_limit}")
    change = block.base_fee * abs(used - target) // target // rule.denominator
    following = block.base_fee + max(change, 1) if used > target else block.base_fee - change
    return max(following, rule.floor)


def target_of(gas_limit: int, rule: BaseFeeRule) -> int:
    """Return the gas at which the base fee stays; ValueError where it would be 0."""
    target = gas_limit // rule.elasticity
    if target == 0:
        raise ValueError(f"a limit of {gas_limit} leaves a target of 0")
    return target


def bounds(base_fee: int, gas_limit: int, rule: BaseFeeRule, blocks: int) -> list[tuple[int, int]]:
    """Return how far the base fee can go in each of the next blocks.

    The lowest after 1 to `blocks` blocks, all of them empty, and the highest, all of them full.
    """
    low = high = base_fee
    found = []
    for _ in range(blocks):
        low = next_base_fee(Block(low, 0, gas_limit), rule)
        high = next_base_fee(Block(high, gas_limit, gas_limit), rule)
        found.append((low, high))
    return found


def carries_rule(extra_data: bytes) -> bool:
    """Tell whether a header's `extraData` has the form of one that carries its rule."""
    return (extra_data[:1], len(extra_data)) in ((b"\0", _HOLOCENE), (b"\1", _JOVIAN))


def rule_of_extra_data(extra_data: bytes) -> BaseFeeRule:
    """Read the rule that an OP-stack header carries.

    Since Holocene (version 0) and Jovian (version 1).

    ValueError for other bytes. Source: specs.optimism.io, execution engine of both upgrades.
    """
    if not carries_rule(extra_data):
        raise ValueError(f"must be 9 bytes of version 0 or 17 of version 1; given are {len(extra_data)}")
    denominator, elasticity = (int.from_bytes(extra_data[place : place + 4]) for place in (1, 5))
    if denominator == 0 or elasticity == 0:
        raise ValueError("neither denominator nor elasticity may be 0")
    return BaseFeeRule(elasticity, denominator, int.from_bytes(extra_data[9:]), counts_data=len(extra_data) == _JOVIAN)


class Price(NamedTuple):
    """What a transaction pays for a unit of gas, in wei."""

    effective: int
    priority: int
    """The part that the block's producer gets."""


def effective_price(base_fee: int, max_fee: int, max_priority_fee: int) -> Price:
    """Return what a transaction with these caps pays in a block of this base fee.

    ValueError where the block could not include it.
    """
    if max_fee < base_fee or max_priority_fee > max_fee:
        raise ValueError("the caps do not fit the base fee, or each other")
    effective = min(max_fee, base_fee + max_priority_fee)
    return Price(effective, effective - base_fee)
