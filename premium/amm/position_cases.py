"""Answer what a Uniswap V3 position holds, took, and has earned.

The fields are the format's: portfolio and yields ask alike.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any

from pydantic import Field, model_validator

from premium.amm.concentrated import FeeGrowth, Range, checked_tick, collectable
from premium.amm.errors import UINT128
from premium.amm.ticks import MAX_SQRT, MAX_TICK, MIN_SQRT, MIN_TICK, tick_at
from premium.case_fields import Name, Units
from premium.cases import Case, Whole

Tick = Annotated[Whole, Field(ge=MIN_TICK, le=MAX_TICK)]
SqrtPrice = Annotated[Whole, Field(ge=MIN_SQRT, lt=MAX_SQRT)]
Liquidity = Annotated[Whole, Field(ge=0, le=UINT128)]
_MOST = 100_000


class Deposit(Case):
    """What is there to be paid in, at most."""

    amount0: Units
    amount1: Units


class Moment(Case):
    """Another price of the pool."""

    sqrt_price_x96: SqrtPrice


class Growth(Case):
    """Fees of one unit of liquidity, pairs with 128 bits behind the point."""

    overall: tuple[Units, Units] = Field(alias="global")
    lower_outside: tuple[Units, Units]
    upper_outside: tuple[Units, Units]
    inside_last: tuple[Units, Units]


class V3Position(Case):
    """A range, a price, and either the liquidity or what buys it."""

    token0: Name
    token1: Name
    fee: Units | None = None
    tick_spacing: Annotated[Whole, Field(ge=1, le=32767)] | None = None
    tick_lower: Tick
    tick_upper: Tick
    sqrt_price_x96: SqrtPrice
    tick: Annotated[Whole, Field(ge=MIN_TICK, lt=MAX_TICK)] | None = None
    deposit_max: Deposit | None = None
    liquidity: Liquidity | None = None
    at: Annotated[tuple[Moment, ...], Field(max_length=_MOST)] = ()
    fee_growth: Growth | None = None
    tokens_owed: tuple[Liquidity, Liquidity] | None = None

    @model_validator(mode="after")
    def _fits(self) -> V3Position:
        if self.tick_lower >= self.tick_upper:
            raise ValueError("tick_lower must be less than tick_upper")
        for name in ("tick_lower", "tick_upper"):
            if self.tick_spacing and getattr(self, name) % self.tick_spacing:
                raise ValueError(f"{name} must be a multiple of tick_spacing, {self.tick_spacing}")
        if (self.deposit_max is None) == (self.liquidity is None):
            raise ValueError("either liquidity or deposit_max is asked for")
        if self.tokens_owed is not None and self.fee_growth is None:
            raise ValueError("fee_growth is required with tokens_owed")
        if self.token0 == self.token1:
            raise ValueError("token1 is token0")
        return self


def state(case: V3Position) -> dict[str, Any]:
    """Return liquidity and amounts, at other prices too; with `fee_growth` the fees.

    PoolRefuses where the pool's own types could not hold it.
    """
    within, price = Range(case.tick_lower, case.tick_upper), case.sqrt_price_x96
    tick = tick_at(price) if case.tick is None else checked_tick(price, case.tick)
    most = case.deposit_max
    liquidity = case.liquidity if most is None else within.liquidity(price, (most.amount0, most.amount1))
    assert liquidity is not None  # noqa: S101 - one of the two is there
    held = within.amounts(price, liquidity)
    minted = within.amounts(price, liquidity, up=True)
    answer: dict[str, Any] = {
        "liquidity": str(liquidity), "amount0": str(held[0]), "amount1": str(held[1]),
        "mint_amount0": str(minted[0]), "mint_amount1": str(minted[1]),
        "at": [_at(within, liquidity, held, each.sqrt_price_x96) for each in case.at],
    }  # fmt: skip
    if case.fee_growth is not None:
        grown = case.fee_growth
        inside = FeeGrowth(grown.overall, grown.lower_outside, grown.upper_outside).inside(within, tick)
        fees = collectable(liquidity, inside, grown.inside_last, case.tokens_owed or (0, 0))
        answer["fees"] = [str(fee) for fee in fees]
    return answer


def _at(within: Range, liquidity: int, first: tuple[int, int], price: int) -> dict[str, Any]:
    """Return the amounts at another price, and the loss against holding, without fees."""
    amounts = within.amounts(price, liquidity)
    squared = Fraction(price**2, 2**192)
    kept, now = (pair[0] * squared + pair[1] for pair in (first, amounts))
    loss = None if not kept else str(int((now - kept) / kept * 10**18))
    answer = {"sqrt_price_x96": str(price), "tick": tick_at(price), "amount0": str(amounts[0]),
              "amount1": str(amounts[1]), "il_vs_hold_e18": loss}  # fmt: skip
    return answer | ({"why": {"il_vs_hold_e18": "nothing was held"}} if loss is None else {})
