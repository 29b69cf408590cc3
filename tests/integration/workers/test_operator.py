"""`premium queues` over real queues: what it says, what it does, and its exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from rq.serializers import JSONSerializer
from rq.worker import SimpleWorker

from premium import bootstrap
from premium.bootstrap import Platform
from premium.cli.main import main
from premium.execution.states import states
from premium.jobs.model import JobRecord, JobStatus
from premium.jobs.rq_queue import queue
from tests.integration.workers.synthetic import FLAKY, REFUSING, STEPS

pytestmark = pytest.mark.integration

Start = Callable[..., JobRecord]


@pytest.fixture(autouse=True)
def _one_platform(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for module in ("premium.cli.queues", "premium.execution.runtime"):
        monkeypatch.setattr(f"{module}.platform", lambda: platform)
    yield
    bootstrap.platform.cache_clear()


def premium(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["queues", *arguments])


def rows(*arguments: str) -> list[dict[str, Any]]:
    result = premium(*arguments, "--json")
    assert result.exit_code == 0, result.output
    listed: list[dict[str, Any]] = json.loads(result.stdout)
    return listed


def work(platform: Platform) -> None:
    """All that is queued and due, in this process; retries at once."""
    connection = platform.redis(1)
    for _ in range(FLAKY.attempts):
        SimpleWorker([queue("default", connection)], connection=connection, serializer=JSONSerializer).work(burst=True)
        for job_id in (registry := queue("default", connection).scheduled_job_registry).get_job_ids():
            registry.remove(job_id)
            queue("default", connection).enqueue_job(queue("default", connection).fetch_job(job_id))


def test_a_dead_letter_is_listed_requeued_and_then_done(platform: Platform, start: Start) -> None:
    job = start(FLAKY, failures=3)
    work(platform)
    assert platform.jobs.store.get(job.id).status is JobStatus.FAILED
    (letter,) = rows("failed")
    assert (letter["id"], letter["kind"], letter["queue"]) == (str(job.id), "synthetic.flaky", "default")
    assert letter["reason"].endswith("the node does not answer")
    assert str(job.id) in premium("failed").output

    assert premium("requeue", str(job.id)).output == "1 requeued\n"
    assert rows("failed") == []
    again = platform.jobs.store.get(job.id)
    assert (again.status, again.error, again.spent) == (JobStatus.QUEUED, None, 3)
    assert premium("requeue", str(job.id)).exit_code == 1
    work(platform)
    assert platform.jobs.store.get(job.id).status is JobStatus.DONE


def test_requeue_all_takes_the_dead_letters_and_no_more(platform: Platform, start: Start) -> None:
    dead, refused = [start(FLAKY, failures=9) for _ in range(2)], start(REFUSING)
    work(platform)
    assert premium("requeue", "--all").output == "2 requeued\n"
    assert {platform.jobs.store.get(job.id).status for job in dead} == {JobStatus.QUEUED}
    assert platform.jobs.store.get(refused.id).status is JobStatus.FAILED
    assert premium("requeue").exit_code == 2
    assert premium("requeue", "--all", str(refused.id)).exit_code == 2


def failed(platform: Platform) -> list[tuple[str, int | None, str, bool]]:
    """What `premium status` says of failed jobs: name, count, said, whether it is wrong."""
    lines = [each for each in states(platform) if each.what == "dead letters" and each.name.startswith("jobs of")]
    return [(each.name, each.count, each.said, bool(each.problem)) for each in lines]


def test_acknowledged_failures_are_no_problem_any_more(platform: Platform, start: Start) -> None:
    first, second, refused = start(FLAKY, failures=9), start(FLAKY, failures=9), start(REFUSING)
    work(platform)
    assert failed(platform) == [("jobs of default", 2, "", True)]
    looked = premium("acknowledge", "--all", "--why", "the node was away", "--dry-run")
    assert looked.output == "would acknowledge 2 failed jobs; nothing was done\n"
    assert premium("acknowledge", "--all", "--why", "the node was away").exit_code == 2  # nobody can be asked
    assert premium("acknowledge", str(first.id), "--why", "the node was away").output == "1 acknowledged\n"
    assert failed(platform) == [("jobs of default", 1, "1 acknowledged", True)]
    assert {row["id"]: row["acknowledged_at"] is None for row in rows("failed")} == {
        str(first.id): False,
        str(second.id): True,
    }
    assert premium("acknowledge", "--queue", "default", "--why", "as above", "--yes").output == "1 acknowledged\n"
    assert failed(platform) == [("jobs of default", 0, "2 acknowledged", False)]
    nothing = premium("acknowledge", "--all", "--why", "as above", "--yes")
    assert (nothing.exit_code, nothing.output.startswith("0 acknowledged")) == (0, True)
    assert {row["id"] for row in rows("failed")} == {str(first.id), str(second.id)}
    assert all(row["acknowledged_at"] for row in rows("failed"))
    assert platform.jobs.store.get(refused.id).acknowledged_at is None

    assert premium("requeue", str(first.id)).exit_code == 0
    work(platform)  # and it fails again
    assert failed(platform) == [("jobs of default", 1, "1 acknowledged", True)]


def test_workers_that_take_nothing_are_a_problem(
    platform: Platform, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Frozen ones are registered for minutes and look as if they served."""

    def problem() -> str:
        (line,) = [each for each in states(platform) if (each.what, each.name) == ("queue", "default")]
        return line.problem

    connection = platform.redis(1)
    idle = SimpleWorker([queue("default", connection)], connection=connection, serializer=JSONSerializer)
    idle.register_birth()
    job = start(STEPS)
    assert problem() == ""
    monkeypatch.setattr("premium.execution.states.LATE", timedelta(0))
    assert problem().startswith("the oldest waits for over 0 s and none is taken")
    work(platform)
    assert platform.jobs.store.get(job.id).status is JobStatus.DONE
    start(STEPS)
    assert problem() == "", "one has ended a moment ago: they work"


