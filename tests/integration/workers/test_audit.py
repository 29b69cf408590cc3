"""What operators and the clock change leaves entries, too."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import boto3
import pytest
from click.testing import CliRunner, Result

from handlers.models.compliance import AuditEntryView
from premium import bootstrap
from premium.audit.service import AuditLog, Bounds, Entry
from premium.bootstrap import Platform
from premium.cli.main import main
from premium.errors import UpstreamUnavailable
from premium.execution import schedule
from premium.jobs.kinds import declared
from premium.jobs.model import JobRecord, JobStatus
from premium.jobs.service import JobService
from premium.storage.aws import client_config
from premium.storage.tables import Table
from stacks.terms.tables import creation
from tests.integration.workers.synthetic import STEPS

pytestmark = pytest.mark.integration
Start = Callable[..., JobRecord]


@pytest.fixture(autouse=True)
def _audited(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    table = f"audit-{uuid4().hex[:12]}"
    boto3.client("dynamodb").create_table(TableName=table, **creation("audit"))  # type: ignore[arg-type] # made as data
    monkeypatch.setenv("AUDIT_TABLE", table)


@pytest.fixture
def at(_audited: None, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    for module in ("premium.cli.queues", "premium.cli.operators"):
        monkeypatch.setattr(f"{module}.platform", lambda: platform)
    yield platform
    bootstrap.platform.cache_clear()


def premium(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["queues", *arguments])


def today(at: Platform) -> list[Entry]:
    return AuditLog.of(at).of_day(datetime.now(UTC).date(), Bounds(limit=20))


def test_an_operators_command_is_recorded_with_its_outcome(at: Platform, start: Start) -> None:
    job = start(STEPS)
    assert premium("cancel", str(job.id)).exit_code == 0
    assert premium("cancel", str(job.id)).exit_code == 1
    assert premium("requeue", "--all").exit_code == 0
    assert premium("list").exit_code == 0
    assert premium("requeue").exit_code == 2
    misused, requeued, refused, cancelled = today(at)
    assert {each.actor.id for each in today(at)} == {f"operator:{getpass.getuser()}"}
    assert (cancelled.name.split()[1:], cancelled.outcome, cancelled.targets) == (
        ["queues", "cancel"], "done", (str(job.id),),
    )  # fmt: skip
    assert (refused.outcome, refused.code) == (misused.outcome, misused.code) == ("refused", "EXIT")
    assert (requeued.outcome, dict(requeued.changes), requeued.security) == ("done", {"every": True}, True)


def test_the_trail_names_who_started_an_operators_task_as_his_claim(
    at: Platform, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"premium_operator": "arn:aws:sts::1:assumed-role/Admin/alice", "premium_operation": "5f0c8a52"}
    monkeypatch.setattr(at, "settings", at.settings.model_copy(update=told))
    assert premium("cancel", str(start(STEPS).id)).exit_code == 0
    (entry,) = today(at)
    assert entry.actor.id == f"operator:{getpass.getuser()}", "what the process knows by itself"
    assert (entry.actor.claimed, entry.request_id) == tuple(told.values())
    view = AuditEntryView.of(entry)
    assert (view.actor.claimed, view.request_id) == tuple(told.values())


def test_an_operator_changes_nothing_unrecorded(at: Platform, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    job = start(STEPS)
    nowhere = boto3.resource("dynamodb", endpoint_url="http://127.0.0.1:1", config=client_config())
    with monkeypatch.context() as patch:
        patch.setitem(at._tables, "audit", Table("audit", resource=nowhere))
        refused = premium("cancel", str(job.id))
    assert (refused.exit_code, "cannot be recorded" in refused.output) == (1, True)
    assert at.jobs.store.get(job.id).status is JobStatus.QUEUED


def test_a_job_that_the_clock_starts_is_recorded_once_a_tick(at: Platform) -> None:
    at.__dict__["jobs"] = JobService(at.jobs.store, at.queue, at.clock, kinds=declared)
    moment = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
    started: list[Any] = [schedule.run("portfolio.snapshots", at, moment) for _ in range(2)]
    first, second = today(at)
    assert (first.actor.id, first.name, first.outcome) == ("system", "job portfolio.snapshots", "done")
    assert first.targets == second.targets == (started[0]["job"],)
    assert first.id != second.id


def test_a_tick_whose_entry_cannot_be_written_is_tried_again(at: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = boto3.resource("dynamodb", endpoint_url="http://127.0.0.1:1", config=client_config())
    monkeypatch.setitem(at._tables, "audit", Table("audit", resource=nowhere))
    with pytest.raises(UpstreamUnavailable):
        schedule.run("portfolio.snapshots", at, datetime.now(UTC))
