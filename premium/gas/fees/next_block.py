"""What a header decides of the next blocks: base fees, bounds, the price of blobs."""

from __future__ import annotations

from typing import NamedTuple

from premium.chains.fees.model import Fees
from premium.gas.fees.base_fee import BaseFeeRule, Block, bounds, next_base_fee, rule_of_extra_data
from premium.gas.fees.blobs import FORKS, blob_base_fee, next_excess
from premium.gas.tips.header import Header

EXACT_MODELS = ("eip1559", "op_stack")
AHEAD = (1, 3, 10, 25)
"""Blocks ahead of which bounds and chances are told."""


class Blobs(NamedTuple):
    """Blob gas after a block, in wei a unit.

    There is no price where the fork is not known.
    """

    excess: int
    """Of the next block."""
    base_fee: int | None
    next_base_fee: int | None
    fork: str | None


class Following(NamedTuple):
    """What is known of the blocks after a header."""

    base_fee: int
    """Wei."""
    exact: bool
    bounds: tuple[tuple[int, int, int], ...]
    """Blocks ahead, lowest and highest base fee; none where only the node knows."""
    blobs: Blobs | None


def rule_of(fees: Fees, header: Header) -> BaseFeeRule | None:
    """Return the rule that decides the block after a header.

    None where only the node knows.
    """
    if fees.model not in EXACT_MODELS:
        return None
    if fees.model == "op_stack" and header.extra_data:
        try:
            return rule_of_extra_data(header.extra_data)
        except ValueError:
            pass  # before Holocene these bytes were anything
    held = fees.parameters(header.timestamp)
    return BaseFeeRule(held.elasticity, held.denominator, held.floor)


def expected(fees: Fees, parent: Header) -> int | None:
    """Return the base fee of the block after `parent`, None where only the node knows."""
    rule = rule_of(fees, parent)
    return None if rule is None else next_base_fee(_block(parent), rule)


def may_follow(fees: Fees, parent: Header, base_fee: int) -> bool:
    """Return whether a block after `parent` can have this base fee."""
    rule = rule_of(fees, parent)
    if rule is None:
        return True
    ((low, high),) = bounds(parent.base_fee, parent.gas_limit, rule, 1)
    return low <= base_fee <= max(high, rule.floor)


def following(fees: Fees, header: Header, seconds: float, parent: Header | None = None) -> Following:
    """Say what comes after a header.

    `seconds`: the usual time between blocks. `parent`: where known, whether the rules held for this very block.
    """
    rule, next_at = rule_of(fees, header), header.timestamp + round(seconds)
    blobs, is_known = _blobs(fees, header, next_at, parent)
    if rule is None:
        return Following(header.base_fee, exact=False, bounds=(), blobs=blobs)
    held = parent is None or expected(fees, parent) == header.base_fee
    spans = bounds(header.base_fee, header.gas_limit, rule, max(AHEAD))
    known = next_base_fee(_block(header), rule)
    after = [(known, known), *_after(known, header.gas_limit, rule)]
    told = tuple((ahead, *(after if held else spans)[ahead - 1]) for ahead in AHEAD)
    return Following(known, exact=held and is_known, bounds=told, blobs=blobs)


def _after(base_fee: int, gas_limit: int, rule: BaseFeeRule) -> list[tuple[int, int]]:
    return bounds(base_fee, gas_limit, rule, max(AHEAD) - 1)


def _block(header: Header) -> Block:
    return Block(header.base_fee, header.gas_used, header.gas_limit, header.blob_gas_used or 0)


def _blobs(fees: Fees, header: Header, next_at: int, parent: Header | None) -> tuple[Blobs | None, bool]:
    """Return the blobs after a header, and whether they are certain.

    They are not where the fork is not known.
    """
    if header.excess_blob_gas is None or header.blob_gas_used is None or fees.model == "op_stack":
        return None, True
    excess, used = header.excess_blob_gas, header.blob_gas_used
    if not fees.blobs and excess == used == 0:
        return None, True
    now, later = fees.fork(header.timestamp), fees.fork(next_at)
    if now is None or later is None or not _fits(fees, header, parent):
        return Blobs(excess, None, None, None), False
    coming = next_excess(excess, used, FORKS[later], header.base_fee)
    price = blob_base_fee(excess, FORKS[now].update_fraction)
    return Blobs(coming, price, blob_base_fee(coming, FORKS[later].update_fraction), later), True


def _fits(fees: Fees, header: Header, parent: Header | None) -> bool:
    """Return whether a header's excess is what its parent and fork give."""
    if parent is None or parent.excess_blob_gas is None or parent.blob_gas_used is None:
        return True
    fork = fees.fork(header.timestamp)
    if fork is None:
        return False
    given = next_excess(parent.excess_blob_gas, parent.blob_gas_used, FORKS[fork], parent.base_fee)
    return given == header.excess_blob_gas
