"""Answer cases of base fees, blob fees, prices and layer-one fees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from premium.case_fields import Count
from premium.cases import Case, CaseError, Kind, Whole
from premium.gas.asked.stated import BlobRuled, Gas, Hex, Limit, Ruled, Wei
from premium.gas.fees.base_fee import BaseFeeRule, Block, bounds, effective_price, next_base_fee
from premium.gas.fees.blobs import blob_base_fee, next_excess
from premium.gas.fees.inclusion import Frequency, Included, frequencies, takes
from premium.gas.fees.op_stack import DataFee, data_cost

_MOST_BLOCKS = 1_000
Scalar = Annotated[Whole, Field(ge=0, le=2**32 - 1)]


class NextBaseFee(Ruled):
    """A header, of which the next base fee is asked."""

    base_fee: Wei
    gas_used: Gas
    gas_limit: Limit
    blob_gas_used: Gas = 0


class Header(Case):
    """A block of a chain of blocks."""

    base_fee: Wei
    gas_used: Gas
    gas_limit: Limit
    blob_gas_used: Gas = 0
    number: Count | None = None


class BaseFeeChain(Ruled):
    """Blocks in order, each of which follows from the one before."""

    blocks: Annotated[tuple[Header, ...], Field(min_length=1, max_length=1_000_000)]


class Bounds(Ruled):
    """A base fee, of which the reach over the next blocks is asked."""

    base_fee: Wei
    gas_limit: Limit
    k: Annotated[Whole, Field(ge=1, le=_MOST_BLOCKS)] = 10


class EffectivePrice(Case):
    """A transaction's caps, and the block's base fee."""

    base_fee: Wei
    max_fee: Wei
    max_priority_fee: Wei


class ExcessBlobGas(BlobRuled):
    """A block's blob gas, of which the next one's excess is asked."""

    parent_excess_blob_gas: Wei
    parent_blob_gas_used: Wei
    parent_base_fee: Wei | None = None


class BlobBaseFee(BlobRuled):
    """An excess of blob gas, of which the price is asked."""

    excess_blob_gas: Wei


class L1Fee(Case):
    """A transaction of an OP-stack chain, and the prices of layer one."""

    transaction: Hex
    signed: bool = True
    l1_base_fee: Wei
    l1_blob_base_fee: Wei
    base_fee_scalar: Scalar
    blob_base_fee_scalar: Scalar


class TakenBlock(Case):
    """A block, and the lowest priority fee that it took; none where it took nothing."""

    number: Count
    base_fee: Wei
    gas_used: Gas
    gas_limit: Limit
    lowest_taken: Wei | None = None


class Inclusion(Case):
    """Blocks in order, and the caps of which the chance is asked."""

    blocks: Annotated[tuple[TakenBlock, ...], Field(min_length=2, max_length=1_000_000)]
    max_fee: Wei
    max_priority_fee: Wei
    blocks_ahead: Annotated[
        tuple[Annotated[Whole, Field(ge=1, le=1_000_000)], ...], Field(min_length=1, max_length=100)
    ]
    min_tip: Wei = 0


def _following(block: Block, rule: BaseFeeRule, where: str = "") -> int:
    try:
        return next_base_fee(block, rule)
    except ValueError as error:
        name = "gas_limit" if "target" in str(error) else "gas_used"
        raise CaseError("invalid_field", f"{where}{name}: {error}") from None


def _next(case: NextBaseFee) -> Mapping[str, Any]:
    block = Block(case.base_fee, case.gas_used, case.gas_limit, case.blob_gas_used)
    return {"next_base_fee": str(_following(block, case.rule()))}


def _chain(case: BaseFeeChain) -> Mapping[str, Any]:
    rule, blocks = case.rule(), case.blocks
    after = [
        _following(Block(each.base_fee, each.gas_used, each.gas_limit, each.blob_gas_used), rule, f"blocks.{place}.")
        for place, each in enumerate(blocks[:-1])
    ]
    wrong = next((place for place, fee in enumerate(after, start=1) if fee != blocks[place].base_fee), None)
    return {
        "next_base_fee_after_each_parent": [str(fee) for fee in after],
        "first_mismatch": None
        if wrong is None
        else {"index": wrong, "stated": str(blocks[wrong].base_fee), "computed": str(after[wrong - 1])},
    }


def _bounds(case: Bounds) -> Mapping[str, Any]:
    rule = case.rule()
    _following(Block(case.base_fee, 0, case.gas_limit), rule)
    found = bounds(case.base_fee, case.gas_limit, rule, case.k)
    return {"max_after_k": [str(high) for _, high in found], "min_after_k": [str(low) for low, _ in found]}


def _effective(case: EffectivePrice) -> Mapping[str, Any]:
    if case.max_fee < case.base_fee:
        raise CaseError("max_below_base", f"max_fee: {case.max_fee} wei are less than the base fee, {case.base_fee}")
    if case.max_priority_fee > case.max_fee:
        raise CaseError(
            "priority_above_max", f"max_priority_fee: {case.max_priority_fee} wei are more than max_fee, {case.max_fee}"
        )
    found = effective_price(case.base_fee, case.max_fee, case.max_priority_fee)
    return {"effective_gas_price": str(found.effective), "priority_paid": str(found.priority)}


def _excess(case: ExcessBlobGas) -> Mapping[str, Any]:
    rule = case.rule()
    if rule.reserve and case.parent_base_fee is None:
        raise CaseError("invalid_field", "parent_base_fee: is needed where the fork has a reserve price")
    try:
        found = next_excess(case.parent_excess_blob_gas, case.parent_blob_gas_used, rule, case.parent_base_fee)
    except OverflowError as error:
        raise CaseError("overflow", f"parent_excess_blob_gas: {error}") from None
    return {"excess_blob_gas": str(found)}


def _blob_fee(case: BlobBaseFee) -> Mapping[str, Any]:
    try:
        return {"blob_base_fee": str(blob_base_fee(case.excess_blob_gas, case.rule().update_fraction))}
    except OverflowError as error:
        raise CaseError("overflow", f"excess_blob_gas: {error}") from None


def _l1_fee(case: L1Fee) -> Mapping[str, Any]:
    prices = DataFee(case.l1_base_fee, case.l1_blob_base_fee, case.base_fee_scalar, case.blob_base_fee_scalar)
    found = data_cost(case.transaction, prices, is_signed=case.signed)
    return {"l1_fee": str(found.fee), "fastlz_size": found.compressed}


def _inclusion(case: Inclusion) -> Mapping[str, Any]:
    taken = [
        takes(_checked(case.blocks, place), case.max_fee, case.max_priority_fee, case.min_tip)
        for place in range(len(case.blocks))
    ]
    return {"probability": [_frequency(each) for each in frequencies(taken, case.blocks_ahead)]}


def _checked(blocks: Sequence[TakenBlock], place: int) -> Included:
    block = blocks[place]
    if place and block.number != blocks[place - 1].number + 1:
        missing = blocks[place - 1].number + 1
        if block.number < missing:
            raise CaseError("not_in_order", f"blocks.{place}.number: {block.number} stands after {missing - 1}")
        raise CaseError("gap", f"blocks.{place}.number: block {missing} is missing")
    if block.gas_used > block.gas_limit:
        reason = f"{block.gas_used} gas are used of a limit of {block.gas_limit}"
        raise CaseError("invalid_field", f"blocks.{place}.gas_used: {reason}")
    return Included(block.base_fee, block.gas_used, block.gas_limit, block.lowest_taken or 0)


def _frequency(found: Frequency) -> dict[str, Any]:
    return {"blocks": found.blocks, "n": found.n, "included": found.included, "low": f"{found.low:.12f}",
            "high": f"{found.high:.12f}"}  # fmt: skip


NEXT = Kind("next_base_fee", frozenset({"base_fee", "gas_used", "gas_limit"}), NextBaseFee, _next)
CHAIN = Kind("base_fee_chain", frozenset({"blocks"}), BaseFeeChain, _chain)
BOUNDS = Kind("k_block_bounds", frozenset({"base_fee", "gas_limit"}), Bounds, _bounds)
EFFECTIVE = Kind("effective_gas_price", frozenset({"base_fee", "max_fee"}), EffectivePrice, _effective)
EXCESS = Kind("excess_blob_gas", frozenset({"parent_excess_blob_gas"}), ExcessBlobGas, _excess)
BLOB_FEE = Kind("blob_base_fee", frozenset({"excess_blob_gas"}), BlobBaseFee, _blob_fee)
L1_FEE = Kind("op_l1_fee", frozenset({"transaction"}), L1Fee, _l1_fee)
INCLUSION = Kind("inclusion", frozenset({"blocks", "blocks_ahead"}), Inclusion, _inclusion)
