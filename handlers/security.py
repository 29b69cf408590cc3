"""Routes of contract scans: start one, list them, show one."""

from __future__ import annotations

from uuid import UUID

from handlers.models.security import ContractToScan, ScanPosition, ScanView, scan_view
from handlers.runtime import (
    Caller,
    Cursor,
    IdempotencyKey,
    JobView,
    Limit,
    Listing,
    RequestId,
    entry,
    job_view,
    listing,
    needs,
    position,
    router,
)
from premium.bootstrap import platform
from premium.security.service import Scans

app = router("Security")


@app.post("/v1/security/scan/contract", status_code=202)
@needs(service="security", scope="security:write")
def scan_contract(
    caller: Caller, contract: ContractToScan, request_id: RequestId, idempotency_key: IdempotencyKey
) -> JobView:
    """Scan a contract's code and the accounts that control it.

    The job's result names the scan.
    """
    record = Scans.of(platform()).start_contract(
        caller.user_id,
        caller.tier,
        platform().chains,
        chain=contract.chain,
        address=contract.address,
        request_id=request_id,
        idempotency_key=idempotency_key,
    )
    return job_view(record)


@app.get("/v1/security/scans")
@needs(service="security", scope="security:read")
def list_scans(caller: Caller, limit: Limit = 50, cursor: Cursor = None) -> Listing[ScanView]:
    """List the caller's scans, newest first."""
    place = position(cursor, ScanPosition)
    after = (place.created_at, place.id) if place else None
    rows = [scan_view(row) for row in Scans.of(platform()).page(caller.user_id, limit + 1, after)]
    return listing(rows, limit, ScanPosition, created_at="created_at", id="id")


@app.get("/v1/security/scans/<scan_id>")
@needs(service="security", scope="security:read")
def get_scan(caller: Caller, scan_id: UUID) -> ScanView:
    """Show one scan with its findings."""
    return scan_view(Scans.of(platform()).get(caller.user_id, scan_id))


handler = entry(app)
