"""What cases of series state: blocks with their base fees, checked before anything is computed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction as Exact
from math import ceil, floor
from typing import Annotated, Self

from pydantic import Field, model_validator

from premium.case_fields import Count
from premium.cases import Case, CaseError, Fraction, Whole
from premium.gas.asked.stated import Gas, Limit, Wei
from premium.gas.fees.base_fee import BaseFeeRule, Block, next_base_fee
from premium.gas.series.model import BASELINES, MODEL, Observed, Rules
from premium.gas.series.walk import LEAST

GWEI = 10**9
_MOST_BLOCKS = 200_000
MODELS = (*BASELINES, MODEL)


class Row(Case):
    """A block of a series, in wei or in gwei."""

    number: Count
    timestamp: Count
    base_fee: Wei | None = None
    base_fee_gwei: Annotated[Fraction, Field(ge=0, le=10**18)] | None = None
    gas_used: Gas | None = None
    gas_limit: Limit | None = None

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        if (self.base_fee is None) == (self.base_fee_gwei is None):
            raise ValueError("base_fee: give it in wei, or base_fee_gwei in gwei")
        return self


class Series(Case):
    """Blocks in order, and how their base fee moves."""

    blocks: Annotated[tuple[Row, ...], Field(min_length=1, max_length=_MOST_BLOCKS)]
    elasticity: Annotated[Whole, Field(ge=1, le=1_000)] = 2
    denominator: Annotated[Whole, Field(ge=1, le=2**32 - 1)] = 8

    @property
    def rule(self) -> BaseFeeRule:
        """How its base fee moves."""
        return BaseFeeRule(self.elasticity, self.denominator)


class Forecast(Series):
    """A series, and how many blocks ahead is asked."""

    horizons: Annotated[tuple[Annotated[Whole, Field(ge=1, le=1_000)], ...], Field(min_length=1, max_length=20)] = (
        1, 3, 10, 25)  # fmt: skip
    model: str | None = None
    refit: Annotated[Whole, Field(ge=1, le=100_000)] = 20

    @model_validator(mode="after")
    def _known_model(self) -> Self:
        if self.model is not None and self.model not in MODELS:
            raise ValueError(f"model: must be one of {', '.join(MODELS)}, or left out for the best")
        if len(set(self.horizons)) < len(self.horizons):
            raise ValueError("horizons: one stands twice")
        return self


class Backtest(Forecast):
    """A series of which every forecast is made anew from its own past."""

    first: Annotated[Whole, Field(ge=0, alias="from")] = 100
    step: Annotated[Whole, Field(ge=1, le=_MOST_BLOCKS)] = 1


class Waiting(Series):
    """A series, and within how many blocks a transaction must be sent."""

    deadline: Annotated[Whole, Field(ge=1, le=50_000)]


class Scale:
    """The unit of a series, and how its figures are written."""

    def __init__(self, rows: tuple[Row, ...]) -> None:
        units = {row.base_fee is None for row in rows}
        if len(units) > 1:
            place = next(at for at, row in enumerate(rows) if (row.base_fee is None) != (rows[0].base_fee is None))
            raise CaseError("mixed_units", f"blocks.{place}: wei and gwei in one series")
        self.is_gwei = rows[0].base_fee is None
        exponents = [int(row.base_fee_gwei.as_tuple().exponent) for row in rows if row.base_fee_gwei is not None]
        self.grain = Exact(1, 10 ** max(-min(exponents), 0)) if exponents else Exact(1)
        """The last digit that the series states."""

    def exact(self, row: Row) -> Exact:
        """Return a block's base fee in the series' unit."""
        return Exact(row.base_fee) if row.base_fee is not None else Exact(row.base_fee_gwei or 0)

    def wei(self, row: Row) -> int | None:
        """Return a block's base fee in whole wei.

        None where it states a part of one.
        """
        found = self.exact(row) * (GWEI if self.is_gwei else 1)
        return int(found) if found.denominator == 1 else None

    def written(self, wei: Exact | int) -> str:
        """Write whole wei in the series' unit."""
        return f"{Decimal(int(wei)).scaleb(-9).normalize():f}" if self.is_gwei else str(int(wei))

    def in_wei(self, fee: float) -> Exact:
        """Return a figure of the engine, which is in the series' unit."""
        return Exact(fee) * (GWEI if self.is_gwei else 1)

    def follows(self, before: Row, after: Row, rule: BaseFeeRule) -> bool:
        """Tell whether a base fee can follow another.

        To the wei, or to the digits that the series states.
        """
        up, down = Exact(rule.elasticity - 1, rule.denominator), Exact(1, rule.denominator)
        half = self.grain / 2 if self.is_gwei else Exact(0)
        wei = Exact(1, GWEI) if self.is_gwei else Exact(1)
        low, high = (self.exact(before) - half) * (1 - down), (self.exact(before) + half) * (1 + up)
        return low - half - wei <= self.exact(after) <= high + half + wei


