"""Requests and views of the tax routes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from pydantic import Field, JsonValue

from handlers.runtime import Amount, Body, Position, View
from premium.errors import InvalidInput
from premium.jobs.model import JobRecord, JobStatus
from premium.tax.jobs import ReportPayload, WalletPayload
from premium.tax.model import Imported, Remark, ReportRow, TransactionRow

MAX_ROWS = 20_000
_FILE_NAME = "The file's own name, which may say of what clock its times are: (UTC+1)"
_CURRENCY = "What the values are in. Of an export, USD unless named; of neutral rows, the report's"


class Import(Body):
    """A history to import: the neutral document, or a CSV as a text.

    docs/tax-format.md describes the document.
    """

    transactions: tuple[Any, ...] | None = Field(default=None, max_length=MAX_ROWS)
    csv: str | None = Field(default=None, description="Own CSV, or an export of an exchange or tool, by its header")
    source: str | None = Field(default=None, max_length=40, description="The CSV's exchange or tool, over its header")
    file_name: str | None = Field(default=None, max_length=200, description=_FILE_NAME)
    lenient: bool = Field(default=False, description="Leave out what is wrong and say so, instead of refusing it all")
    jurisdiction: str | None = Field(default=None, description="Read and left to the report")
    currency: str | None = Field(default=None, pattern="^[A-Za-z]{3}$", description=_CURRENCY)
    method: str | None = Field(default=None, description="Read and left to the report")
    lot_scope: str | None = Field(default=None, description="Read and left to the report")

    def check(self) -> None:
        """Raise InvalidInput unless exactly one of the two is given."""
        if (self.transactions is None) == (self.csv is None):
            raise InvalidInput("Give transactions or csv, one of the two", details={"transactions": "one of the two"})

    def options(self) -> dict[str, Any]:
        """Return the options of an import of neutral rows."""
        return {"lenient": self.lenient, "currency": self.currency and self.currency.upper()}

    def csv_options(self) -> dict[str, Any]:
        """Return the options of an import of a CSV."""
        return {
            "lenient": self.lenient,
            "source": self.source,
            "currency": (self.currency or "USD").upper(),
            "file_name": self.file_name or "csv",
        }


class ImportUpload(Body):
    """The options by which an uploaded file is imported."""

    lenient: bool = False
    source: str | None = Field(default=None, max_length=40, description="The exchange or tool, instead of the header")
    currency: str = Field(default="USD", pattern="^[A-Za-z]{3}$", description=_CURRENCY)
    file_name: str | None = Field(default=None, max_length=200, description=_FILE_NAME)


class ImportWallet(Body):
    """A wallet of the caller whose transactions are read from its chain."""

    chain: str = Field(min_length=1, max_length=64, description="Short name: ethereum, base, …")
    address: str = Field(min_length=1, max_length=128, description="EVM address that GET /v1/portfolio/wallets lists")
    from_block: int | None = Field(default=None, ge=0, lt=2**53, description="By default where the last import ended")
    to_block: int | None = Field(default=None, ge=0, lt=2**53, description="By default the newest that is settled")

    def payload(self) -> WalletPayload:
        """Return the job's payload; InvalidInput for a range without blocks."""
        if self.to_block is not None and self.to_block < (self.from_block or 0):
            raise InvalidInput("The range is empty", details={"to_block": "must not lie before from_block"})
        return WalletPayload(**self.model_dump())


class UploadView(View):
    """The form that sends a file, and the link that imports it."""

    id: UUID
    url: str
    fields: Mapping[str, str] = Field(description="Form fields that go before the file")
    max_bytes: int
    links: Mapping[str, str]


class NewReport(Body):
    """The tax year and rules of a report to make."""

    year: int = Field(ge=2009, le=2100, description="Tax year, by the calendar year in which it starts")
    jurisdiction: str = Field(default="US", min_length=2, max_length=7)
    method: str | None = Field(default=None, max_length=32, description="The jurisdiction's by default")
    lot_scope: Literal["universal", "per_wallet", "pool", "portfolio"] | None = None
    currency: str | None = Field(default=None, pattern="^[A-Za-z]{3}$")
    time_zone: str | None = Field(default=None, max_length=60)

    def payload(self) -> ReportPayload:
        """Return the job's payload."""
        return ReportPayload(**self.model_dump())


class EarlierReport(Body):
    """A report in the earlier form, by the jurisdiction's default method."""

    year: int = Field(ge=2009, le=2100, description="Tax year, by the calendar year in which it starts")
    jurisdiction: str = Field(default="US", min_length=2, max_length=7)
    format: Literal["pdf", "csv", "json", "txf"] = Field(
        default="pdf", description="What is wanted of it; the report links all of its documents"
    )


class RemarkView(View):
    """A warning about a transaction or a line."""

    code: str
    transaction: str | None
    line: int | None
    field: str | None
    message: str


class ImportView(View):
    """The outcome of an import: what it added and left out."""

    added: int
    known: int = Field(description="Rows whose id was imported before: they change nothing")
    skipped: int
    warnings: tuple[RemarkView, ...]


class TransactionView(View):
    """An imported transaction."""

    id: UUID
    source_id: str
    timestamp: datetime
    type: str
    asset: str
    amount: Amount
    price: Amount | None
    fee: Amount | None
    wallet: str
    chain: str | None
    tx_hash: str | None
    details: Mapping[str, JsonValue]


class ReportView(View):
    """A finished report, or the state of its job."""

    id: UUID
    status: JobStatus
    progress: Amount
    year: int | None
    jurisdiction: str | None
    method: str | None
    lot_scope: str | None
    totals: Mapping[str, JsonValue] | None
    links: Mapping[str, str] = Field(description="Format → link that works for 15 minutes")
    error: str | None
    generated_at: datetime | None


class SummaryView(View):
    """The totals of a year by its newest report."""

    year: int
    jurisdiction: str
    method: str
    lot_scope: str
    report_id: UUID
    generated_at: datetime | None
    totals: Mapping[str, JsonValue]


class TransactionPosition(Position):
    """The last transaction of a page."""

    timestamp: datetime
    id: UUID


class ReportPosition(Position):
    """The last report of a page."""

    created_at: datetime
    id: UUID


def import_view(done: Imported) -> ImportView:
    """Return the view of an import's outcome."""
    notices = tuple(remark_view(notice) for notice in done.notices[:200])
    return ImportView(added=done.added, known=done.known, skipped=done.skipped, warnings=notices)


def remark_view(notice: Remark) -> RemarkView:
    """Return the view of a warning."""
    return RemarkView(**notice._asdict())


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
        )
    return ReportView(
        status=JobStatus.DONE,
        progress=Decimal(1),
        links=links,
        error=None,
        **found.model_dump(include={"id", "year", "jurisdiction", "method", "lot_scope", "totals", "generated_at"}),
    )


def summary_view(row: ReportRow) -> SummaryView:
    """Return the view of a year's totals."""
    kept = row.model_dump(include={"year", "jurisdiction", "method", "lot_scope", "generated_at", "totals"})
    return SummaryView(report_id=row.id, **kept)
