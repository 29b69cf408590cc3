"""Contract scans: start one, list them, look at one."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from handlers.runtime import (
    Body,
    Caller,
    Cursor,
    IdempotencyKey,
    JobView,
    Limit,
    Listing,
    Position,
    RequestId,
    View,
    entry,
    job_view,
    listing,
    needs,
    position,
    router,
)
from premium.bootstrap import platform
from premium.security.model import Severity
from premium.security.service import Scans
from premium.security.store import ScanRow

app = router("Security")


class ContractToScan(Body):
    chain: str = Field(min_length=2, max_length=32, description="The chain's short name")
    address: str = Field(min_length=42, max_length=42, description="EVM address; a mixed-case one must fit EIP-55")


class EvidenceView(View):
    address: str | None
    selector: str | None
    function: str | None
    offset: int | None
    slot: str | None
    value: str | None


class FindingView(View):
    id: str
    severity: Severity
    title: str
    meaning: str
    advice: str
    holder: str | None
    evidence: tuple[EvidenceView, ...]


class ScanView(View):
    id: UUID
    job_id: UUID
    scan_type: Literal["transaction", "contract", "address"]
    chain: str
    target: str
    risk_score: int = Field(description="0 (nothing found) to 100")
    findings: tuple[FindingView, ...]
    details: dict[str, Any]
    created_at: datetime


class ScanPosition(Position):
    created_at: datetime
    id: UUID


@app.post("/v1/security/scan/contract", status_code=202)
@needs(tier="pro", scope="security:write")
def scan_contract(
    caller: Caller, contract: ContractToScan, request_id: RequestId, idempotency_key: IdempotencyKey
) -> JobView:
    """Scan a contract's code and who controls it; the job's result names the scan."""
    record = Scans.of(platform()).start_contract(
        caller.user_id,
        platform().chains,
        chain=contract.chain,
        address=contract.address,
        request_id=request_id,
        idempotency_key=idempotency_key,
    )
    return job_view(record)


@app.get("/v1/security/scans")
@needs(tier="pro", scope="security:read")
def list_scans(caller: Caller, limit: Limit = 50, cursor: Cursor = None) -> Listing[ScanView]:
    """The caller's scans, newest first."""
    place = position(cursor, ScanPosition)
    after = (place.created_at, place.id) if place else None
    rows = [_view(row) for row in Scans.of(platform()).page(caller.user_id, limit + 1, after)]
    return listing(rows, limit, ScanPosition, created_at="created_at", id="id")


@app.get("/v1/security/scans/<scan_id>")
@needs(tier="pro", scope="security:read")
def get_scan(caller: Caller, scan_id: UUID) -> ScanView:
    """One scan with its findings."""
    return _view(Scans.of(platform()).get(caller.user_id, scan_id))


def _view(row: ScanRow) -> ScanView:
    return ScanView.model_validate(row.model_dump())


handler = entry(app)
