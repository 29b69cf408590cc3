"""A scan from request to result: 202, job, row, pages; what must not happen twice and what is refused."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from handlers.security import handler
from local.evm import Evm
from premium.bootstrap import Platform
from premium.chains.addresses import checksum
from premium.jobs.model import JobRecord, JobStatus
from premium.security.work.scans import scan_contract
from tests.factories.contracts import Compiled
from tests.factories.contracts.deployment import account, deploy
from tests.factories.http import Answer, ask, verdict
from tests.fixtures.platform import AddUser
from tests.fixtures.postgres import Databases

pytestmark = pytest.mark.integration


def start(user: UUID, address: str, *, chain: str = "local", tier: str = "pro", **parts: Any) -> Answer:
    body = {"chain": chain, "address": address}
    return ask(handler, "POST", "/v1/security/scan/contract", by=verdict(user, tier=tier), body=body, **parts)


def work(platform: Platform, job_id: str) -> JobRecord:
    scan_contract(job_id)
    return platform.jobs.store.get(UUID(job_id))


def read(user: UUID, path: str, **query: str) -> Answer:
    return ask(handler, "GET", path, by=verdict(user, tier="pro"), query=query)


def test_from_request_to_findings_and_only_once(
    platform: Platform, postgres: Databases, user: UUID, evm: Evm, built: dict[str, Compiled]
) -> None:
    token = deploy(evm, built["OwnerMint"].creation)
    started = start(user, token, headers={"Idempotency-Key": "scan-1"})
    assert (started.status, started.data["status"], started.data["kind"]) == (202, "queued", "security.scan_contract")
    assert start(user, token, headers={"Idempotency-Key": "scan-1"}).data["id"] == started.data["id"]
    record = work(platform, started.data["id"])
    assert work(platform, started.data["id"]).status is JobStatus.DONE
    assert record.result is not None
    assert (record.result["findings"] >= 1, record.result["worst_severity"]) == (True, "high")
    scan = read(user, f"/v1/security/scans/{record.result['scan_id']}").data
    assert (scan["target"], scan["jobId"], scan["riskScore"]) == (checksum(token), started.data["id"], 63)
    mint = next(one for one in scan["findings"] if one["id"] == "mint")
    assert (mint["holder"], mint["evidence"][0]["slot"]) == (f"eoa {checksum(account(evm))}", "0x0[]")
    with psycopg.connect(postgres.url("premium", "postgres")) as connection:
        assert connection.execute("SELECT count(*) FROM security_scans_monthly").fetchone() == (1,)


def test_a_scan_is_its_owners_alone_and_pages_do_not_repeat(
    platform: Platform, add_user: AddUser, user: UUID, evm: Evm, built: dict[str, Compiled]
) -> None:
    token = deploy(evm, built["FixedSupply"].creation)
    made = []
    for _ in range(3):
        result = work(platform, start(user, token).data["id"]).result
        assert result is not None
        made.append(result["scan_id"])
    first = read(user, "/v1/security/scans", limit="2")
    cursor = first.json["meta"]["pagination"]["nextCursor"]
    second = read(user, "/v1/security/scans", limit="2", cursor=cursor)
    assert [one["id"] for one in first.data + second.data] == made[::-1]
    stranger = add_user()
    assert read(stranger, "/v1/security/scans").data == []
    assert read(stranger, f"/v1/security/scans/{made[0]}").status == 404
    assert read(stranger, "/v1/security/scans", cursor=cursor).status == 400


def test_an_account_fails_the_job_with_its_reason(platform: Platform, user: UUID, evm: Evm) -> None:
    record = work(platform, start(user, account(evm)).data["id"])
    assert record.status is JobStatus.FAILED
    assert record.error is not None
    assert record.error.code == "UNPROCESSABLE"
    assert "has no code" in record.error.message


@pytest.mark.parametrize(
    ("chain", "address", "field"),
    [
        ("nowhere", "0x" + "1" * 40, "chain"),
        ("ethereum", "0x" + "1" * 40, "chain"),
        ("local", "0x" + "g" * 40, "address"),
        ("local", "0xAb5801a7D398351b8bE11C439e05C5b3259aec9B", "address"),  # one letter's case is wrong
        ("local", "0x12", "address"),
    ],
)
def test_a_wrong_request_names_its_field(platform: Platform, user: UUID, chain: str, address: str, field: str) -> None:
    refused = start(user, address, chain=chain)
    assert (refused.status, refused.error["code"]) == (400, "INVALID_INPUT")
    assert any(field in name for name in refused.error["details"])


def test_the_tier_is_checked_first(platform: Platform, user: UUID) -> None:
    refused = start(user, "nonsense", tier="starter")
    assert (refused.status, refused.error["code"]) == (403, "TIER_REQUIRED")
    assert read(uuid4(), f"/v1/security/scans/{uuid4()}").status == 404
