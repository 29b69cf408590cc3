"""What a case of `aggregate` states: its fields and bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, model_validator

from premium.case_fields import At, Count, Decimals, Name, Price, SignedUnits, Units
from premium.cases import Case, Fraction, Quantity
from premium.money import ZERO

_MOST = 1_000_000
Text = Annotated[str, Field(max_length=100_000)]
Rows = Field(max_length=_MOST)
State = Literal["free", "locked", "claimable"]
_Chains = Annotated[tuple[Name, ...] | None, BeforeValidator(lambda given: None if given == "all" else given)]
"""None, `all` and an empty list are every active chain of the wallet's kind."""


class Wallet(Case):
    """A wallet that is watched."""

    id: Name
    kind: Name = "evm"
    address: Text | None = None
    chains: _Chains = None
    added: At | None = None
    label: Text | None = None


class Chain(Case):
    """A chain, and whether it is read."""

    name: Name
    kind: Name | None = None
    active: StrictBool = True


class Block(Case):
    """The block at which a chain was read."""

    number: Count
    hash: Text | None = None


class Balance(Case):
    """What a wallet holds of an asset.

    `mirror_of` is another asset that shows the same money.
    """

    wallet: Name
    asset: Name
    units: Units
    decimals: Decimals | None = None
    symbol: Text | None = None
    category: Name | None = None
    mirror_of: Name | None = None


class Part(Case):
    """An asset or a debt of a position; `state` may tell parts apart."""

    asset: Name
    units: Units
    state: State | None = None


class Position(Case):
    """What a protocol holds for a wallet, and the receipts that it gave."""

    wallet: Name
    protocol: Name
    kind: Name | None = None
    receipts: Annotated[tuple[Name, ...], Rows] = ()
    assets: Annotated[tuple[Part, ...], Rows] = ()
    debts: Annotated[tuple[Part, ...], Rows] = ()
    locked_until: At | None = None


class Reading(Case):
    """What a chain said at one block, or why it said nothing."""

    chain: Name
    error: Text | None = None
    block: Block | None = None
    at: At | None = None
    balances: Annotated[tuple[Balance, ...], Rows] = ()
    positions: Annotated[tuple[Position, ...], Rows] = ()
    unreadable: Annotated[tuple[Name, ...], Rows] = ()

    @model_validator(mode="after")
    def _either(self) -> Reading:
        if self.error is None and (self.block is None or self.at is None):
            raise ValueError("either error, or block and at, is asked for")
        return self


class PriceRow(Case):
    """A price of one source."""

    asset: Name
    usd: Price
    at: At
    source: Text | None = None
    confidence: Annotated[Fraction, Field(ge=0, le=1)] | None = None
    depth_usd: Price | None = None
    heartbeat_seconds: Annotated[Count, Field(gt=0)] | None = None


class Override(Case):
    """The user's word about an asset."""

    hidden: StrictBool | None = None
    spam: StrictBool | None = None
    usd: Price | None = None
    category: Name | None = None


class Before(BaseModel):
    """A part of an answer before; what it holds beside this does not matter."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class CoverageBefore(Before):
    """How a wallet was read on a chain."""

    wallet: Name
    chain: Name | None = None
    status: str = "fresh"
    at: At | None = None
    block: Count | None = None


class HoldingBefore(Before):
    """A line of the answer before."""

    wallet: Name
    chain: Name
    asset: Name
    units: SignedUnits
    amount: Quantity | None = None
    decimals: Decimals | None = None
    category: Name | None = None
    price_usd: Price | None = None
    source: Text | None = None
    price_at: At | None = None
    quality: str | None = None
    value_usd: Quantity | None = None
    uncertain_value_usd: Quantity = ZERO
    counted: StrictBool = True
    why: str | None = None
    position: Name | None = None
    role: Literal["held", "asset", "debt"] | None = None
    state: State | None = None
    as_of: At | None = None


class PositionBefore(Before):
    """A position of the answer before."""

    id: Name
    wallet: Name
    chain: Name
    protocol: Name
    kind: Name | None = None
    receipts: tuple[Name, ...] = ()
    locked_until: At | None = None


class Answer(Before):
    """An answer of this command."""

    now: At | None = None
    coverage: Annotated[tuple[CoverageBefore, ...], Rows] = ()
    holdings: Annotated[tuple[HoldingBefore, ...], Rows] = ()
    positions: Annotated[tuple[PositionBefore, ...], Rows] = ()


class Aggregate(Case):
    """Readings of chains, prices, and what is known beside them."""

    now: At
    wallets: Annotated[tuple[Wallet, ...], Rows]
    chains: Annotated[tuple[Chain, ...], Rows]
    readings: Annotated[tuple[Reading, ...], Rows]
    prices: Annotated[tuple[PriceRow, ...], Rows] = ()
    previous: Answer | None = None
    identities: Mapping[Name, tuple[Name, ...]] = Field(default_factory=dict)
    overrides: Mapping[Name, Override] = Field(default_factory=dict)
    spam: Mapping[Name, tuple[Text, ...]] = Field(default_factory=dict)
    currency: Name | None = None
    rate: Annotated[Quantity, Field(gt=0)] | None = None
    jump_seconds: Count = 3_600
    """Within which a price that rose tenfold waits for a second source or the next reading."""
    token_decimals: Mapping[Name, Decimals] = Field(default_factory=dict)
    token_categories: Mapping[Name, Name] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _rated(self) -> Aggregate:
        if self.currency is not None and self.rate is None and self.currency != "USD":
            raise ValueError("rate is required with currency")
        return self
