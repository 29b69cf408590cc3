"""The backlog over real queues and workers, and as CloudWatch gets it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import boto3
import pytest

from premium.bootstrap import Platform
from premium.jobs import backlog, presence
from premium.jobs.model import JobRecord, JobStatus
from tests.integration.workers.conftest import Fleet, until
from tests.integration.workers.synthetic import STEPS

pytestmark = pytest.mark.integration


def of_default(platform: Platform) -> backlog.Backlog:
    return next(b for b in backlog.measure(platform.redis(1), datetime.now(UTC)) if b.queue == "default")


def test_it_counts_queued_started_and_workers(
    platform: Platform, start: Callable[..., JobRecord], fleet: Callable[..., Fleet]
) -> None:
    jobs = [start(STEPS, seconds=1.5) for _ in range(5)]
    assert of_default(platform).per_worker == 5
    fleet("--processes=2")
    until(lambda: sum(platform.jobs.store.get(job.id).status is JobStatus.RUNNING for job in jobs) == 2)
    now = of_default(platform)
    assert (now.queued, now.started, now.workers, now.per_worker) == (3, 2, 2, Decimal("2.5"))


def test_it_is_published_by_queue(platform: Platform, start: Callable[..., JobRecord]) -> None:
    start(STEPS)
    now = datetime.now(UTC)
    cloudwatch = boto3.client("cloudwatch")
    backlog.publish(cloudwatch, backlog.measure(platform.redis(1), now), now)
    listed = cloudwatch.list_metrics(Namespace=backlog.NAMESPACE, MetricName=backlog.METRIC)["Metrics"]
    assert {metric["Dimensions"][0]["Value"] for metric in listed} >= {"default", "tax", "aggregation", "scanning"}


def test_residents_count_while_they_give_signs_of_life(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """The matcher and the notifications serve their queues without being workers of RQ."""
    monkeypatch.setattr(presence, "SIGN_SECONDS", 0.05)
    connection, words = platform.redis(1), ["stands by for 0"]

    def workers(name: str) -> int:
        return {each.queue: each.workers for each in backlog.measure(connection, datetime.now(UTC))}[name]

    with presence.present(connection, "alerts", "host-1", lambda: words[-1]):
        with presence.present(connection, "alerts", "host-2", lambda: "serves 0"):
            until(lambda: workers("alerts") == 2)
            assert workers("notifications") == 0
            words.append("serves 0")
            until(lambda: [each.doing for each in presence.residents(connection)] == ["serves 0"] * 2)
        assert workers("alerts") == 1
    assert presence.residents(connection) == []
