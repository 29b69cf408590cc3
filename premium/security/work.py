"""Bodies of the security service's jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from premium.bootstrap import Platform
from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.security.jobs import SCAN_CONTRACT, ScanContractPayload
from premium.security.model import ContractScan, ScanRow
from premium.security.onchain.current import current_scan
from premium.security.onchain.node import NodeReader
from premium.security.service import readable_chain
from premium.security.store import ScanStore
from premium.storage.cache import Cache

_SECONDS = 20.0


@job(SCAN_CONTRACT)
def scan_contract(context: JobContext, payload: ScanContractPayload) -> Mapping[str, Any]:
    """Scan one contract and keep one row, whichever attempt writes it."""
    store = ScanStore(context.platform.worker_database)
    row = store.by_job(context.user_id, context.job_id)
    if row is None:
        made = _scan(context.platform, payload)
        context.progress(0.9)
        row = store.add_contract(context.user_id, context.job_id, made, point=context.point)
    return _result(row)


def _scan(platform: Platform, payload: ScanContractPayload) -> ContractScan:
    chain = readable_chain(platform.chains, payload.chain)
    with NodeReader(lambda client: platform.market(client).rpc(chain.name, deadline=_SECONDS)) as reader:
        return current_scan(chain.name, payload.address, reader, Cache(platform.redis(3), "security"))


def _result(row: ScanRow) -> dict[str, Any]:
    worst = row.findings[0].severity.value if row.findings else None
    return {
        "scan_id": str(row.id),
        "risk_score": row.risk_score,
        "findings": len(row.findings),
        "worst_severity": worst,
    }
