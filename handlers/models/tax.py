"""Requests and views of tax reports, their summaries, and stored transactions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, JsonValue

from handlers.runtime import Amount, Body, Figures, JobView, Position, Ratio, View, job_view
from premium.jobs.model import JobRecord, JobStatus
from premium.tax.jobs import ReportPayload
from premium.tax.model import ReportRow, TransactionRow
from premium.tax.rules.currency_codes import currency_code
from premium.tax.rules.registry import jurisdiction

YEAR = (
    "The tax year, by the calendar year in which it starts: 2024 is 6 April 2024 to 5 April 2025 in GB, 1 July 2024 to "
    "30 June 2025 in AU, and the calendar year elsewhere"
)
NAME_OF_YEAR = "Its name: `2024-25` where it is not the calendar's"

Currency = Annotated[str, Field(pattern="^[A-Za-z]{3}$"), AfterValidator(currency_code)]
"""A currency's code of ISO 4217, in capitals from here on."""


class NewReport(Body):
    """The tax year and rules of a report to make."""

    year: int = Field(ge=2009, le=2100, description=YEAR, examples=[2025])
    jurisdiction: str = Field(
        default="US", min_length=2, max_length=7, description="ISO country code, or `generic`", examples=["US"]
    )
    method: str | None = Field(
        default=None, max_length=32, description="The jurisdiction's by default", examples=["FIFO"]
    )
    lot_scope: Literal["universal", "per_wallet", "pool", "portfolio"] | None = None
    """How far lots are shared between wallets; the jurisdiction's by default."""
    currency: Currency | None = Field(
        default=None, description="What the report is in; the jurisdiction's by default", examples=["USD"]
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

    def payload(self) -> ReportPayload:
        """Return the job's payload."""
        return ReportPayload(**self.model_dump())


class EarlierReport(Body):
    """A report in the earlier form, by the jurisdiction's default method."""

    year: int = Field(ge=2009, le=2100, description=YEAR, examples=[2025])
    jurisdiction: str = Field(
        default="US", min_length=2, max_length=7, description="ISO country code, or `generic`", examples=["US"]
    )
    format: Literal["pdf", "csv", "json", "txf"] = Field(
        default="pdf", description="What is wanted of it; the report links all of its documents"
    )


class PeriodView(View):
    """The first and last day of a tax year, both inclusive."""

    first_day: date = Field(description="2024-04-06 of the United Kingdom's year 2024", examples=["2025-01-01"])
    last_day: date = Field(description="2025-04-05 of the United Kingdom's year 2024", examples=["2025-12-31"])


class ReportJobView(JobView):
    """The job that makes a report, and the tax year that it is of."""

    tax_year: str = Field(description=NAME_OF_YEAR, examples=["2025"])
    period: PeriodView
    """The days of the tax year, by the jurisdiction's rules."""
    warnings: tuple[str, ...] = Field(
        description="Why the report would fail, as far as what is stored now tells; empty where it would not",
        examples=[["no transactions are stored: unless an import that is under way brings some, the report fails"]],
    )


class TransactionView(View):
    """An imported transaction."""

    id: UUID
    """Its id here."""
    source_id: str = Field(description="Its id in the document or file that it came from", examples=["t1"])
    timestamp: datetime
    """When it happened."""
    type: str = Field(description="What it was, in the words of docs/tax-format.md", examples=["buy"])
    asset: str = Field(description="Symbol, or `chain:address`", examples=["ETH"])
    amount: Amount
    """In whole units."""
    price: Amount | None
    """Of one unit, in the currency of the import."""
    fee: Amount | None
    """In that currency."""
    wallet: str = Field(description="Where it happened", examples=["kraken"])
    chain: str | None = Field(description="The chain's short name", examples=["ethereum"])
    tx_hash: str | None = Field(
        description="The transaction on its chain",
        examples=["0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060"],
    )
    details: Mapping[str, JsonValue] = Field(
        description="The other fields of its row, by the names of docs/tax-format.md", examples=[{"note": "first buy"}]
    )


class ReportView(View):
    """A finished report, or the state of its job."""

    id: UUID
    """The report's id, which is its job's."""
    status: JobStatus
    """How far it is."""
    progress: Ratio
    """0 to 1."""
    year: int | None = Field(description=YEAR, examples=[2025])
    tax_year: str | None = Field(description=NAME_OF_YEAR, examples=["2025"])
    period: PeriodView | None = Field(description="The days of the tax year, by the jurisdiction's rules")
    jurisdiction: str | None = Field(description="Whose rules it follows", examples=["US"])
    method: str | None = Field(description="How lots are chosen", examples=["FIFO"])
    lot_scope: str | None = Field(description="How far lots are shared between wallets", examples=["universal"])
    totals: Figures | None = Field(
        description="The year's sums in the report's currency, rounded to eight places; `result_json` has them exactly",
        examples=[{"totals": {"proceeds": "1799", "costBasis": "601", "longTerm": "1198", "total": "1198"}}],
    )
    links: Mapping[str, str] = Field(
        description="Format → link that works for 15 minutes",
        examples=[{"summary_pdf": "https://premium-reports.s3.amazonaws.com/…"}],
    )
    error: str | None = Field(description="Why it failed, in words", examples=["There are no transactions"])
    generated_at: datetime | None
    """When it was finished."""


class SummaryView(View):
    """The totals of a year by its newest report."""

    year: int = Field(description=YEAR, examples=[2025])
    tax_year: str = Field(description=NAME_OF_YEAR, examples=["2025"])
    period: PeriodView
    """The days of the tax year, by the jurisdiction's rules."""
    jurisdiction: str = Field(description="Whose rules it follows", examples=["US"])
    method: str = Field(description="How lots are chosen", examples=["FIFO"])
    lot_scope: str = Field(description="How far lots are shared between wallets", examples=["universal"])
    report_id: UUID
    """The report that these are of."""
    generated_at: datetime | None
    """When it was finished."""
    totals: Figures = Field(
        description="The year's sums in the report's currency, rounded to eight places; `result_json` has them exactly",
        examples=[{"totals": {"proceeds": "1799", "costBasis": "601", "longTerm": "1198", "total": "1198"}}],
    )


class TransactionPosition(Position):
    """The last transaction of a page."""

    timestamp: datetime
    id: UUID


class ReportPosition(Position):
    """The last report of a page."""

    created_at: datetime
    id: UUID


def transaction_view(row: TransactionRow) -> TransactionView:
    """Return the view of an imported transaction."""
    return TransactionView(source_id=row.source_key, **row.model_dump(exclude={"source_key"}))


def report_view(found: ReportRow | JobRecord, links: Mapping[str, str]) -> ReportView:
    """Return the view of a report.

    A finished one has its links, any other the state of its job.
    """
    if isinstance(found, JobRecord):
        asked = {name: found.payload.get(name) for name in ("year", "jurisdiction", "method", "lot_scope")}
        return ReportView(
            id=found.id,
            status=found.status,
            progress=found.progress,
            totals=None,
            links={},
            error=found.error.message if found.error else None,
            generated_at=None,
            **asked,
            **year_of(found.payload["jurisdiction"], int(found.payload["year"])),
        )
    return ReportView(
        status=JobStatus.DONE,
        progress=Decimal(1),
        links=links,
        error=None,
        **year_of(found.jurisdiction, found.year),
        **found.model_dump(include={"id", "year", "jurisdiction", "method", "lot_scope", "totals", "generated_at"}),
    )


def summary_view(row: ReportRow) -> SummaryView:
    """Return the view of a year's totals."""
    kept = row.model_dump(include={"year", "jurisdiction", "method", "lot_scope", "generated_at", "totals"})
    return SummaryView(report_id=row.id, **year_of(row.jurisdiction, row.year), **kept)


def report_job_view(record: JobRecord, warnings: Iterable[str]) -> ReportJobView:
    """Return the view of a report's job, with its tax year and what it lacks."""
    year = year_of(record.payload["jurisdiction"], int(record.payload["year"]))
    return ReportJobView(**job_view(record).model_dump(by_alias=False), **year, warnings=tuple(warnings))


def year_of(code: str, year: int) -> dict[str, Any]:
    """Return a tax year's name and days, for the members of a view."""
    rules = jurisdiction(code)
    first, last = rules.period(year)
    return {"tax_year": rules.year_name(year), "period": PeriodView(first_day=first, last_day=last)}
