"""Bodies of the jobs that scan contracts and addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.observability import observe
from premium.security.jobs import (
    SCAN_ADDRESS,
    SCAN_CONTRACT,
    SCAN_SOURCE,
    ScanAddressPayload,
    ScanContractPayload,
    ScanSourcePayload,
)
from premium.security.model import ScanRow, ScanType
from premium.security.sources import GivenSource, SourceStore
from premium.security.store.scans import ScanStore
from premium.security.work.judge import judge


@job(SCAN_CONTRACT)
def scan_contract(context: JobContext, payload: ScanContractPayload) -> Mapping[str, Any]:
    """Scan one contract and keep one row, whichever attempt writes it."""
    return _scanned(context, payload, "contract")


@job(SCAN_ADDRESS)
def scan_address(context: JobContext, payload: ScanAddressPayload) -> Mapping[str, Any]:
    """Scan one address, contract or account, and keep one row."""
    return _scanned(context, payload, "address")


@job(SCAN_SOURCE)
def scan_source(context: JobContext, payload: ScanSourcePayload) -> Mapping[str, Any]:
    """Scan one contract with its source, and keep one row."""
    return _scanned(context, payload, "contract", lambda: _source(context, payload.source))


def _source(context: JobContext, digest: str) -> GivenSource:
    return SourceStore(context.platform.bucket("exports")).get(context.user_id, digest)


def _scanned(
    context: JobContext, payload: ScanContractPayload, kind: ScanType, source: Callable[[], GivenSource] | None = None
) -> Mapping[str, Any]:
    store = ScanStore(context.platform.worker_database)
    row = store.by_job(context.user_id, context.job_id)
    if row is None:
        made = judge(
            context.platform, payload.chain, payload.address, contract=kind == "contract", trade=payload.trade,
            source=source() if source is not None else None, anew=payload.anew,
        )  # fmt: skip
        context.progress(0.9)
        context.point("judged")
        scan = made.as_scan(kind, payload.chain, payload.address)
        row = store.add_of_job(context.user_id, context.job_id, context.created_at, scan, point=context.point)
        observe("ScansIncomplete", 0 if made.told["complete"] else 100, "Percent")
        context.platform.publish(context.user_id, "security", {"type": "scan", "data": _news(row)})
    return _result(row)


def _news(row: ScanRow) -> dict[str, Any]:
    """What streams are told; the scan itself is read by its id."""
    return {
        "scanId": str(row.id), "jobId": str(row.job_id), "type": row.scan_type, "chain": row.chain,
        "target": row.target, "verdict": row.verdict, "riskScore": row.risk_score,
    }  # fmt: skip


def _result(row: ScanRow) -> dict[str, Any]:
    worst = row.findings[0].severity.value if row.findings else None
    return {
        "scan_id": str(row.id),
        "risk_score": row.risk_score,
        "verdict": row.verdict,
        "findings": len(row.findings),
        "worst_severity": worst,
    }
