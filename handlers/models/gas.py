"""Views of gas."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal, Self

from pydantic import Field

from handlers.runtime import View
from premium.gas.service import Cost, Estimate

OperationName = Literal[
    "native_transfer", "erc20_transfer", "erc20_approve", "swap_v2", "swap_v3", "lp_mint", "bridge_deposit"
]
_GWEI = 10**9


class GasBlockView(View):
    """The newest block that was read."""

    number: int = Field(description="Its height", examples=[19000000])
    hash: str = Field(description="Its hash", examples=["0x" + "ab" * 32])
    timestamp: datetime
    """Its own time."""
    base_fee: str = Field(description="Its base fee in wei", examples=["12345678901"])


class InclusionView(View):
    """How often offers of this speed were included within so many blocks."""

    blocks: int = Field(description="Within so many blocks", examples=[3])
    probability: float = Field(description="The share of offers that were", examples=[0.957])
    low: float = Field(description="The lower end of Wilson's 95 percent interval", examples=[0.951])
    high: float = Field(description="Its upper end", examples=[0.962])
    n: int = Field(description="Offers that were counted", examples=[5000])


class SpeedView(View):
    """A pair of caps, the cheapest that kept its promise."""

    name: Literal["slow", "standard", "fast", "instant"] = Field(
        description="Promises 0.90 in 25 blocks, 0.90 in 10, 0.95 in 3, 0.99 in 1", examples=["standard"]
    )
    max_fee_per_gas: str = Field(description="In wei", examples=["14000000000"])
    max_priority_fee_per_gas: str = Field(description="In wei", examples=["1000000000"])
    inclusion: list[InclusionView] = Field(description="Tested chances; none where the basis is `node`")


class BoundView(View):
    """How far the base fee can go."""

    blocks: int = Field(description="After so many blocks", examples=[3])
    min: str = Field(description="In wei, all of them empty", examples=["9000000000"])
    max: str = Field(description="In wei, all of them full", examples=["16000000000"])


class BlobView(View):
    """What blobs cost."""

    excess_blob_gas: str = Field(description="Of the next block", examples=["65536000"])
    base_fee: str | None = Field(description="Wei a unit of blob gas; null where the fork is unknown", examples=["1"])
    next_base_fee: str | None = Field(description="Of the next block", examples=["1"])
    fork: str | None = Field(description="Whose parameters hold", examples=["bpo2"])


class LayerOneView(View):
    """What a transaction pays for its data on layer one."""

    fee: str = Field(description="In wei", examples=["1234567890"])
    operator_fee: str = Field(description="The operator's fee in wei", examples=["0"])
    basis: Literal["usual_size", "oracle", "within_gas"] = Field(
        description="`usual_size`: for the operation's usual size; `oracle`: the chain's own answer; `within_gas`:"
        " the estimate of gas has it in it already",
        examples=["usual_size"],
    )


class CostView(View):
    """What one thing costs in the next block at the speed `standard`."""

    operation: str | None = Field(description="Null for an amount of gas or a call", examples=["erc20_transfer"])
    gas: int = Field(description="Units of gas", examples=[52000])
    gas_basis: Literal["protocol", "receipts", "typical", "given", "node"] = Field(
        description="`receipts`: the median of the chain's own; `typical`: too few were seen yet", examples=["receipts"]
    )
    native: str = Field(description="In wei, with layer one's part", examples=["720000000000000"])
    usd: str | None = Field(description="US dollars; null without a good price", examples=["2.16"])
    price_quality: str = Field(description="How far the coin's price may be trusted", examples=["good"])

    @classmethod
    def of(cls, cost: Cost) -> Self:
        """Return the view of a cost."""
        return cls(
            operation=cost.operation, gas=cost.gas, gas_basis=cost.basis,
            native=str(cost.native), usd=cost.usd, price_quality=cost.quality,
        )  # fmt: skip


class EstimatedPriceView(View):
    """An offer for the next block."""

    confidence: int = Field(description="The promised share of a hundred", examples=[99])
    price: float = Field(description="What is paid a unit of gas", examples=[13.5])
    max_priority_fee_per_gas: float = Field(description="In gwei", examples=[1.5])
    max_fee_per_gas: float = Field(description="In gwei", examples=[14.2])


class BlockPriceView(View):
    """Prices of the next block."""

    block_number: int = Field(description="Its height", examples=[19000001])
    estimated_transaction_count: int = Field(description="The median of the newest 20 blocks", examples=[180])
    base_fee_per_gas: float = Field(description="In gwei", examples=[12.1])
    estimated_prices: list[EstimatedPriceView]
    """The surest first."""


class BlockPricesView(View):
    """The answer in the shape that clients of block prices speak."""

    system: str = Field(description="The chain", examples=["ethereum"])
    network: Literal["main"] = Field(description="Always `main`", examples=["main"])
    unit: Literal["gwei"] = Field(description="Of all prices", examples=["gwei"])
    max_price: float = Field(description="The highest cap of the estimates", examples=[14.2])
    current_block_number: int = Field(description="The newest block", examples=[19000000])
    ms_since_last_block: int = Field(description="Milliseconds since", examples=[4000])
    block_prices: list[BlockPriceView]
    """Of the next block alone."""

    @classmethod
    def of(cls, found: Estimate) -> Self:
        """Return the view of an estimate."""
        told = found.told
        prices = [_price(each) for each in told["confidences"]]
        block = BlockPriceView(
            block_number=told["block"]["number"] + 1, estimated_transaction_count=told["transactions"],
            base_fee_per_gas=_gwei(told["next_base_fee"]), estimated_prices=prices,
        )  # fmt: skip
        return cls(
            system=told["chain"], network="main", unit="gwei", max_price=max(each.max_fee_per_gas for each in prices),
            current_block_number=told["block"]["number"], ms_since_last_block=found.age * 1000, block_prices=[block],
        )  # fmt: skip


class EstimateView(View):
    """What gas costs on a chain now."""

    chain: str = Field(description="The chain", examples=["ethereum"])
    block: GasBlockView
    """The newest block."""
    next_base_fee: str = Field(description="In wei", examples=["12100000000"])
    exact: bool
    """Whether the header decides the next base fee."""
    model: Literal["eip1559", "op_stack", "arbitrum", "node"] = Field(description="How it prices", examples=["eip1559"])
    basis: Literal["receipts", "fee_history", "node"] = Field(
        description="What tips rest on; `node`: its word, untested", examples=["receipts"]
    )
    speeds: list[SpeedView]
    """The slowest first."""
    bounds: list[BoundView]
    """None where only the node knows."""
    blob: BlobView | None
    """Null where the chain carries no blobs."""
    l1: LayerOneView | None
    """Of the thing asked for, or of a plain transfer; null where nothing is paid, or nothing known."""
    cost: list[CostView]
    """Of what was asked for, or of every named operation."""
    age_seconds: int = Field(description="How old the newest block is", examples=[4])
    stale: bool
    """Whether the node is behind: the figures are those of then."""
    history_gap: bool
    """Whether blocks of before are missing, or reorganised, and being read: what was tested lacks them meanwhile."""

    @classmethod
    def of(cls, found: Estimate) -> Self:
        """Return the view of an estimate."""
        told = found.told
        block = {**told["block"], "timestamp": datetime.fromtimestamp(told["block"]["timestamp"], UTC)}
        return cls(
            chain=told["chain"], block=GasBlockView(**block), next_base_fee=told["next_base_fee"], exact=told["exact"],
            model=told["model"], basis=told["basis"], speeds=[_speed(each) for each in told["speeds"]],
            bounds=[BoundView(**each) for each in told["bounds"]], blob=_blob(told["blob"]),
            l1=None if found.l1 is None else LayerOneView(**found.l1),
            cost=[CostView.of(each) for each in found.costs], age_seconds=found.age, stale=found.stale,
            history_gap=told.get("gap", False),  # one told before it was known says none
        )  # fmt: skip


def _speed(told: Mapping[str, Any]) -> SpeedView:
    inclusion = [InclusionView(**each) for each in told["inclusion"]]
    return SpeedView(
        name=told["name"], max_fee_per_gas=told["max_fee"], max_priority_fee_per_gas=told["tip"], inclusion=inclusion
    )


def _blob(told: Mapping[str, Any] | None) -> BlobView | None:
    if told is None:
        return None
    return BlobView(
        excess_blob_gas=told["excess"], base_fee=told["base_fee"], next_base_fee=told["next_base_fee"],
        fork=told["fork"],
    )  # fmt: skip


def _price(told: Mapping[str, Any]) -> EstimatedPriceView:
    return EstimatedPriceView(
        confidence=told["confidence"], price=_gwei(told["price"]), max_priority_fee_per_gas=_gwei(told["tip"]),
        max_fee_per_gas=_gwei(told["max_fee"]),
    )  # fmt: skip


def _gwei(wei: str) -> float:
    return float(Decimal(wei) / _GWEI)
