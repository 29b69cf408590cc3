"""Requests and views of the tax routes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, JsonValue

from handlers.runtime import Amount, Body, Figures, Position, View, Visible
from premium.errors import InvalidInput
from premium.jobs.model import JobRecord, JobStatus
from premium.tax.jobs import ReportPayload, WalletPayload
from premium.tax.model import Imported, ImportRow, Remark, ReportRow, TransactionRow

MAX_ROWS = 20_000
_DECIMAL_MARK = "Of a CSV whose own numbers do not tell whether 1,234 is a thousand"
_FILE_NAME = "The file's own name, which may say of what clock its times are: (UTC+1)"
_CURRENCY = "What the values are in. Of an export, USD unless named; of neutral rows, the report's"


class Import(Body):
    """A history to import: the neutral document, or a CSV as a text.

    docs/tax-format.md describes the document.
    """

    transactions: tuple[Any, ...] | None = Field(
        default=None,
        max_length=MAX_ROWS,
        description="Neutral rows (docs/tax-format.md)",
        examples=[
            [
                {
                    "id": "t1",
                    "timestamp": "2025-03-01T12:00:00Z",
                    "type": "buy",
                    "asset": "ETH",
                    "amount": "1.5",
                    "price": "2200",
                    "fee": "3",
                }
            ]
        ],
    )
    csv: str | None = Field(
        default=None,
        description="Own CSV, or an export of an exchange or tool, by its header",
        examples=["id,timestamp,type,asset,amount,price,fee\nt1,2025-03-01T12:00:00Z,buy,ETH,1.5,2200,3\n"],
    )
    source: Annotated[str, Visible] | None = Field(
        default=None, max_length=40, description="The CSV's exchange or tool, over its header", examples=["kraken"]
    )
    file_name: Annotated[str, Visible] | None = Field(
        default=None, max_length=200, description=_FILE_NAME, examples=["ledgers.csv"]
    )
    decimal_mark: Literal["point", "comma"] | None = Field(default=None, description=_DECIMAL_MARK, examples=["comma"])
    lenient: bool = Field(default=False, description="Leave out what is wrong and say so, instead of refusing it all")
    jurisdiction: str | None = Field(
        default=None, max_length=64, description="Read and left to the report", examples=["US"]
    )
    currency: str | None = Field(default=None, pattern="^[A-Za-z]{3}$", description=_CURRENCY, examples=["EUR"])
    method: str | None = Field(
        default=None, max_length=64, description="Read and left to the report", examples=["FIFO"]
    )
    lot_scope: str | None = Field(
        default=None, max_length=64, description="Read and left to the report", examples=["universal"]
    )

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
            "decimal_mark": self.decimal_mark,
        }


class ImportUpload(Body):
    """The options by which an uploaded file is imported."""

    lenient: bool = False
    """Leave out what is wrong and say so, instead of refusing it all."""
    source: Annotated[str, Visible] | None = Field(
        default=None, max_length=40, description="The exchange or tool, instead of the header", examples=["kraken"]
    )
    currency: str = Field(default="USD", pattern="^[A-Za-z]{3}$", description=_CURRENCY)
    file_name: Annotated[str, Visible] | None = Field(
        default=None, max_length=200, description=_FILE_NAME, examples=["ledgers.csv"]
    )
    decimal_mark: Literal["point", "comma"] | None = Field(default=None, description=_DECIMAL_MARK, examples=["comma"])


class ImportWallet(Body):
    """A wallet of the caller whose transactions are read from its chain."""

    chain: str = Field(min_length=1, max_length=64, description="Short name: ethereum, base, …", examples=["ethereum"])
    address: str = Field(
        min_length=1,
        max_length=128,
        description="EVM address that GET /v1/portfolio/wallets lists",
        examples=["0x52908400098527886E0F7030069857D2E4169EE7"],
    )
    from_block: int | None = Field(
        default=None, ge=0, lt=2**53, description="By default where the last import ended", examples=[19000000]
    )
    to_block: int | None = Field(
        default=None, ge=0, lt=2**53, description="By default the newest that is settled", examples=[19000100]
    )

    def payload(self) -> WalletPayload:
        """Return the job's payload; InvalidInput for a range without blocks."""
        if self.to_block is not None and self.to_block < (self.from_block or 0):
            raise InvalidInput("The range is empty", details={"toBlock": "must not lie before fromBlock"})
        return WalletPayload(**self.model_dump())


class UploadView(View):
    """The form that sends a file, and the link that imports it."""

    id: UUID
    """The upload's id."""
    url: str = Field(
        description="Where the form is posted to, as multipart/form-data",
        examples=["https://premium-exports.s3.amazonaws.com/"],
    )
    fields: Mapping[str, str] = Field(
        description="Form fields that go before the file", examples=[{"key": "imports/…", "policy": "…"}]
    )
    max_bytes: int = Field(description="The largest file that the form takes", examples=[268435456])
    links: Mapping[str, str] = Field(
        description="`import` names its job, and starts it where need be",
        examples=[{"import": "/v1/tax/transactions/uploads/0198f6ab-5c1e-7d2a-9b3f-2f1a6c0d4e57/import"}],
    )


