"""Whoever writes Redis chooses no code: a worker calls what a service declares, for a record that is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

from premium.bootstrap import Platform
from premium.execution.runtime import carry_out
from premium.jobs.model import JobRecord, JobStatus
from premium.jobs.rq_queue import queue
from tests.integration.workers.conftest import Fleet, until
from tests.integration.workers.synthetic import FLAKY, REFUSING, STEPS, flaky, steps

pytestmark = pytest.mark.integration

Start = Callable[..., JobRecord]


def call(job_id: str, *arguments: object, instance: object = None, **named: object) -> bytes:
    return JSONSerializer.dumps((job_id, instance, list(arguments), named))


def forge(platform: Platform, job_id: str, data: bytes, **fields: str) -> None:
    """Write a job as somebody does who knows RQ's keys."""
    redis = platform.redis(1)
    start = {"created_at": "2026-01-02T03:04:05.000000Z", "origin": "default", "status": "queued", "data": data}
    redis.hset(Job.key_for(job_id), mapping={**start, **fields})
    redis.rpush(queue("default", redis).key, job_id)


def test_what_no_service_declares_is_a_dead_letter_and_no_call(
    platform: Platform, start: Start, fleet: Callable[..., Fleet], tmp_path: Path
) -> None:
    made = [tmp_path / str(number) for number in range(6)]
    ids = [str(uuid4()) for _ in made]
    forge(platform, ids[0], call("os.mkdir", str(made[0])))
    forge(platform, ids[1], call("os.mkdir", str(made[1])), retries_left="3", retry_intervals="[1]", timeout="1000000")
    forge(platform, ids[2], call(STEPS.function, str(made[2])))
    forge(platform, ids[3], call(STEPS.function, ids[3], seconds=1))
    forge(platform, ids[4], call("mkdir", str(made[4]), instance={"__class__": "os"}))
    forge(platform, ids[5], b"\x80\x04cos\nmkdir\n.")
    unreadable = str(uuid4())
    forge(platform, unreadable, b"{}", status="none of them", timeout="for ever")
    running = fleet()
    honest = start(STEPS)
    until(lambda: platform.jobs.store.get(honest.id).status is JobStatus.DONE)
    failed = FailedJobRegistry(queue=queue("default", platform.redis(1)))
    until(lambda: set(failed.get_job_ids()) >= set(ids))
    assert not any(path.exists() for path in made)
    assert running.stop() == 0


def test_a_function_takes_no_record_of_another_kind(
    platform: Platform, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("premium.execution.runtime.platform", lambda: platform)
    job = start(FLAKY)
    steps(str(job.id))
    left = platform.jobs.store.get(job.id)
    assert (left.status, left.attempt) == (JobStatus.QUEUED, 0)
    flaky(str(job.id))
    assert platform.jobs.store.get(job.id).status is JobStatus.DONE


def test_a_payload_that_was_not_accepted_is_not_run(platform: Platform, start: Start) -> None:
    job = start(REFUSING)
    table = platform.tables("jobs")
    item = table.get({"id": str(job.id)})
    assert item is not None
    table.delete({"id": str(job.id)})
    table.put({**item, "payload": '{"version": 1, "seconds": 0.0, "failures": 7}'})
    ran: list[object] = []
    carry_out(REFUSING, lambda _, payload: ran.append(payload) or {}, job.id, platform)
    ended = platform.jobs.store.get(job.id)
    assert (ended.status, ran) == (JobStatus.FAILED, [])
    assert ended.error is not None
    assert ended.error.code == "INTERNAL"
