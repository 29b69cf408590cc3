"""What cases of `positions` state: their fields and bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AliasChoices, Field, StrictBool, model_validator

from premium.amm.errors import UINT256
from premium.amm.pools import Pool
from premium.amm.position_cases import V3Position
from premium.case_fields import Name, SignedUnits, Units
from premium.cases import Case, Whole
from premium.portfolio.positions.worth import Priced

_MOST = 1_000
Positive = Annotated[Whole, Field(gt=0, le=UINT256)]
Bps = Annotated[Whole, Field(ge=0, le=10_000)]
Underlying = Annotated[Name | None, Field(validation_alias=AliasChoices("token", "asset", "underlying"))]
"""The token that leaving pays, under any of the three names."""


class V3(V3Position, Priced):
    """A position of Uniswap V3."""


class Owed(Case):
    """An amount of a loan, with its interest, or scaled and with the index."""

    token: Name
    amount: Units | None = None
    scaled: Units | None = None
    index: Units | None = None

    @model_validator(mode="after")
    def _stated(self) -> Owed:
        if (self.amount is None) == (self.scaled is None):
            raise ValueError("either amount, or scaled with index, is asked for")
        if (self.scaled is None) != (self.index is None):
            raise ValueError("scaled and index go together")
        return self


class Supplied(Owed):
    """What was supplied, and whether it secures the debt."""

    liquidation_threshold_bps: Bps | None = None
    collateral: StrictBool | None = None


class Lending(Priced):
    """What was supplied to a lender and borrowed from it."""

    supplied: Annotated[tuple[Supplied, ...], Field(max_length=_MOST)] = ()
    borrowed: Annotated[tuple[Owed, ...], Field(max_length=_MOST)] = ()
    base_prices: Mapping[Name, Units] | None = None


class Vault(Priced):
    """Shares of an ERC-4626 vault."""

    shares: Units
    total_assets: Units
    total_supply: Units
    decimals_offset: Annotated[Whole, Field(ge=0, le=77)] = 0
    fee_bps: Bps = 0
    token: Underlying = None


class Staked(Priced):
    """A token with a rate of its own."""

    amount: Units
    rate: Units
    scale: Positive = 10**18
    divide: StrictBool = False
    token: Underlying = None

    @model_validator(mode="after")
    def _divisible(self) -> Staked:
        if self.divide and not self.rate:
            raise ValueError("rate must be greater than 0 where it divides")
        return self


class Lp(Priced):
    """Shares of a pool."""

    pool: Pool
    lp_amount: Units
    total_supply: Positive
    k_last: Units | None = None
    fee_on: StrictBool | None = None

    @model_validator(mode="after")
    def _within(self) -> Lp:
        if self.lp_amount > self.total_supply:
            raise ValueError("lp_amount is more than total_supply")
        return self


class Leg(Case):
    """An amount of a token; a debt is negative."""

    token: Name
    amount: SignedUnits


class Nested(Priced):
    """Tokens that stand for others, each with a case of its own."""

    legs: Annotated[tuple[Leg, ...], Field(max_length=_MOST)]
    tokens: Annotated[Mapping[Name, Mapping[str, Any]], Field(max_length=_MOST)]
