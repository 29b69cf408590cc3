"""Redis emptied under running workers: they are known again, and what waits still counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from rq import Worker

from premium.bootstrap import Platform
from premium.execution.backlog import kept, measured
from premium.jobs import backlog
from premium.jobs.model import JobRecord, JobStatus
from tests.integration.workers.conftest import Fleet, until
from tests.integration.workers.synthetic import STEPS

pytestmark = pytest.mark.integration


def known(platform: Platform) -> list[str]:
    """The states of the workers that Redis lists."""
    return sorted(worker.get_state() for worker in Worker.all(connection=platform.redis(1)))


def test_workers_that_redis_forgot_register_again_idle_and_busy(
    platform: Platform, start: Callable[..., JobRecord], fleet: Callable[..., Fleet]
) -> None:
    fleet("--processes=2")
    until(lambda: known(platform) == ["idle", "idle"])
    job = start(STEPS, seconds=4.0)
    until(lambda: platform.jobs.store.get(job.id).status is JobStatus.RUNNING)
    platform.redis(1).flushdb()
    assert until(lambda: known(platform) == ["busy", "idle"]) < 5
    of_default = next(each for each in measured(platform) if each.queue == "default")
    assert (of_default.queued, of_default.started, of_default.workers) == (0, 1, 2)
    until(lambda: platform.jobs.store.get(job.id).status is JobStatus.DONE)
    until(lambda: known(platform) == ["idle", "idle"])


def test_what_an_emptied_queue_has_lost_still_counts(platform: Platform, start: Callable[..., JobRecord]) -> None:
    jobs = [start(STEPS) for _ in range(3)]
    platform.redis(1).flushdb()
    found = kept(platform)["default"]
    assert (found.queued, found.started, found.is_partial) == (3, 0, False)
    assert found.oldest == min(job.created_at for job in jobs)
    of_default = next(each for each in measured(platform) if each.queue == "default")
    assert of_default.per_worker == 3


def test_of_more_records_than_are_counted_the_queue_has_a_say(
    platform: Platform, start: Callable[..., JobRecord]
) -> None:
    for _ in range(4):
        start(STEPS)
    partial = platform.jobs.waiting(["default"], most=2)["default"]
    assert (partial.queued, partial.is_partial) == (2, True)
    (measure,) = backlog.measure(platform.redis(1), datetime.now(UTC), ["default"], kept={"default": partial})
    assert measure.queued == 4