class NewReport(Body):
    """The tax year and rules of a report to make."""

    year: int = Field(
        ge=2009, le=2100, description="Tax year, by the calendar year in which it starts", examples=[2025]
    )
    jurisdiction: str = Field(
        default="US", min_length=2, max_length=7, description="ISO country code, or `generic`", examples=["US"]
    )
    method: str | None = Field(
        default=None, max_length=32, description="The jurisdiction's by default", examples=["FIFO"]
    )
    lot_scope: Literal["universal", "per_wallet", "pool", "portfolio"] | None = None
    """How far lots are shared between wallets; the jurisdiction's by default."""
    currency: str | None = Field(
        default=None,
        pattern="^[A-Za-z]{3}$",
        description="What the report is in; the jurisdiction's by default",
        examples=["USD"],
    )
    time_zone: str | None = Field(
        default=None,
        max_length=60,
        description="Whose days and years count; the jurisdiction's by default",
        examples=["America/New_York"],
    )

    def payload(self) -> ReportPayload:
        """Return the job's payload."""
        return ReportPayload(**self.model_dump())


class EarlierReport(Body):
    """A report in the earlier form, by the jurisdiction's default method."""

    year: int = Field(
        ge=2009, le=2100, description="Tax year, by the calendar year in which it starts", examples=[2025]
    )
    jurisdiction: str = Field(
        default="US", min_length=2, max_length=7, description="ISO country code, or `generic`", examples=["US"]
    )
    format: Literal["pdf", "csv", "json", "txf"] = Field(
        default="pdf", description="What is wanted of it; the report links all of its documents"
    )


class RemarkView(View):
    """A warning about a transaction or a line."""

    code: str = Field(description="What kind of remark it is", examples=["unknown_field"])
    transaction: str | None = Field(description="The transaction's own id", examples=["t1"])
    line: int | None = Field(description="The line in the file", examples=[2])
    field: str | None = Field(description="The field", examples=["fee"])
    file: str | None = Field(description="The file, where there are several", examples=["ledgers.csv"])
    message: str = Field(description="The remark in words", examples=["The fee has no currency"])


class ImportView(View):
    """The outcome of an import: what it added and left out."""

    added: int
    """Rows that are new."""
    known: int = Field(description="Rows whose id was imported before: they change nothing")
    skipped: int
    """Lines that cannot be read and, by `lenient`, were left out, each with a warning."""
    warnings: tuple[RemarkView, ...]
    """At most 200 of them."""
    import_id: UUID | None
    """By it `DELETE /v1/tax/imports/{id}` undoes the import."""
    replaced: bool
    """Whether the same content was there, read with other options, whose place this took."""
    lines: int
    """Lines of the file, or rows: read, left out or skipped."""
    left_out: tuple[LeftOutView, ...] = Field(description="Lines that are no event of tax, and why")


class LeftOutView(View):
    """Lines that are no event of tax, and why."""

    reason: str = Field(description="Why they are none", examples=["a move within Kraken"])
    lines: int
    """How many."""
    first: int
    """The first of them."""


class TaxImportView(View):
    """Something that was imported, and what became of its lines."""

    id: UUID
    """By it the import is undone."""
    kind: Literal["file", "rows", "wallet"]
    """A file, rows of a request, or what was read of a wallet."""
    name: str = Field(description="The file's name, or chain and address", examples=["ledgers.csv"])
    currency: str | None = Field(description="What its values are in", examples=["EUR"])
    options: Mapping[str, JsonValue] = Field(description="How it was read", examples=[{"currency": "EUR"}])
    lines: int
    """Lines of the file, or rows."""
    added: int
    """Rows that were new."""
    known: int
    """Rows whose id another import has brought."""
    refused: int
    """Lines that cannot be read and were left out."""
    left_out: tuple[LeftOutView, ...] = Field(description="Lines that are no event of tax, and why")
    created_at: datetime
    """When it was imported first."""
    updated_at: datetime
    """When it was imported last."""


class UndoneView(View):
    """What an import's undoing removed."""

    removed: int
    """Transactions that it alone stated."""
    kept: int
    """Transactions that other imports state too: they stay."""


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
    progress: Amount
    """0 to 1."""
    year: int | None = Field(description="The tax year, by the calendar year in which it starts", examples=[2025])
    jurisdiction: str | None = Field(description="Whose rules it follows", examples=["US"])
    method: str | None = Field(description="How lots are chosen", examples=["FIFO"])
    lot_scope: str | None = Field(description="How far lots are shared between wallets", examples=["universal"])
    totals: Figures | None = Field(
        description="The year's sums, in the report's currency",
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

    year: int = Field(description="The tax year, by the calendar year in which it starts", examples=[2025])
    jurisdiction: str = Field(description="Whose rules it follows", examples=["US"])
    method: str = Field(description="How lots are chosen", examples=["FIFO"])
    lot_scope: str = Field(description="How far lots are shared between wallets", examples=["universal"])
    report_id: UUID
    """The report that these are of."""
    generated_at: datetime | None
    """When it was finished."""
    totals: Figures = Field(
        description="The year's sums, in the report's currency",
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


def import_view(done: Imported) -> ImportView:
    """Return the view of an import's outcome."""
    notices = tuple(remark_view(notice) for notice in done.notices[:200])
    left = tuple(LeftOutView.model_validate(each) for each in done.left_out)
    return ImportView(
        added=done.added,
        known=done.known,
        skipped=done.skipped,
        warnings=notices,
        import_id=done.import_id,
        replaced=done.replaced,
        lines=done.lines,
        left_out=left,
    )


def tax_import_view(row: ImportRow) -> TaxImportView:
    """Return the view of something that was imported."""
    return TaxImportView.model_validate(row.model_dump())


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
