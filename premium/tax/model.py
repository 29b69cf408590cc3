"""Transactions and remarks as the tax engine takes them, and the service's rows.

The engine's are plain frozen tuples, because a year has a million of them.

Amounts are units of the asset, values are fiat, both exact `Decimal`; instants are microseconds since 1970 UTC;
days are local tax days, counted from 1970-01-01.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from premium.money import ZERO

ACQUISITIONS = frozenset({"buy", "income", "gift_received", "fork"})
"""`fork` is made by `history.receipts` alone: its cost is a part of that of the coin it came from."""
DISPOSALS = frozenset({"sell", "fee", "gift_sent", "donation", "lost", "stolen"})
NEUTRAL = (ACQUISITIONS | DISPOSALS | {"transfer"}) - {"fork"}


class Form1099(NamedTuple):
    """What a broker told the IRS about a sale."""

    form: str
    basis_reported: bool
    proceeds: Decimal | None = None
    basis: Decimal | None = None


class Fee(NamedTuple):
    """A further fee in kind; its worth in fiat is None where nothing states it."""

    asset: str
    amount: Decimal
    value: Decimal | None = None


class More(NamedTuple):
    """The fields that few transactions have."""

    kind: str | None = None
    """Of income: staking, mining, …; of a gift sent: spouse or market_value."""
    to_wallet: str | None = None
    burnt: Decimal = ZERO
    """`fee_in_kind` of a transfer: the part of the amount that does not arrive."""
    group: str | None = None
    lots: tuple[tuple[str, Decimal], ...] = ()
    form_1099: Form1099 | None = None
    portfolio_value: Decimal | None = None
    basis: Decimal | None = None
    donor_basis: Decimal | None = None
    acquired: int | None = None
    chain: str | None = None
    tx_hash: str | None = None
    fee_asset: str | None = None
    fee_amount: Decimal = ZERO
    fees: tuple[Fee, ...] = ()
    """Further fees of one event."""
    to_asset: str | None = None
    """Of a conversion that is no disposal: the asset that carries the basis on."""
    to_amount: Decimal | None = None
    from_asset: str | None = None
    """Of a fork: the asset that it split from."""
    from_price: Decimal | None = None
    """Of a fork: what one unit of that asset was worth then."""
    value_currency: str | None = None
    """Of a value that is stated in another currency than the report's, until it is converted."""
    price_filled: str = ""
    """Whose price of when made the value, where none was stated."""


PLAIN = More()


class Transaction(NamedTuple):
    """One neutral transaction.

    `value` is the fiat total before fees, None while it is unknown.
    """

    id: str
    instant: int
    type: str
    asset: str
    amount: Decimal
    value: Decimal | None
    fee: Decimal
    wallet: str
    more: More = PLAIN


class Remark(NamedTuple):
    """A warning about a history.

    `line` and `field` say where in the file, when it came from one; `file` which one, of several.
    """

    code: str
    transaction: str | None
    message: str
    line: int | None = None
    field: str | None = None
    file: str | None = None

    @property
    def sentence(self) -> str:
        """The message with the line and the transaction that it is about."""
        file = f"{self.file}, " if self.file and self.line else f"{self.file}: " if self.file else ""
        where = f"{file}line {self.line}: " if self.line else file
        name = f"{self.transaction}: " if self.transaction else ""
        return f"{where}{name}{self.message}"


class Batches(Protocol):
    """Rows that are too many for memory: `premium.tax.document.kept.KeptRows`."""

    def __len__(self) -> int:
        """Return how many rows there are."""
        ...

    def batches(self, size: int, /) -> Iterator[tuple[list[Mapping[str, Any]], list[datetime]]]:
        """Yield about so many rows at once, with their moments."""
        ...


class NewTransactions(NamedTuple):
    """Checked rows that are to be stored, with their moments beside them."""

    rows: Sequence[Mapping[str, Any]] | Batches
    """In the neutral format."""
    moments: Sequence[datetime] = ()
    """Of a sequence of rows; others bring their own."""
    currency: str | None = None
    """What the values are in; None: whatever a report is in."""
    job_id: UUID | None = None
    origin: Origin | None = None

    def batches(self, size: int) -> Iterator[tuple[Sequence[Mapping[str, Any]], Sequence[datetime]]]:
        """Yield about so many rows at once, with their moments."""
        if not isinstance(self.rows, Sequence):
            yield from self.rows.batches(size)
            return
        for start in range(0, len(self.rows), size):
            yield self.rows[start : start + size], self.moments[start : start + size]


class Added(NamedTuple):
    """What storing brought: rows that were unknown, by which import, and whether it replaced itself."""

    rows: int
    import_id: UUID | None = None
    replaced: bool = False


class Origin(NamedTuple):
    """Where new transactions come from: one content, or one wallet."""

    kind: str
    """file, rows or wallet."""
    name: str
    digest: str
    """Of the content; the same again is the same import."""
    currency: str | None = None
    options: Mapping[str, Any] = {}
    """How the content was read: with others it is read anew."""
    lines: int = 0
    refused: int = 0
    left_out: Sequence[Mapping[str, Any]] = ()

    def columns(self) -> dict[str, Any]:
        """Return the plain columns of its row."""
        return {
            "kind": self.kind,
            "name": self.name[:300],
            "digest": self.digest,
            "currency": self.currency,
            "lines": self.lines,
            "refused": self.refused,
        }


class BlockRange(NamedTuple):
    """Blocks of a wallet that are read without a gap."""

    first: int
    next: int
    """The first block that is not read."""


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import did; `added` and `known` together are the rows it took."""

    added: int
    known: int
    skipped: int
    notices: tuple[Remark, ...]
    import_id: UUID | None = None
    replaced: bool = False
    """Whether the same content was there, read with other options, which it took the place of."""
    lines: int = 0
    left_out: tuple[Mapping[str, Any], ...] = ()
    """Why lines are no event of tax: `{reason, lines, first}`."""
    preview: tuple[Mapping[str, Any], ...] | None = None
    """The first rows that would be stored, where nothing was asked to be."""


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TransactionRow(_Row):
    """An imported transaction as it was stated."""

    id: UUID
    source_key: str
    timestamp: datetime
    type: str
    asset: str
    amount: Decimal
    price: Decimal | None
    fee: Decimal | None
    wallet: str
    chain: str | None
    tx_hash: str | None
    details: Mapping[str, Any]


class ImportRow(_Row):
    """An import, of which the transactions know that it states them."""

    id: UUID
    kind: str
    name: str
    currency: str | None
    options: Mapping[str, Any]
    lines: int
    added: int
    known: int
    refused: int
    left_out: Sequence[Mapping[str, Any]]
    created_at: datetime
    updated_at: datetime


class StoredFile(_Row):
    """A document in the bucket of reports."""

    key: str
    size: int
    sha256: str
    name: str


class ReportRow(_Row):
    """A finished report."""

    id: UUID
    job_id: UUID
    year: int
    jurisdiction: str
    method: str
    lot_scope: str
    totals: Mapping[str, Any]
    status: str
    report_url: str | None
    files: Mapping[str, StoredFile]
    generated_at: datetime | None
    created_at: datetime


class GainLine(NamedTuple):
    """A disposal of one lot in a report's neutral document."""

    row: Mapping[str, Any]
    behind: int
    """The place in the document behind it, in bytes."""


class ComparisonRow(_Row):
    """A year under every method that its country allows."""

    id: UUID
    year: int
    jurisdiction: str
    currency: str
    methods: Sequence[Mapping[str, Any]]
    warnings: Sequence[Mapping[str, Any]]
    generated_at: datetime
