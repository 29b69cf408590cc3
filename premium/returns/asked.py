"""What cases of performance state: their fields and bounds."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StrictBool, model_validator

from premium.case_fields import Moment
from premium.cases import Case, Fraction, Quantity
from premium.money import ZERO
from premium.returns.figures import Terms

_MOST = 1_000_000
Return = Annotated[Fraction, Field(ge=-1)]


class Asked(Case):
    """The terms that a series may come with."""

    periods_per_year: Annotated[Fraction, Field(gt=0, le=1_000_000)] = Decimal(365)
    risk_free: Fraction = ZERO
    mar: Fraction = ZERO
    cutoff: Annotated[Fraction, Field(gt=0, lt=1)] = Decimal("0.05")
    trials: Annotated[int, Field(ge=1, le=10**12)] | None = None
    trials_variance: Annotated[Fraction, Field(ge=0)] | None = None

    def terms(self) -> Terms:
        """The same as floats."""
        return Terms(
            periods_per_year=float(self.periods_per_year),
            risk_free=float(self.risk_free),
            mar=float(self.mar),
            cutoff=float(self.cutoff),
            trials=self.trials,
            trials_variance=None if self.trials_variance is None else float(self.trials_variance),
        )


class ReturnSeries(Asked):
    """Returns of periods, by default of days."""

    daily_returns: Annotated[list[Return], Field(min_length=1, max_length=_MOST)]
    start: Moment | None = None
    benchmark_returns: list[Return] | None = None

    @model_validator(mode="after")
    def _pairs(self) -> ReturnSeries:
        if self.benchmark_returns is not None and len(self.benchmark_returns) != len(self.daily_returns):
            raise ValueError(
                f"benchmark_returns has {len(self.benchmark_returns)} entries, daily_returns {len(self.daily_returns)}"
            )
        return self


class TwrDay(Case):
    """A day whose flow comes at its end."""

    value_before_flow: Quantity
    flow: Quantity = ZERO
    value_after_flow: Quantity


class Twr(Case):
    """Days one after the other."""

    start_value: Quantity
    days: Annotated[list[TwrDay], Field(min_length=1, max_length=_MOST)]


class TradeRow(Case):
    """A purchase or a sale."""

    date: Moment
    side: Literal["buy", "sell"]
    quantity: Annotated[Quantity, Field(ge=0)]
    price_usd: Annotated[Quantity, Field(ge=0)]


class CostBasis(Case):
    """Trades of one asset."""

    trades: Annotated[list[TradeRow], Field(max_length=_MOST)]


class ValueRow(Case):
    """What it was worth, unless that is in doubt."""

    at: Moment
    value: Quantity
    good: StrictBool = True


class FlowRow(Case):
    """What was paid in or out."""

    at: Moment
    amount: Quantity
    kind: str | None = None


class PriceRow(Case):
    """Of the benchmark."""

    at: Moment
    price: Annotated[Quantity, Field(gt=0)]


class ValueSeries(Asked):
    """Values and flows in any order."""

    values: Annotated[list[ValueRow], Field(min_length=1, max_length=_MOST)]
    flows: Annotated[tuple[FlowRow, ...], Field(max_length=_MOST)] = ()
    start: Moment | None = None
    end: Moment | None = None
    benchmark: list[PriceRow] | None = None

    @model_validator(mode="after")
    def _forward(self) -> ValueSeries:
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ValueError("end lies before start")
        return self


class Xirr(Case):
    """Payments, the sign as one likes."""

    flows: Annotated[list[tuple[Moment, Quantity]], Field(max_length=_MOST)]
