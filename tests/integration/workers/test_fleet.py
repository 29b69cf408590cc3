"""A fleet in processes of its own: work done, retried, refused, drained, killed."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import timedelta

import pytest
from rq.registry import FailedJobRegistry

from premium.bootstrap import Platform
from premium.jobs.model import JobRecord, JobStatus
from premium.jobs.rq_queue import queue
from tests.integration.workers.conftest import Fleet, until
from tests.integration.workers.synthetic import DEADLY, FLAKY, REFUSING, SLOW, STEPS

pytestmark = pytest.mark.integration

Start = Callable[..., JobRecord]
Fleets = Callable[..., Fleet]


def ended(platform: Platform, *jobs: JobRecord) -> bool:
    return all(platform.jobs.store.get(job.id).status.ended for job in jobs)


def begun(platform: Platform, job: JobRecord) -> int:
    return int(platform.redis(3).hget(f"trace:{job.id}", "begun") or 0)


def dead_letters(platform: Platform) -> list[str]:
    return FailedJobRegistry(queue=queue("default", platform.redis(1))).get_job_ids()


def test_every_outcome_ends_its_record_once(platform: Platform, start: Start, fleet: Fleets) -> None:
    done, flaky, refused = start(STEPS), start(FLAKY, failures=1), start(REFUSING)
    hopeless, slow = start(FLAKY, failures=9), start(SLOW, seconds=5)
    running = fleet("--processes=3")
    until(lambda: ended(platform, done, flaky, refused, hopeless, slow))

    assert (platform.jobs.store.get(done.id).status, platform.jobs.store.get(done.id).progress) == (JobStatus.DONE, 1)
    assert (platform.jobs.store.get(flaky.id).status, begun(platform, flaky)) == (JobStatus.DONE, 2)
    permanent = platform.jobs.store.get(refused.id)
    assert permanent.error is not None
    assert (permanent.error.code, permanent.error.message) == ("INVALID_INPUT", "line 3: no such asset")
    assert begun(platform, refused) == 1
    given_up = platform.jobs.store.get(hopeless.id)
    assert given_up.error is not None
    assert (given_up.error.code, given_up.attempt, begun(platform, hopeless)) == ("UPSTREAM_UNAVAILABLE", 3, 3)
    timed_out = platform.jobs.store.get(slow.id)
    assert timed_out.error is not None
    assert timed_out.error.code == "INTERNAL"

    until(lambda: sorted(dead_letters(platform)) == sorted([str(hopeless.id), str(slow.id)]))
    assert running.stop() == 0
    assert f"left in the buffer {done.id}" in running.log()


def test_a_killed_work_horse_is_followed_at_once(platform: Platform, start: Start, fleet: Fleets) -> None:
    running = fleet()
    job = start(STEPS, seconds=2)
    until(lambda: begun(platform, job) == 1)
    running.horses()[0].send_signal(signal.SIGKILL)
    until(lambda: ended(platform, job), seconds=8)
    record = platform.jobs.store.get(job.id)
    assert (record.status, record.attempt, record.result) == (JobStatus.DONE, 2, {"attempt": 2})


def test_sigterm_finishes_the_job_and_takes_no_other(platform: Platform, start: Start, fleet: Fleets) -> None:
    running = fleet()
    current = start(STEPS, seconds=2)
    until(lambda: begun(platform, current) == 1)
    waiting = start(STEPS)
    assert running.stop() == 0
    assert platform.jobs.store.get(current.id).status is JobStatus.DONE
    assert platform.jobs.store.get(waiting.id).status is JobStatus.QUEUED
    assert str(waiting.id) in platform.queue.waiting()


def test_the_stop_timeout_kills_the_job_and_gives_it_back(platform: Platform, start: Start, fleet: Fleets) -> None:
    first = fleet("--stop-seconds=1")
    job = start(STEPS, seconds=20)
    until(lambda: begun(platform, job) == 1)
    until_gone = first.stop(seconds=8)
    assert until_gone == 0
    assert platform.jobs.store.get(job.id).status is JobStatus.QUEUED
    assert begun(platform, job) == 1


def test_workers_without_a_supervisor_finish_their_job_and_go(platform: Platform, start: Start, fleet: Fleets) -> None:
    running = fleet()
    job = start(STEPS, seconds=1)
    until(lambda: begun(platform, job) == 1)
    (worker,) = running.workers()
    running.process.kill()
    until(lambda: not worker.is_running())
    assert platform.jobs.store.get(job.id).status is JobStatus.DONE


def test_a_job_that_kills_every_worker_fails_and_lies_with_the_dead_letters(
    platform: Platform, start: Start, fleet: Fleets
) -> None:
    job = start(DEADLY)
    fleet()
    until(lambda: begun(platform, job) == DEADLY.attempts and str(job.id) in dead_letters(platform))
    assert platform.jobs.sweep(platform.clock.now() + timedelta(minutes=1)) == 1
    until(lambda: ended(platform, job) and str(job.id) in dead_letters(platform))
    record = platform.jobs.store.get(job.id)
    assert (record.error and record.error.code, begun(platform, job)) == ("INTERNAL", DEADLY.attempts)


def test_a_killed_worker_is_replaced_and_its_orphan_still_ends_once(
    platform: Platform, start: Start, fleet: Fleets
) -> None:
    running = fleet()
    job = start(STEPS, seconds=2)
    until(lambda: begun(platform, job) == 1)
    running.workers()[0].send_signal(signal.SIGKILL)
    until(lambda: "worker died and is replaced" in running.log())
    second = start(STEPS)
    until(lambda: ended(platform, job, second))
    assert (platform.jobs.store.get(job.id).attempt, begun(platform, job)) == (1, 1)


def test_the_fleet_refuses_a_redis_that_evicts(platform: Platform, fleet: Fleets) -> None:
    platform.redis(1).config_set("maxmemory-policy", "allkeys-lru")
    try:
        refused = fleet()
        assert refused.process.wait(10) == 1
    finally:
        platform.redis(1).config_set("maxmemory-policy", "noeviction")
    assert "set maxmemory-policy to noeviction" in refused.log()


def test_the_fleet_refuses_a_queue_that_nobody_fills(fleet: Fleets) -> None:
    refused = fleet(queues="default,taxes")
    assert refused.process.wait(10) == 1
    assert "unknown queue taxes: choose of alerts" in refused.log()
