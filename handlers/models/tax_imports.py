"""Requests and views of imports of transactions: rows, files and wallets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, JsonValue

from handlers.models.tax import Currency
from handlers.runtime import Body, View, Visible
from premium.errors import InvalidInput
from premium.tax.importers.declared.own_words import mapping_of
from premium.tax.importers.headers import source_name
from premium.tax.jobs import WalletPayload
from premium.tax.model import Imported, ImportRow, Remark

MAX_ROWS = 20_000
_DECIMAL_MARK = "Of a CSV whose own numbers do not tell whether 1,234 is a thousand"
_DATE_ORDER = "Of a CSV whose own dates do not tell whether 02/03/2024 is of February or of March"
_FILE_NAME = "The file's own name, which may say of what clock its times are: (UTC+1)"
_MAP = "What the columns and words of a CSV mean that no importer knows (docs/tax-exports.md)"
_MAP_EXAMPLE = {"time": "Date", "kind": "Type", "change": "Amount : Coin", "kinds": {"deposit": ["In"]}}
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
    source: Annotated[str, Visible, AfterValidator(source_name)] | None = Field(
        default=None, max_length=40, description="The CSV's exchange or tool, over its header", examples=["kraken"]
    )
    file_name: Annotated[str, Visible] | None = Field(
        default=None, max_length=200, description=_FILE_NAME, examples=["ledgers.csv"]
    )
    decimal_mark: Literal["point", "comma"] | None = Field(default=None, description=_DECIMAL_MARK, examples=["comma"])
    date_order: Literal["day_first", "month_first"] | None = Field(
        default=None, description=_DATE_ORDER, examples=["day_first"]
    )
    map: dict[str, JsonValue] | None = Field(default=None, description=_MAP, examples=[_MAP_EXAMPLE])
    preview: bool = Field(default=False, description="Read it and show the first rows; nothing is stored")
    lenient: bool = Field(default=False, description="Leave out what is wrong and say so, instead of refusing it all")
    jurisdiction: str | None = Field(
        default=None, max_length=64, description="Read and left to the report", examples=["US"]
    )
    currency: Currency | None = Field(default=None, description=_CURRENCY, examples=["EUR"])
    method: str | None = Field(
        default=None, max_length=64, description="Read and left to the report", examples=["FIFO"]
    )
    lot_scope: str | None = Field(
        default=None, max_length=64, description="Read and left to the report", examples=["universal"]
    )

    def check(self) -> None:
        """Raise InvalidInput unless exactly one of the two is given."""
        if (self.transactions is None) == (self.csv is None):
            raise InvalidInput.about("transactions", "give transactions or csv, one of the two")
        if self.map is not None and (self.csv is None or self.source is not None):
            raise InvalidInput.about("map", "is of a csv, and without a source")

    def options(self) -> dict[str, Any]:
        """Return the options of an import of neutral rows."""
        return {"lenient": self.lenient, "currency": self.currency, "preview": self.preview}

    def csv_options(self) -> dict[str, Any]:
        """Return the options of an import of a CSV."""
        return {
            "lenient": self.lenient,
            "source": self.source,
            "currency": self.currency or "USD",
            "file_name": self.file_name or "csv",
            "decimal_mark": self.decimal_mark,
            "date_order": self.date_order,
            "mapping": self.map,
            "preview": self.preview,
        }


class ImportUpload(Body):
    """The options by which an uploaded file is imported."""

    lenient: bool = False
    """Leave out what is wrong and say so, instead of refusing it all."""
    source: Annotated[str, Visible, AfterValidator(source_name)] | None = Field(
        default=None, max_length=40, description="The exchange or tool, instead of the header", examples=["kraken"]
    )
    currency: Currency = Field(default="USD", description=_CURRENCY)
    file_name: Annotated[str, Visible] | None = Field(
        default=None, max_length=200, description=_FILE_NAME, examples=["ledgers.csv"]
    )
    decimal_mark: Literal["point", "comma"] | None = Field(default=None, description=_DECIMAL_MARK, examples=["comma"])
    date_order: Literal["day_first", "month_first"] | None = Field(
        default=None, description=_DATE_ORDER, examples=["day_first"]
    )
    map: dict[str, JsonValue] | None = Field(
        default=None, description=f"{_MAP}; with the request that starts the import", examples=[_MAP_EXAMPLE]
    )

    def check(self, *, starts: bool) -> None:
        """Raise InvalidInput for a mapping that is wrong, or that cannot travel with the file."""
        if self.map is None:
            return
        if not starts:
            raise InvalidInput.about("map", "goes with the request that starts the import, not with the form")
        if self.source is not None:
            raise InvalidInput.about("map", "is of a file without a source")
        mapping_of(self.map)


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
            raise InvalidInput.about("toBlock", f"must not lie before fromBlock, which is {self.from_block}")
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
    preview: tuple[Mapping[str, JsonValue], ...] | None = Field(
        description="Of a preview: the first rows that would be stored", examples=[[{"id": "t1", "type": "buy"}]]
    )


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
        preview=None if done.preview is None else tuple(dict(row) for row in done.preview),
    )


def tax_import_view(row: ImportRow) -> TaxImportView:
    """Return the view of something that was imported."""
    return TaxImportView.model_validate(row.model_dump())


def remark_view(notice: Remark) -> RemarkView:
    """Return the view of a warning."""
    return RemarkView(**notice._asdict())