def test_what_cannot_be_acknowledged_is_said(platform: Platform, start: Start) -> None:
    waiting = start(STEPS)
    said = premium("acknowledge", str(waiting.id), str(uuid4()), "--why", "x")
    assert (said.exit_code, "0 acknowledged" in said.output) == (1, True)
    assert f"{waiting.id}: is queued, not failed" in said.output
    assert "there is no job" in said.output
    for wrong in (
        ("--all",),
        ("--why", "x"),
        (str(waiting.id), "--all", "--why", "x"),
        ("--kind", "nothing", "--why", "x"),
        ("--all", "--why", " "),
    ):
        assert premium("acknowledge", *wrong).exit_code == 2, wrong


def test_list_counts_by_queue(start: Start) -> None:
    start(STEPS)
    start(STEPS)
    (default,) = [row for row in rows("list") if row["queue"] == "default"]
    assert default == {"queue": "default", "queued": 2, "retrying": 0, "started": 0, "workers": 0, "failed": 0}
    assert "default" in premium("list").output


def test_a_cancelled_job_never_runs(platform: Platform, start: Start) -> None:
    job = start(STEPS)
    assert premium("cancel", str(job.id)).exit_code == 0
    work(platform)
    record = platform.jobs.store.get(job.id)
    assert (record.status, record.error and record.error.code, record.attempt) == (JobStatus.FAILED, "CANCELLED", 0)
    refused = premium("cancel", str(job.id))
    assert (refused.exit_code, "only a queued job" in refused.output) == (1, True)


def test_drain_waits_for_an_empty_queue_and_says_when_it_is_not(platform: Platform, start: Start) -> None:
    start(STEPS)
    full = premium("drain", "default", "--seconds", "0")
    assert (full.exit_code, "1 jobs left" in full.output) == (1, True)
    work(platform)
    assert premium("drain", "default", "--seconds", "0").exit_code == 0
    assert premium("drain", "unknown").exit_code == 2
