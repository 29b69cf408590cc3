"""What this service's tables hold, one frozen model a table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TransactionRow(_Row):
    """One imported transaction, as it was stated."""

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
    """A document in the reports bucket."""

    key: str
    size: int
    sha256: str
    name: str


class ReportRow(_Row):
    """One finished report."""

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
