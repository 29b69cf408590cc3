"""What is lost between the stores is found again: by RQ's maintenance in seconds, by the sweeper in a minute."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
import redis
from rq.job import Job
from rq.job import JobStatus as RqStatus
from rq.serializers import JSONSerializer

from local.redis import Redis
from premium.bootstrap import Platform
from premium.clock import SystemClock
from premium.errors import Conflict, NotFound
from premium.jobs.model import JobRecord, JobStatus
from premium.jobs.rq_queue import RqJobQueue, queue
from premium.jobs.service import JobService
from tests.integration.workers.conftest import Fleet, until
from tests.integration.workers.synthetic import MAIN_KINDS, STEPS, Work

pytestmark = pytest.mark.integration

Start = Callable[..., JobRecord]
MINUTE = timedelta(minutes=1)


def test_the_same_key_is_the_same_job_and_another_payload_a_conflict(platform: Platform, start: Start) -> None:
    first = start(STEPS, key="k1")
    assert start(STEPS, user_id=first.user_id, key="k1").id == first.id
    assert start(STEPS, key="k1").id != first.id
    with pytest.raises(Conflict):
        start(STEPS, user_id=first.user_id, key="k1", seconds=1)
    assert queue("default", platform.redis(1)).job_ids.count(str(first.id)) == 1


def test_nobody_sees_another_ones_job(platform: Platform, start: Start) -> None:
    mine, other = start(STEPS), start(STEPS)
    assert platform.jobs.get(mine.user_id, mine.id).id == mine.id
    with pytest.raises(NotFound):
        platform.jobs.get(other.user_id, mine.id)


def test_redis_holds_json_and_the_names_that_rq_needs(platform: Platform, start: Start) -> None:
    job = start(STEPS)
    carried = Job.fetch(str(job.id), connection=platform.redis(1), serializer=JSONSerializer)
    assert (carried.func_name, list(carried.args)) == (STEPS.function, [str(job.id)])
    assert (carried.retries_left, carried.retry_intervals) == (5, [1, 2, 4, 8, 16])
    assert (carried.timeout, carried.failure_ttl) == (30, 30 * 24 * 3600)


def test_work_accepted_while_redis_is_away_is_enqueued_by_the_sweeper(platform: Platform) -> None:
    away = redis.Redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=0.2)
    service = JobService(platform.jobs.store, RqJobQueue(away), SystemClock(), kinds=lambda: MAIN_KINDS)
    job = service.start(STEPS, Work(), user_id=uuid4(), request_id="req_test")
    assert platform.jobs.store.get(job.id).status is JobStatus.QUEUED
    assert platform.jobs.sweep(job.created_at + timedelta(seconds=1)) == 0
    assert platform.jobs.sweep(job.created_at + MINUTE) == 1
    assert platform.jobs.sweep(job.created_at + MINUTE) == 0
    assert platform.queue.waiting() == {str(job.id)}


def test_the_sweeper_finds_what_left_every_list(platform: Platform, start: Start) -> None:
    """A worker that dies between taking an id off the list and registering it leaves a job that RQ calls queued."""
    job = start(STEPS)
    platform.redis(1).delete(queue("default", platform.redis(1)).key)
    assert platform.jobs.sweep(job.created_at + MINUTE) == 1
    assert platform.queue.waiting() == {str(job.id)}


def test_the_sweeper_leaves_the_living_alone_and_takes_up_the_abandoned(platform: Platform, start: Start) -> None:
    job = start(STEPS)
    platform.redis(1).flushdb()
    claimed = platform.jobs.store.claim(job.id, job.created_at, worker="gone")
    assert claimed.taken
    assert platform.jobs.sweep(job.created_at + timedelta(seconds=1)) == 0
    assert platform.jobs.sweep(job.created_at + timedelta(seconds=3)) == 1
    assert platform.queue.waiting() == {str(job.id)}


def test_a_lost_fleet_is_followed_by_another_within_seconds(
    platform: Platform, start: Start, fleet: Callable[..., Fleet], environment: dict[str, str]
) -> None:
    first = fleet()
    job = start(STEPS, seconds=1)
    until(lambda: platform.jobs.store.get(job.id).status is JobStatus.RUNNING)
    first.kill()
    fleet()
    took = until(lambda: platform.jobs.store.get(job.id).status is JobStatus.DONE, seconds=15)
    assert platform.jobs.store.get(job.id).attempt == 2
    assert took < 10


def test_queued_jobs_outlive_a_restart_of_redis_and_so_does_the_fleet(
    platform: Platform, start: Start, fleet: Callable[..., Fleet], redis_server: Redis
) -> None:
    running = fleet()
    current = start(STEPS, seconds=3)
    until(lambda: platform.jobs.store.get(current.id).status is JobStatus.RUNNING)
    waiting = [start(STEPS) for _ in range(3)]
    redis_server.stop()
    redis_server.start()
    jobs = [current, *waiting]
    until(lambda: all(platform.jobs.store.get(job.id).status is JobStatus.DONE for job in jobs), seconds=25)
    assert [platform.jobs.store.get(job.id).attempt for job in jobs] == [1, 1, 1, 1]
    assert running.process.poll() is None


def test_a_retry_that_nobody_brings_back_is_started_anew(platform: Platform, start: Start) -> None:
    """Every worker of its queue has gone while it waited for its backoff to end."""
    job = start(STEPS)
    waiting = queue("default", platform.redis(1))
    rq_job = waiting.fetch_job(str(job.id))
    assert rq_job is not None
    waiting.empty()
    rq_job.save()
    rq_job.set_status(RqStatus.SCHEDULED)
    waiting.scheduled_job_registry.schedule(rq_job, job.created_at + timedelta(seconds=16))
    assert platform.jobs.sweep(job.created_at + MINUTE) == 0
    waiting.scheduled_job_registry.schedule(rq_job, job.created_at - timedelta(seconds=200))
    assert platform.jobs.sweep(job.created_at + MINUTE) == 1
    assert waiting.job_ids == [str(job.id)]
    assert waiting.scheduled_job_registry.get_job_count() == 0


def test_an_id_that_is_queued_twice_runs_once(platform: Platform, start: Start, fleet: Callable[..., Fleet]) -> None:
    """RQ itself would run it in both workers at once."""
    job = start(STEPS, seconds=2)
    waiting = queue("default", platform.redis(1))
    platform.redis(1).rpush(waiting.key, str(job.id))
    running = fleet("--processes=2")
    until(lambda: running.log().count('"job not taken"') == 1 and "done" in running.log())
    until(lambda: not platform.queue.waiting() and not platform.queue.started())
    record = platform.jobs.store.get(job.id)
    assert (record.status, record.attempt, len(waiting.failed_job_registry)) == (JobStatus.DONE, 1, 0)


def test_a_frozen_worker_that_wakes_up_too_late_changes_nothing(
    platform: Platform, start: Start, fleet: Callable[..., Fleet]
) -> None:
    running = fleet("--processes=2")
    job = start(STEPS, seconds=1.5)
    until(lambda: platform.jobs.store.get(job.id).status is JobStatus.RUNNING)
    (frozen,) = running.horses()
    frozen.suspend()
    until(lambda: platform.jobs.sweep(platform.clock.now()) == 1)
    until(lambda: platform.jobs.store.get(job.id).status is JobStatus.DONE)
    ended = platform.jobs.store.get(job.id)
    frozen.resume()
    until(lambda: "another worker has taken this job" in running.log())
    assert (ended.attempt, platform.jobs.store.get(job.id)) == (2, ended)
