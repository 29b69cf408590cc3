"""A worker that dies between job, scan, cache and row leaves one row, and the job ends once."""

from __future__ import annotations

import signal
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest

from local.evm import Evm
from premium.bootstrap import Platform
from premium.chains.addresses import checksum
from premium.jobs.model import JobKind, JobPayload, JobStatus
from premium.security.jobs import (
    SCAN_CONTRACT,
    SCAN_SOURCE,
    ScanContractPayload,
    ScanSourcePayload,
)
from premium.security.sources import GivenSource, SourceStore
from tests.factories.contracts import Compiled
from tests.factories.contracts.deployment import deploy
from tests.factories.killed import LEASE_SECONDS, work

# Each spawns processes, which take seconds to begin on a busy machine.
pytestmark = [pytest.mark.integration, pytest.mark.chaos, pytest.mark.timeout(400)]


def killed_then_done(platform: Platform, user: UUID, kind: JobKind[Any], payload: JobPayload, point: str) -> UUID:
    job = platform.jobs.start(kind, payload, user_id=user, request_id="req_kill", idempotency_key=str(uuid4()))
    assert work(job, point=point) == -signal.SIGKILL
    time.sleep(LEASE_SECONDS + 0.5)
    for _ in range(2):
        assert work(job) == 0
    record = platform.jobs.store.get(job.id)
    assert (record.status, record.attempt) == (JobStatus.DONE, 2)
    return job.id


def rows(platform: Platform, job: UUID) -> list[Mapping[str, object]]:
    with platform.worker_database.transaction() as connection:
        query = "SELECT id, verdict, details FROM security_scans_monthly WHERE job_id = %s"
        return list(connection.execute(query, (job,)).fetchall())


@pytest.mark.parametrize("point", ["judged", "before_commit"])
def test_a_scan_leaves_one_row(
    platform: Platform, user: UUID, evm: Evm, built: Mapping[str, Compiled], point: str
) -> None:
    token = checksum(deploy(evm, built["OwnerMint"].creation))
    job = killed_then_done(platform, user, SCAN_CONTRACT, ScanContractPayload(chain="local", address=token), point)
    (row,) = rows(platform, job)
    assert row["verdict"] == "danger"
    record = platform.jobs.store.get(job)
    assert record.result is not None
    assert record.result["scan_id"] == str(row["id"])


def test_a_scan_of_a_source_leaves_one_row(
    platform: Platform, user: UUID, evm: Evm, built: Mapping[str, Compiled]
) -> None:
    token = checksum(deploy(evm, built["OwnerMint"].creation))
    given = GivenSource(sources={"a.sol": "pragma solidity ^0.8.0; contract A { uint256 x; }"}, compiler="0.8.28")
    digest = SourceStore(platform.bucket("exports")).keep(user, given)
    payload = ScanSourcePayload(chain="local", address=token, source=digest)
    (row,) = rows(platform, killed_then_done(platform, user, SCAN_SOURCE, payload, "judged"))
    details = row["details"]
    assert isinstance(details, dict)
    assert details["source"]["differs"] is True
