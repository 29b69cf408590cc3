"""Jobs of the security service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.security.carry import carry_out
from premium.security.jobs import SCAN_CONTRACT, ScanContractPayload


@job(SCAN_CONTRACT)
def scan_contract(context: JobContext, payload: ScanContractPayload) -> Mapping[str, Any]:
    """Findings and a score for one contract, kept as one row."""
    return carry_out(context, payload)
