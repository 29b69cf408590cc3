"""A store that goes away in the middle of the work: the work waits, and ends once."""

from __future__ import annotations

import time

import pytest

from premium.jobs.model import JobRecord, JobStatus
from tests.integration.chaos.conftest import Fleets, Stage, until
from tests.integration.chaos.test_kill import ALL

pytestmark = pytest.mark.chaos

OUTAGE_SECONDS = 10


def done_once(stage: Stage, jobs: list[JobRecord]) -> None:
    for job in jobs:
        record = stage.record(job)
        assert (job.kind, record.status, record.error) == (job.kind, JobStatus.DONE, None)
        assert (job.kind, stage.results(job)) == (job.kind, 1)


def test_postgresql_is_away_for_ten_seconds(stage: Stage, fleet: Fleets) -> None:
    """Two users' jobs: some meet the outage while they run, the others start in it."""
    jobs = [job for user in (stage.user(), stage.user()) for job in stage.start_all(user)]
    fleet("--processes=2", queues=ALL)
    until(lambda: any(stage.record(job).status is JobStatus.RUNNING for job in jobs))
    stage.postgres.stop()
    time.sleep(OUTAGE_SECONDS)
    stage.postgres.start()
    until(lambda: stage.ended(*jobs), seconds=45)
    done_once(stage, jobs)
    assert max(stage.record(job).attempt for job in jobs) > 1, "no job has met the outage"


def test_redis_restarts_with_jobs_queued(stage: Stage, fleet: Fleets) -> None:
    """Queued before any worker exists, kept by the append-only file; and again under the workers' hands."""
    jobs = [job for user in (stage.user(), stage.user()) for job in stage.start_all(user)]
    stage.redis.stop()
    stage.redis.start()
    running = fleet("--processes=2", queues=ALL)
    until(lambda: any(stage.record(job).status is not JobStatus.QUEUED for job in jobs))
    stage.redis.stop()
    stage.redis.start()
    until(lambda: stage.ended(*jobs), seconds=45)
    done_once(stage, jobs)
    assert running.process.poll() is None
