"""A batch of chain events on the real queue: once, whatever SQS delivers again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from handlers import alert_events
from premium.alerts.intake import MATCH
from premium.bootstrap import Platform
from premium.jobs.rq_queue import queue
from tests.integration.handlers.conftest import forget

pytestmark = pytest.mark.integration
COMMON = {"kind": "gas", "chain": "ethereum", "timestamp": "2026-11-20T12:00:00Z"}
EVENTS = [COMMON | {"event_id": f"e{number}", "gas_gwei": number} for number in range(100)]


def batch(events: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Records": [{"messageId": event["event_id"], "body": json.dumps(event)} for event in events]}


def test_a_batch_delivered_twice_is_one_job(at: Platform) -> None:
    for events in (EVENTS, list(reversed(EVENTS))):
        assert alert_events.handler(batch(events), None) == {"batchItemFailures": []}
    jobs = queue("alerts", at.redis(1)).jobs
    assert [(job.func_name, len(job.args[0])) for job in jobs] == [(MATCH, 100)]
    assert jobs[0].args[0] == EVENTS


def test_without_redis_the_batch_stays(at: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    forget()
    assert len(alert_events.handler(batch(EVENTS[:3]), None)["batchItemFailures"]) == 3
