"""Views of kept scans."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from handlers.runtime import Figures, Position, View
from premium.security.model import ScanRow, ScanType, Severity, Verdict

Verdicts = Verdict


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
    path: str | None = Field(description="The call in a transaction, from outside in", examples=["0.1"])
    file: str | None = Field(description="The file of a source", examples=["contracts/Token.sol"])
    line: int | None = Field(description="The line in it, from 1", examples=[120])


class WithdrawalView(View):
    """A finding that staff withdrew after a dispute."""

    author: str = Field(description="Who withdrew it", examples=["operator"])
    reason: str = Field(description="Why", examples=["The key was moved to a multisig."])
    evidence: str = Field(description="What shows it", examples=["transaction 0x5c50…"])
    until: datetime
    """When it counts again."""


class FindingView(View):
    """A finding, with its evidence."""

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
    basis: str | None = Field(
        description="decoded, simulated, measured, code, source, label or history", examples=["code"]
    )
    withdrawn: WithdrawalView | None
    """Who withdrew it; it then only informs."""
    evidence: tuple[EvidenceView, ...]
    """Where it was seen."""


class ScanView(View):
    """One scan with its findings."""

    id: UUID
    """The scan's id."""
    job_id: UUID | None
    """The job that made it; null where it was answered at once."""
    scan_type: ScanType
    """What was scanned."""
    chain: str = Field(description="The chain's short name", examples=["ethereum"])
    target: str = Field(
        description="The address that was scanned", examples=["0xdAC17F958D2ee523a2206206994597C13D831ec7"]
    )
    verdict: Verdict | None
    """malicious, danger, caution, clear or unknown; null in scans of older releases."""
    engine_version: str | None = Field(description="The engine that made it", examples=["3"])
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
