"""A batch of chain events on the real queue: once, whatever SQS delivers again."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import boto3
import psycopg
import pytest

from handlers.events import alert_events
from local.postgres import SUPERUSER
from premium.alerts.jobs import MATCH
from premium.bootstrap import Platform
from premium.jobs.rq_queue import queue
from tests.fixtures.postgres import Databases
from tests.integration.handlers.conftest import forget

pytestmark = pytest.mark.integration
COMMON = {"kind": "gas", "chain": "ethereum", "timestamp": "2026-01-20T12:00:00Z"}
EVENTS = [COMMON | {"event_id": f"e{number}", "gas_gwei": number} for number in range(100)]


def batch(events: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Records": [{"messageId": event["event_id"], "body": json.dumps(event)} for event in events]}


def test_a_batch_delivered_twice_is_one_job(at: Platform, postgres: Databases) -> None:
    for events in (EVENTS, list(reversed(EVENTS))):
        assert alert_events.handler(batch(events), None) == {"batchItemFailures": []}
    (job,) = queue("alerts", at.redis(1)).jobs
    ((kept, events),) = rows(postgres)
    assert (job.func_name, job.args, job.id) == (MATCH, [str(kept)], str(kept))
    assert json.loads(events) == EVENTS


def test_without_redis_the_batch_is_kept_for_the_matcher_to_find(
    at: Platform, postgres: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    forget()
    assert alert_events.handler(batch(EVENTS[:3]), None) == {"batchItemFailures": []}
    ((_, events),) = rows(postgres)
    assert json.loads(events) == EVENTS[:3]


def test_without_the_database_the_batch_stays_in_sqs(at: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/none")
    forget()
    assert len(alert_events.handler(batch(EVENTS[:3]), None)["batchItemFailures"]) == 3


def test_what_failed_comes_again_within_seconds_and_ever_later(
    at: Platform, postgres: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a queue that hides what is worked on for six minutes."""
    client = boto3.client("sqs")
    url = client.create_queue(QueueName=f"events-{uuid4().hex}", Attributes={"VisibilityTimeout": "360"})["QueueUrl"]
    monkeypatch.setenv("EVENTS_QUEUE_URL", url)
    sound = os.environ["DATABASE_URL"]
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/none")
    forget()
    client.send_message(QueueUrl=url, MessageBody=json.dumps(EVENTS[0]))
    begun, pauses = time.monotonic(), []
    for _ in range(3):
        record = taken(client, url)
        pauses.append(time.monotonic() - begun)
        assert len(alert_events.handler({"Records": [record]}, None)["batchItemFailures"]) == 1
        begun = time.monotonic()
    assert pauses[1] < 2
    assert 1.5 < pauses[2] < 4
    monkeypatch.setenv("DATABASE_URL", sound)
    forget()
    assert alert_events.handler({"Records": [taken(client, url)]}, None) == {"batchItemFailures": []}
    assert len(rows(postgres)) == 1


def taken(client: Any, url: str) -> dict[str, Any]:
    """The next message, as Lambda hands it over."""
    wanted = {"QueueUrl": url, "WaitTimeSeconds": 10, "AttributeNames": ["ApproximateReceiveCount"]}
    (message,) = client.receive_message(**wanted)["Messages"]
    return {"messageId": message["MessageId"], "receiptHandle": message["ReceiptHandle"], "body": message["Body"],
            "attributes": message["Attributes"]}  # fmt: skip


def test_numbers_are_kept_as_they_were_written(at: Platform, postgres: Databases) -> None:
    body = json.dumps(EVENTS[0] | {"gas_gwei": 7}).replace(": 7", ": 0.1000000000000000000001")
    alert_events.handler({"Records": [{"messageId": "m", "body": body}]}, None)
    assert "0.1000000000000000000001" in rows(postgres)[0][1]


def test_what_cannot_be_read_lies_among_the_dead_letters_with_its_reason(
    at: Platform, postgres: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = boto3.client("sqs")
    url = client.create_queue(QueueName=f"dead-{uuid4().hex}")["QueueUrl"]
    monkeypatch.setenv("EVENTS_DEAD_LETTERS", url)
    forget()
    ahead = datetime.now(UTC) + timedelta(minutes=6)
    events = [*EVENTS[:2], EVENTS[2] | {"timestamp": ahead.isoformat()}]
    assert alert_events.handler(batch(events), None) == {"batchItemFailures": []}
    (letter,) = client.receive_message(QueueUrl=url, MessageAttributeNames=["All"], MaxNumberOfMessages=10)["Messages"]
    assert json.loads(letter["Body"]) == events[2]
    assert "five minutes in the future" in letter["MessageAttributes"]["Reason"]["StringValue"]
    assert letter["MessageAttributes"]["MessageId"]["StringValue"] == "e2"
    assert len(json.loads(rows(postgres)[0][1])) == 2
    monkeypatch.setenv("EVENTS_DEAD_LETTERS", f"{url}-gone")
    forget()
    assert alert_events.handler(batch(events), None) == {"batchItemFailures": [{"itemIdentifier": "e2"}]}


def test_a_message_of_many_events_loses_only_what_cannot_be_read(
    at: Platform, postgres: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those go each by itself, as it came; the message is done with, so that nothing of it comes again."""
    client = boto3.client("sqs")
    url = client.create_queue(QueueName=f"dead-{uuid4().hex}")["QueueUrl"]
    monkeypatch.setenv("EVENTS_DEAD_LETTERS", url)
    forget()
    sound = [json.dumps(event) for event in EVENTS]
    broken = [f'{{"event_id": "b{number}", "kind":  "weather"}}' for number in range(12)]
    body = f'{{"events": [{",".join([*sound[:50], *broken, *sound[50:]])}]}}'
    assert alert_events.handler({"Records": [{"messageId": "m", "body": body}]}, None) == {"batchItemFailures": []}
    ((_, events),) = rows(postgres)
    assert json.loads(events) == EVENTS
    letters = [letter for _ in range(3) for letter in received(client, url)]
    assert sorted(letter["Body"] for letter in letters) == sorted(broken)
    assert all("kind" in letter["MessageAttributes"]["Reason"]["StringValue"] for letter in letters)


def test_what_would_be_too_large_a_row_is_two(at: Platform, postgres: Databases) -> None:
    events = [event | {"more": "x" * 30_000} for event in EVENTS[:40]]
    body = json.dumps({"events": events})
    for _ in range(2):
        assert alert_events.handler({"Records": [{"messageId": "m", "body": body}]}, None) == {"batchItemFailures": []}
    kept = rows(postgres)
    assert [event for _, part in sorted(kept, key=lambda row: -len(row[1])) for event in json.loads(part)] == events
    assert len(kept) == len(queue("alerts", at.redis(1)).jobs) == 2


def received(client: Any, url: str) -> list[dict[str, Any]]:
    answer = client.receive_message(QueueUrl=url, MessageAttributeNames=["All"], MaxNumberOfMessages=10)
    return list(answer.get("Messages", []))


def rows(postgres: Databases) -> list[tuple[object, str]]:
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        return connection.execute("SELECT id, events FROM alert_batches").fetchall()
