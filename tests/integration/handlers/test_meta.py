"""Health, jobs and the last resort, on real stores."""

from __future__ import annotations

import json
import socket
from uuid import UUID, uuid4

import pytest

from handlers import meta
from premium.bootstrap import Platform
from premium.portfolio.jobs import REFRESH, RefreshPayload
from tests.factories.http import ANONYMOUS, ask, verdict
from tests.integration.handlers.conftest import forget

pytestmark = pytest.mark.integration


def test_ready_when_every_store_answers(at: Platform) -> None:
    answer = ask(meta.handler, "GET", "/v1/health/ready", by=ANONYMOUS)
    assert answer.status == 200, answer.text
    assert set(answer.data["checks"]) == {"postgres", "timeseries", "redis", "dynamodb"}


@pytest.mark.parametrize(
    "down",
    [
        ("DATABASE_URL", "postgresql://x@127.0.0.1:1/x", "postgres"),
        ("REDIS_URL", "redis://127.0.0.1:1", "redis"),
        ("JOBS_TABLE", "gone", "dynamodb"),
    ],
)
def test_not_ready_says_which(at: Platform, monkeypatch: pytest.MonkeyPatch, down: tuple[str, str, str]) -> None:
    variable, value, name = down
    monkeypatch.setenv(variable, value)
    forget()
    answer = ask(meta.handler, "GET", "/v1/health/ready", by=ANONYMOUS)
    assert (answer.status, answer.error["code"]) == (503, "UPSTREAM_UNAVAILABLE")
    assert [each for each, state in answer.error["details"].items() if state == "down"] == [name]
    assert ask(meta.handler, "GET", "/v1/health", by=ANONYMOUS).status == 200


def test_a_database_that_hangs_is_slow_and_not_down(at: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        monkeypatch.setenv("DATABASE_URL", f"postgresql://x@127.0.0.1:{silent.getsockname()[1]}/x")
        forget()
        answer = ask(meta.handler, "GET", "/v1/health/ready", by=ANONYMOUS)
    assert (answer.status, answer.error["message"]) == (503, "Not ready: postgres is slow")
    assert answer.error["details"]["postgres"] == "slow"


def test_a_job_is_its_owners(at: Platform) -> None:
    me = uuid4()
    record = at.jobs.start(REFRESH, RefreshPayload(), user_id=me, request_id="req_1")
    answer = ask(meta.handler, "GET", f"/v1/jobs/{record.id}", by=verdict(me))
    assert answer.data["id"] == str(record.id)
    assert (answer.data["status"], answer.data["progress"], answer.data["kind"]) == ("queued", "0", "portfolio.refresh")
    assert answer.data["links"] == {"self": f"/v1/jobs/{record.id}"}
    for by, job_id in ((verdict(uuid4()), record.id), (verdict(me), UUID(int=1))):
        assert ask(meta.handler, "GET", f"/v1/jobs/{job_id}", by=by).error["code"] == "NOT_FOUND"


def test_the_document_is_served(at: Platform) -> None:
    answer = ask(meta.handler, "GET", "/v1/openapi.json", by=ANONYMOUS)
    assert json.loads(answer.text)["openapi"] == "3.1.0"


def test_the_last_resort_knows_the_other_services_methods(at: Platform) -> None:
    answer = ask(meta.handler, "DELETE", "/v1/users/profile", by=verdict())
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, POST, PUT")
    assert ask(meta.handler, "GET", "/v1/users/nothing", by=ANONYMOUS).status == 404