def observed(case: Series, scale: Scale) -> list[Observed]:
    """Return the series as the engine takes it.

    CaseError for the first block that does not belong there.
    """
    rows = case.blocks
    if len(rows) < LEAST:
        raise CaseError("too_short", f"blocks: {len(rows)} are given, {LEAST} are needed")
    found = []
    for place, row in enumerate(rows):
        if place:
            _check_pair(place, rows[place - 1], row, scale, case.rule)
        if scale.exact(row) <= 0:
            raise CaseError("no_market", f"blocks.{place}: a base fee of 0 says nothing of the next one")
        following = following_wei(row, scale, case.rule, place)
        unit = GWEI if scale.is_gwei else 1
        found.append(Observed(row.timestamp, float(scale.exact(row)), None if following is None else following / unit))
    return found


def following_wei(row: Row, scale: Scale, rule: BaseFeeRule, place: int) -> int | None:
    """Return the next block's base fee in wei where this header decides it."""
    wei = scale.wei(row)
    if row.gas_used is None or row.gas_limit is None or wei is None:
        return None
    try:
        return next_base_fee(Block(wei, row.gas_used, row.gas_limit), rule) or None
    except ValueError as error:
        raise CaseError("invalid_field", f"blocks.{place}.gas_used: {error}") from None


def _check_pair(place: int, before: Row, row: Row, scale: Scale, rule: BaseFeeRule) -> None:
    if row.number > before.number + 1:
        raise CaseError("gap", f"blocks.{place}.number: block {before.number + 1} is missing")
    if row.number <= before.number:
        raise CaseError("not_in_order", f"blocks.{place}.number: {row.number} stands after {before.number}")
    if row.timestamp < before.timestamp:
        raise CaseError(
            "not_in_order", f"blocks.{place}.timestamp: {row.timestamp} is before that of the block it follows"
        )
    if not scale.follows(before, row, rule):
        raise CaseError(
            "out_of_bounds", f"blocks.{place}: its base fee is beyond what can follow that of block {before.number}"
        )


def reach_in_wei(row: Row, horizon: int, scale: Scale, rule: BaseFeeRule) -> tuple[int, int]:
    """Return the lowest and highest base fee so many blocks ahead.

    Rounded outward to whole wei.
    """
    wei = scale.exact(row) * (GWEI if scale.is_gwei else 1)
    up, down = 1 + Exact(rule.elasticity - 1, rule.denominator), 1 - Exact(1, rule.denominator)
    return floor(wei * down**horizon), ceil(wei * up**horizon)


def rules_of(rule: BaseFeeRule, scale: Scale) -> Rules:
    """Return by how much a base fee moves at most."""
    return Rules(1 + (rule.elasticity - 1) / rule.denominator, 1 - 1 / rule.denominator, float(scale.grain))
