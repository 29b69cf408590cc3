"""Values and rows of the tax service, frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from premium.tax.model import Remark


class NewTransactions(NamedTuple):
    """Checked rows that are to be stored, with their moments beside them."""

    rows: Sequence[Mapping[str, Any]]
    """In the neutral format."""
    moments: Sequence[datetime]
    currency: str | None = None
    """What the values are in; None: whatever a report is in."""
    job_id: UUID | None = None


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
