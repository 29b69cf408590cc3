"""A store that goes away in the middle of the work: the work waits, and ends once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import psycopg
import pytest

from local.postgres import SUPERUSER
from premium.jobs.model import JobRecord, JobStatus
from tests.integration.chaos.conftest import Fleets, Stage, until
from tests.integration.chaos.test_kill import ALL

pytestmark = pytest.mark.chaos

OUTAGE_SECONDS = 10


@contextmanager
def writes_blocked(stage: Stage) -> Iterator[Callable[[], bool]]:
    """Jobs come as far as their first write and stay there; yields whether two are there. Ends with the server."""
    lock = psycopg.connect(stage.postgres.url("premium", SUPERUSER))
    lock.execute("LOCK TABLE security_scans_monthly, tax_reports, portfolio_assets IN EXCLUSIVE MODE")
    watch = psycopg.connect(stage.postgres.url("premium", SUPERUSER), autocommit=True)
    blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    yield lambda: (watch.execute(blocked).fetchone() or (0,))[0] >= 2
    for connection in (lock, watch):
        connection.close()


def done_once(stage: Stage, jobs: list[JobRecord]) -> None:
    for job in jobs:
        record = stage.record(job)
        assert (job.kind, record.status, record.error) == (job.kind, JobStatus.DONE, None)
        assert (job.kind, stage.results(job)) == (job.kind, 1)


def test_postgresql_is_away_for_ten_seconds(stage: Stage, fleet: Fleets) -> None:
    """Two users' jobs: some meet the outage while they run, the others start in it."""
    jobs = [job for user in (stage.user(), stage.user()) for job in stage.start_all(user)]
    fleet("--processes=2", queues=ALL)
    with writes_blocked(stage) as blocked:
        until(blocked)
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


def test_redis_and_postgresql_are_killed_in_the_middle(stage: Stage, fleet: Fleets) -> None:
    """Redis may lose its last second; the sweeper, which the clock wakes each minute, finds what that cost."""
    jobs = [job for user in (stage.user(), stage.user()) for job in stage.start_all(user)]
    fleet("--processes=2", queues=ALL)
    with writes_blocked(stage) as blocked:
        until(blocked)
        for service in (stage.redis, stage.postgres):
            assert service.pid is not None
            os.kill(service.pid, signal.SIGKILL)
            until(lambda killed=service: killed.pid is None)
            service.start()
    with suppress(AssertionError):
        until(lambda: stage.ended(*jobs), seconds=10)
    stage.platform.jobs.sweep(stage.platform.clock.now() + timedelta(minutes=1))
    until(lambda: stage.ended(*jobs), seconds=30)
    done_once(stage, jobs)
    assert max(stage.record(job).attempt for job in jobs) > 1, "no job was in the middle"
