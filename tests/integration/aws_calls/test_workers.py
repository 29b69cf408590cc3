"""What each class of workers asks of AWS around its jobs: secrets, records, streams; as test_functions.py."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from premium.bootstrap import Platform
from premium.execution.runtime import carry_out
from premium.jobs.kinds import declared
from premium.jobs.model import JobKind, JobPayload, JobStatus
from premium.principal import Principal
from premium.tiers import Tier
from tests.fixtures.calls import written
from tests.fixtures.run import folder

pytestmark = pytest.mark.integration
CLASSES = {kind.queue: kind for kind in declared().values()}


@pytest.fixture
def role() -> str:
    return "premium_worker"


@pytest.mark.parametrize("kind", CLASSES.values(), ids=lambda kind: kind.queue)
def test_a_job_is_taken_told_of_and_ended(
    kind: JobKind[Any], platform: Platform, user: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICE_NAME", f"worker-{kind.queue}")
    own = replace(kind, payload=JobPayload)
    job = platform.jobs.start(own, JobPayload(), user_id=user, request_id="req_test")
    connection = f"gone-{uuid4().hex}"
    caller = Principal(user_id=user, external_id="user_1", tier=Tier.PRO, scopes=frozenset({"*"}))
    platform.streams.connections.add(connection, caller, ["jobs"])

    def body(context: Any, _: JobPayload) -> dict[str, Any]:
        for database in (context.platform.worker_database, context.platform.timeseries):
            with database.transaction() as transaction:
                transaction.execute("SELECT 1")
        return {}

    assert carry_out(own, body, job.id, platform) is None
    assert platform.jobs.get(user, job.id).status is JobStatus.DONE
    assert platform.streams.connections.get(connection) is None, "it went without a word"
    who = f"workers:{kind.queue}"
    called = {(call.action, call.variable) for call in written(folder() / "calls") if call.who == who}
    assert {
        ("dynamodb:UpdateItem", "JOBS_TABLE"),
        ("dynamodb:DeleteItem", "CONNECTIONS_TABLE"),
        ("execute-api:ManageConnections", "WEBSOCKET_ENDPOINT"),
        ("secretsmanager:GetSecretValue", "DATABASE_SECRET_ARN"),
        ("secretsmanager:GetSecretValue", "TIMESERIES_SECRET_ARN"),
    } <= called
