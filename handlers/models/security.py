"""Requests and views of the security routes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from handlers.runtime import Body, Position, View
from premium.security.model import ScanRow, ScanType, Severity


class ContractToScan(Body):
    """A contract to scan and its chain."""

    chain: str = Field(min_length=2, max_length=32, description="The chain's short name")
    address: str = Field(min_length=42, max_length=42, description="EVM address; a mixed-case one must fit EIP-55")


class EvidenceView(View):
    """A place in code or state that proves a finding."""

    address: str | None
    selector: str | None
    function: str | None
    offset: int | None
    slot: str | None
    value: str | None


class FindingView(View):
    """A finding about the contract, with its evidence."""

    id: str
    severity: Severity
    title: str
    meaning: str
    advice: str
    holder: str | None
    evidence: tuple[EvidenceView, ...]


class ScanView(View):
    """One scan with its findings."""

    id: UUID
    job_id: UUID
    scan_type: ScanType
    chain: str
    target: str
    risk_score: int = Field(description="0 (nothing found) to 100")
    findings: tuple[FindingView, ...]
    details: dict[str, Any]
    created_at: datetime


class ScanPosition(Position):
    """The last scan of a page."""

    created_at: datetime
    id: UUID


def scan_view(row: ScanRow) -> ScanView:
    """Return the view of a scan."""
    return ScanView.model_validate(row.model_dump())
