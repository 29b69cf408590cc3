"""Requests and views of comparisons of a country's methods."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from handlers.models.tax import NAME_OF_YEAR, YEAR, Currency, PeriodView, year_of
from handlers.models.tax_imports import RemarkView
from handlers.runtime import Amount, Body, Figures, Money, View
from premium.tax.jobs import ComparisonPayload
from premium.tax.model import ComparisonRow
from premium.tax.reports.repurchases import BOUGHT_AGAIN


class NewComparison(Body):
    """The tax year and country whose methods are compared."""

    year: int = Field(ge=2009, le=2100, description=YEAR, examples=[2025])
    jurisdiction: str = Field(
        default="US", min_length=2, max_length=7, description="ISO country code, or `generic`", examples=["US"]
    )
    currency: Currency | None = Field(
        default=None, description="What the figures are in; the jurisdiction's by default", examples=["USD"]
    )
    time_zone: str | None = Field(
        default=None,
        max_length=60,
        description="Whose days and years count; the jurisdiction's by default",
        examples=["America/New_York"],
    )
    foreign_money: Literal["personal", "business"] | None = Field(
        default=None, description="US: what foreign money was spent for (IRC § 988(e))", examples=["business"]
    )

    def payload(self) -> ComparisonPayload:
        """Return the job's payload."""
        return ComparisonPayload(**self.model_dump())


class HarvestView(View):
    """Units that are worth less now than they cost."""

    asset: str = Field(description="Symbol, or `chain:address`", examples=["ETH"])
    wallet: str = Field(description="Where they are; `*` where wallets do not matter", examples=["kraken"])
    term: Literal["short", "long", "none"] = Field(description="Of a sale now; none of a pool", examples=["short"])
    amount: Amount
    """Units in lots below their cost, or of the pool."""
    cost_basis: Money
    """What they cost, fees included."""
    value: Money
    """What they are worth now."""
    loss: Money
    """What a sale now would lose, before its fee."""
    counts: bool = Field(description="Whether the country counts such a loss: Germany none of what was held for a year")
    price: Money
    """Of one unit."""
    priced_at: datetime
    """When that was the price."""


class MethodView(View):
    """A year's figures under one method."""

    method: str = Field(description="How lots are chosen", examples=["hifo"])
    lot_scope: str = Field(description="How far lots are shared between wallets", examples=["per_wallet"])
    totals: Figures = Field(
        description="The year's sums, as a report has them",
        examples=[{"proceeds": "1799", "costBasis": "601", "shortTerm": "0", "longTerm": "1198", "total": "1198"}],
    )
    country: Figures = Field(
        description="What of it the country taxes, as `result_json` names it; empty where it adds nothing",
        examples=[{"byTaxYear": {"2024": {"freigrenze": "1000", "taxable": "1198", "taxed": "1198"}}}],
    )
    unrealised_loss: Money
    """What a sale now of all that is below its cost would lose."""
    harvestable: tuple[HarvestView, ...] = Field(description="Where that lies, the largest first; at most 100")
    unpriced: tuple[str, ...] = Field(
        description="Assets without a price of today, which do not count; at most 200", examples=[["SPAM"]]
    )


class ComparisonView(View):
    """A year under every method that the country allows, its default first."""

    id: UUID
    """The job that made it."""
    year: int = Field(description=YEAR, examples=[2025])
    tax_year: str = Field(description=NAME_OF_YEAR, examples=["2025"])
    period: PeriodView
    """The days of the tax year, by the jurisdiction's rules."""
    jurisdiction: str = Field(description="Whose rules it follows", examples=["US"])
    currency: str = Field(description="What all figures are in", examples=["USD"])
    methods: tuple[MethodView, ...]
    """One for each method."""
    bought_again: str | None = Field(
        description="What the country says of a loss whose asset is bought again, with its source",
        examples=["buying again within 30 days denies no loss: IRC § 1091 speaks of stock and securities"],
    )
    warnings: tuple[RemarkView, ...]
    """What the first method's calculation remarks; at most 50."""
    generated_at: datetime
    """When it was asked for: `now` of the losses."""


_FIELDS = frozenset(MethodView.model_fields) - {"country"}


def comparison_view(row: ComparisonRow) -> ComparisonView:
    """Return the view of a comparison."""
    return ComparisonView(
        id=row.id,
        year=row.year,
        jurisdiction=row.jurisdiction,
        currency=row.currency,
        methods=tuple(_method(each) for each in row.methods),
        bought_again=BOUGHT_AGAIN.get(row.jurisdiction),
        warnings=tuple(RemarkView(**{"line": None, "field": None, "file": None, **each}) for each in row.warnings),
        generated_at=row.generated_at,
        **year_of(row.jurisdiction, row.year),
    )


def _method(made: Mapping[str, Any]) -> MethodView:
    own = {name: value for name, value in made.items() if name not in _FIELDS}
    return MethodView(**{name: made[name] for name in _FIELDS}, country=own)
