"""Payloads and kinds of the security service's jobs."""

from __future__ import annotations

from pydantic import Field

from premium.jobs.model import JobKind, JobPayload


class ScanContractPayload(JobPayload):
    """The contract to scan."""

    chain: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,31}$")
    address: str = Field(pattern=r"^0x[0-9a-fA-F]{40}$")
    """Checksummed."""


SCAN_CONTRACT = JobKind(
    name="security.scan_contract",
    function="premium.security.work.scan_contract",
    queue="scanning",
    payload=ScanContractPayload,
    timeout_seconds=60,
)
