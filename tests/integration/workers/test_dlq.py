"""`premium dlq` over real queues of SQS, and the lines of `premium status`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import boto3
import pytest
from click.testing import CliRunner, Result

from local.aws import Aws
from premium.bootstrap import Platform
from premium.cli.main import main
from premium.execution import schedule, status
from premium.jobs.model import JobError, JobRecord, JobStatus
from premium.storage.message_queue import MessageQueue
from tests.integration.workers.synthetic import STEPS

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class Queues:
    """The URLs of a stage's queues."""

    events: str
    dead_events: str
    dead_ticks: str

    def letter(self, body: str, url: str, **attributes: str) -> str:
        given: Any = {name: {"DataType": "String", "StringValue": text} for name, text in attributes.items()}
        return boto3.client("sqs").send_message(QueueUrl=url, MessageBody=body, MessageAttributes=given)["MessageId"]

    def bodies(self, url: str) -> list[str]:
        with MessageQueue(url).letters() as found:
            return [letter.body for letter in found]


@pytest.fixture
def queues(aws: Aws) -> Iterator[Queues]:
    client = boto3.client("sqs")
    urls = [client.create_queue(QueueName=f"q-{uuid4().hex[:12]}")["QueueUrl"] for _ in range(3)]
    yield Queues(*urls)
    for url in urls:
        client.delete_queue(QueueUrl=url)


@pytest.fixture
def environment(environment: dict[str, str], queues: Queues, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    given = {
        "EVENTS_QUEUE_URL": queues.events,
        "EVENTS_DEAD_LETTERS": queues.dead_events,
        "SCHEDULE_DEAD_LETTERS_URL": queues.dead_ticks,
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return environment | given


@pytest.fixture(autouse=True)
def _one_platform(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("dlq", "operators", "status"):
        monkeypatch.setattr(f"premium.cli.{module}.platform", lambda: platform)


def premium(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_event_letters_are_listed_with_their_reason_shown_redriven_and_dropped(queues: Queues) -> None:
    bad, again = (
        queues.letter("no JSON\n" * 40, queues.dead_events, Reason="The body is no JSON"),
        queues.letter('{"event_id": "é"}', queues.dead_events),
    )
    rows = {row["id"]: row for row in json.loads(premium("dlq", "list", "events", "--json").stdout)}
    assert rows[bad]["reason"] == "The body is no JSON"
    assert rows[bad]["body"].endswith("…")
    assert "log of the function" in rows[again]["reason"]
    assert json.loads(premium("dlq", "show", "events", bad).stdout)["body"] == "no JSON\n" * 40

    assert premium("dlq", "redrive", "events").exit_code == 2
    assert (
        premium("dlq", "redrive", "events", "--all", "--dry-run").stdout
        == "would redrive 2 letters; nothing was done\n"
    )
    done = premium("dlq", "redrive", "events", again, str(uuid4()))
    assert (done.exit_code, done.stdout) == (1, "1 redriven\n"), "one of the two is not there"
    assert queues.bodies(queues.events) == ['{"event_id": "é"}']

    assert premium("dlq", "drop", "events", bad).exit_code == 2, "nobody can be asked"
    dropped = premium("dlq", "drop", "events", bad, "--yes")
    assert (dropped.exit_code, json.loads(dropped.stdout)["id"]) == (0, bad)
    assert queues.bodies(queues.dead_events) == []
    assert premium("dlq", "show", "events", bad).exit_code == 1
    assert premium("dlq", "drop", "events", "--all", "--yes").exit_code == 0, "none is no mistake"


def test_more_letters_than_a_request_are_all_redriven(queues: Queues) -> None:
    for number in range(23):
        queues.letter(str(number), queues.dead_events)
    assert premium("dlq", "redrive", "events", "--all").stdout == "23 redriven\n"
    assert sorted(map(int, queues.bodies(queues.events))) == list(range(23))
    assert queues.bodies(queues.dead_events) == []


def test_a_tick_is_run_again_and_one_that_fails_stays(queues: Queues, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def run(name: str, platform: Platform, now: Any) -> dict[str, Any]:
        if name == "jobs.backlog":
            raise RuntimeError("CloudWatch is away")
        ran.append(name)
        return {}

    monkeypatch.setattr("premium.cli.dlq.run", run)
    assert "jobs.sweep" in schedule.schedules()
    queues.letter('{"task": "jobs.sweep"}', queues.dead_ticks, ERROR_MESSAGE="timed out")
    for body in ('{"task": "jobs.backlog"}', '{"task": "no.such"}', "[1]", "odd"):
        queues.letter(body, queues.dead_ticks)
    done = premium("dlq", "redrive", "schedules", "--all")
    assert (done.exit_code, done.stdout, ran) == (1, "1 redriven\n", ["jobs.sweep"])
    assert "CloudWatch is away" in done.stderr
    assert done.stderr.count("names no schedule") == 3
    assert len(queues.bodies(queues.dead_ticks)) == 4


def lines(platform: Platform) -> dict[tuple[str, str], Any]:
    return {(line.what, line.name): line for line in status.gathered(platform)}


def test_status_names_what_is_wrong_and_exits_by_it(
    platform: Platform, queues: Queues, start: Callable[..., JobRecord]
) -> None:
    queues.letter("odd", queues.dead_events)
    waits, fails = start(STEPS), start(STEPS)
    now = platform.clock.now()
    claim = platform.jobs.store.claim(fails.id, now)
    platform.jobs.store.fail(fails.id, claim.record.attempt, JobError(code="INTERNAL", message="x"), now)
    platform.redis(1).flushdb()
    found = lines(platform)
    dead = found["dead letters", "events (SQS)"]
    assert dead.count == 1
    assert "premium dlq list events" in dead.problem
    assert now - dead.oldest < timedelta(minutes=1)
    queue = found["queue", "default"]
    assert (queue.count, queue.oldest, queue.owner) == (1, waits.created_at, "0 workers")
    assert "nobody works on this queue" in queue.problem
    assert found["dead letters", "jobs of default"].count == 1
    assert found["resident", "alerts.matcher"].problem
    assert found["dead letters", "schedules (SQS)"].problem == ""
    assert found["store", "alerts"].problem.startswith("cannot be read: "), "no database is known here"

    shown = premium("status", "--json")
    assert shown.exit_code == 1
    told = json.loads(shown.stdout)
    assert told["healthy"] is False
    assert {row["age_seconds"] is None for row in told["states"]} == {True, False}
    assert premium("status").exit_code == premium("status", "--wrong").exit_code == 1
    assert platform.jobs.store.get(waits.id).status is JobStatus.QUEUED
