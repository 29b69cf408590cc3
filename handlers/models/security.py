"""Requests and views of the security routes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from handlers.runtime import Body, Figures, Position, View
from premium.security.model import ScanRow, ScanType, Severity


class ContractToScan(Body):
    """A contract to scan and its chain."""

    chain: str = Field(min_length=2, max_length=32, description="The chain's short name", examples=["ethereum"])
    address: str = Field(
        min_length=42,
        max_length=42,
        description="EVM address; a mixed-case one must fit EIP-55",
        examples=["0xdAC17F958D2ee523a2206206994597C13D831ec7"],
    )


class EvidenceView(View):
    """A place in code or state that proves a finding."""

    address: str | None = Field(
        description="The contract in which it is", examples=["0xdAC17F958D2ee523a2206206994597C13D831ec7"]
    )
    selector: str | None = Field(description="The function's selector", examples=["0x40c10f19"])
    function: str | None = Field(
        description="The function's name, where it is known", examples=["mint(address,uint256)"]
    )
    offset: int | None = Field(description="Bytes from the code's beginning", examples=[1204])
    slot: str | None = Field(description="The storage slot", examples=["0x0"])
    value: str | None = Field(description="What is there", examples=["0x01"])


class FindingView(View):
    """A finding about the contract, with its evidence."""

    id: str = Field(description="The finding's kind; the catalogue is in docs", examples=["mint"])
    severity: Severity
    """How grave it is."""
    title: str = Field(description="One line", examples=["The supply can grow"])
    meaning: str = Field(
        description="What it means to a holder", examples=["The owner may make new units at any time."]
    )
    advice: str = Field(description="What to do", examples=["See who the owner is before you hold it."])
    holder: str | None = Field(
        description="The account that has the power", examples=["0xC6CDE7C39eB2f0F0095F41570af89eFC2C1Ea828"]
    )
    evidence: tuple[EvidenceView, ...]
    """Where it was seen."""


class ScanView(View):
    """One scan with its findings."""

    id: UUID
    """The scan's id."""
    job_id: UUID
    """The job that made it."""
    scan_type: ScanType
    """What was scanned."""
    chain: str = Field(description="The chain's short name", examples=["ethereum"])
    target: str = Field(
        description="The address that was scanned", examples=["0xdAC17F958D2ee523a2206206994597C13D831ec7"]
    )
    risk_score: int = Field(description="0 (nothing found) to 100")
    findings: tuple[FindingView, ...]
    """What was found, the gravest first."""
    details: Figures = Field(description="What was read: code, proxy, block", examples=[{"block": 19000000}])
    created_at: datetime
    """When it was made."""


class ScanPosition(Position):
    """The last scan of a page."""

    created_at: datetime
    id: UUID


def scan_view(row: ScanRow) -> ScanView:
    """Return the view of a scan."""
    return ScanView.model_validate(row.model_dump())
