"""One attempt at a job, called as RQ calls it, without a fleet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from rq import Retry

from premium.bootstrap import Platform
from premium.execution.runtime import carry_out
from premium.jobs.identity import fingerprint_of
from premium.jobs.model import JobRecord, JobStatus
from tests.integration.workers.synthetic import FLAKY, REFUSING, STEPS, flaky, refusing, steps

pytestmark = pytest.mark.integration

Start = Callable[..., JobRecord]


@pytest.fixture(autouse=True)
def _here(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("premium.execution.runtime.platform", lambda: platform)


class Stream:
    """Takes what is published, or fails."""

    def __init__(self, *, fails: bool = False) -> None:
        self.published: list[tuple[object, ...]] = []
        self.fails = fails

    def publish(self, *message: object, scope: str | None = None) -> int:  # noqa: ARG002 - as streams are asked
        if self.fails:
            raise RuntimeError("the stream is broken")
        self.published.append(message)
        return 1


@pytest.fixture
def stream(platform: Platform) -> Stream:
    made = Stream()
    settings = platform.settings.model_copy(update={"connections_table": "c", "websocket_endpoint": "http://w"})
    platform.settings = settings
    platform.__dict__["streams"] = made
    return made


def test_an_end_is_told_once_with_what_the_record_says(platform: Platform, start: Start, stream: Stream) -> None:
    job, refused = start(STEPS), start(REFUSING)
    steps(str(job.id))
    steps(str(job.id))
    refusing(str(refused.id))
    (done, failed) = stream.published
    assert (done[0], done[1]) == (job.user_id, "jobs")
    told, error = done[2], failed[2]
    assert isinstance(told, dict)
    assert isinstance(error, dict)
    assert (told["type"], told["data"]["id"], told["data"]["status"]) == ("job", str(job.id), "done")
    assert error["data"]["error"] == {"code": "INVALID_INPUT", "message": "line 3: no such asset"}


def test_a_broken_stream_does_not_fail_the_job(platform: Platform, start: Start, stream: Stream) -> None:
    stream.fails = True
    job = start(STEPS)
    steps(str(job.id))
    assert platform.jobs.store.get(job.id).status is JobStatus.DONE


def test_a_held_job_is_looked_at_again_when_the_lease_would_be_over(platform: Platform, start: Start) -> None:
    job = start(STEPS)
    assert platform.jobs.store.claim(job.id, platform.clock.now(), worker="other").taken
    answer = steps(str(job.id))
    assert isinstance(answer, Retry)
    assert answer.intervals[0] in (2, 3)
    assert platform.redis(3).hget(f"trace:{job.id}", "begun") is None


def test_a_job_without_a_record_is_dropped(start: Start) -> None:
    assert steps(str(uuid4())) is None


def test_a_failed_attempt_is_given_back_and_raised(platform: Platform, start: Start) -> None:
    job = start(FLAKY, failures=1)
    with pytest.raises(Exception, match="the node does not answer"):
        flaky(str(job.id))
    assert platform.jobs.store.get(job.id).status is JobStatus.QUEUED
    flaky(str(job.id))
    assert platform.jobs.store.get(job.id).status is JobStatus.DONE


def test_a_payload_of_a_newer_release_can_be_read(platform: Platform, start: Start) -> None:
    job = start(STEPS, seconds=0)
    newer = {**job.payload, "version": 2, "colour": "blue"}
    told = {"id": uuid4(), "payload": newer, "fingerprint": fingerprint_of(job.kind, newer)}
    again = job.model_copy(update=told)
    platform.jobs.store.create(again)
    steps(str(again.id))
    assert platform.jobs.store.get(again.id).status is JobStatus.DONE


def test_the_lease_is_renewed_while_the_body_works(platform: Platform, start: Start) -> None:
    """Three seconds of work under a lease of two: nobody else may take it meanwhile."""
    job = start(STEPS, seconds=0)
    taken: list[bool] = []

    def working(context: object, payload: object) -> dict[str, int]:
        deadline = platform.clock.now() + timedelta(seconds=3)
        while platform.clock.now() < deadline:
            pass
        lease = timedelta(seconds=platform.settings.job_lease_seconds)
        taken.append(platform.jobs.store.claim(job.id, platform.clock.now(), worker="other", lease=lease).taken)
        return {}

    carry_out(STEPS, working, job.id, platform)
    assert taken == [False]
    assert platform.jobs.store.get(job.id).status is JobStatus.DONE
