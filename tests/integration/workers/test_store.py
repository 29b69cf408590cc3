"""The job store on the emulator's DynamoDB: each transition happens once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from premium.bootstrap import Platform
from premium.errors import NotFound
from premium.jobs.model import LEASE, JobError, JobRecord, JobStatus
from premium.jobs.store import JobStore, LeaseLost

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 20, 10, 0, 0, tzinfo=UTC)
ERROR = JobError(code="INVALID_INPUT", message="line 3")


def seconds(count: float) -> datetime:
    return NOW + timedelta(seconds=count)


def queued(job_id: UUID | None = None, *, at: datetime = NOW) -> JobRecord:
    return JobRecord(
        id=job_id or uuid4(),
        user_id=uuid4(),
        kind="synthetic.steps",
        payload={"amount": "1.10", "nested": {"empty": []}, "ratio": 0.5},
        fingerprint="f" * 64,
        request_id="req_1",
        created_at=at,
        updated_at=at,
    )


@pytest.fixture
def store(platform: Platform) -> JobStore:
    return platform.jobs.store


def test_a_record_comes_back_as_it_was_and_the_first_one_stays(store: JobStore) -> None:
    first = store.create(queued())
    assert store.get(first.id) == first
    assert store.create(queued(first.id)) == first
    with pytest.raises(NotFound):
        store.get(uuid4())


def test_only_one_claim_succeeds_until_the_lease_runs_out(store: JobStore) -> None:
    job = store.create(queued())
    taken = store.claim(job.id, NOW, worker="a")
    assert (taken.taken, taken.record.status, taken.record.attempt) == (True, JobStatus.RUNNING, 1)
    refused = store.claim(job.id, seconds(5), worker="b")
    assert (refused.taken, refused.record.worker) == (False, "a")
    store.heartbeat(job.id, 1, seconds(10))
    assert not store.claim(job.id, NOW + LEASE, worker="b").taken
    second = store.claim(job.id, seconds(11) + LEASE, worker="b")
    assert (second.taken, second.record.attempt) == (True, 2)


def test_who_lost_the_lease_can_write_nothing(store: JobStore) -> None:
    job = store.create(queued())
    store.claim(job.id, NOW, worker="a")
    store.claim(job.id, seconds(1) + LEASE, worker="b")
    later = seconds(30)
    for write in (
        lambda: store.heartbeat(job.id, 1, later),
        lambda: store.progress(job.id, 1, Decimal("0.9"), later),
        lambda: store.finish(job.id, 1, {"by": "a"}, later),
        lambda: store.fail(job.id, 1, ERROR, later),
        lambda: store.requeue(job.id, 1, later),
    ):
        with pytest.raises(LeaseLost):
            write()
    assert not store.release(job.id, "a", later)
    assert store.finish(job.id, 2, {"by": "b"}, later).result == {"by": "b"}


@pytest.mark.parametrize("end", ["finish", "fail"])
def test_a_terminal_record_never_changes(store: JobStore, end: str) -> None:
    job = store.create(queued())
    store.claim(job.id, NOW)
    ended = (
        store.finish(job.id, 1, {"n": 1}, seconds(1)) if end == "finish" else store.fail(job.id, 1, ERROR, seconds(1))
    )
    assert ended.status.ended
    for write in (
        lambda: store.finish(job.id, 1, {"n": 2}, seconds(2)),
        lambda: store.fail(job.id, 1, ERROR, seconds(2)),
        lambda: store.heartbeat(job.id, 1, seconds(2)),
    ):
        with pytest.raises(LeaseLost):
            write()
    assert not store.claim(job.id, seconds(2) + LEASE).taken
    assert store.cancel(job.id, ERROR, seconds(2)) is None
    assert store.get(job.id) == ended


def test_a_repeated_write_whose_answer_was_lost_is_recognised_as_ours(store: JobStore) -> None:
    job = store.create(queued())
    assert store.claim(job.id, NOW, worker="a").taken
    assert store.claim(job.id, NOW, worker="a").taken
    assert store.get(job.id).attempt == 1
    first = store.finish(job.id, 1, {}, seconds(1))
    assert store.finish(job.id, 1, {}, seconds(1)) == first


def test_progress_never_goes_back(store: JobStore) -> None:
    job = store.create(queued())
    store.claim(job.id, NOW)
    store.progress(job.id, 1, Decimal("0.5"), seconds(1))
    store.progress(job.id, 1, Decimal("0.2"), seconds(2))
    record = store.get(job.id)
    assert (record.progress, record.updated_at) == (Decimal("0.5"), seconds(2))


def test_the_end_expires_after_30_days_and_a_requeue_lives_on(store: JobStore, platform: Platform) -> None:
    job = store.create(queued())
    store.claim(job.id, NOW, worker="a")
    assert "ttl" not in item(platform, job.id)
    store.fail(job.id, 1, ERROR, NOW)
    assert item(platform, job.id)["ttl"] == int((NOW + timedelta(days=30)).timestamp())
    reopened = store.reopen(job.id, seconds(60))
    assert reopened is not None
    assert (reopened.status, reopened.error, reopened.ended_at, reopened.spent) == (JobStatus.QUEUED, None, None, 1)
    assert "ttl" not in item(platform, job.id)
    assert store.reopen(job.id, seconds(61)) is None
    assert store.claim(job.id, seconds(62)).record.attempt == 2


def item(platform: Platform, job_id: UUID) -> dict[str, object]:
    found = platform.tables("jobs").get({"id": str(job_id)})
    assert found is not None
    return dict(found)


def test_stale_records_come_oldest_first_by_the_index(store: JobStore) -> None:
    ages = [40, 10, 30, 0.5]
    jobs = {age: store.create(queued(at=seconds(-age))) for age in ages}
    running = store.create(queued(at=seconds(-100)))
    store.claim(running.id, seconds(-100))
    found = [record.id for record in store.stale(JobStatus.QUEUED, seconds(-5))]
    assert found == [jobs[age].id for age in (40, 30, 10)]
    assert [record.id for record in store.stale(JobStatus.QUEUED, NOW, limit=2)] == found[:2]
    assert [record.id for record in store.stale(JobStatus.RUNNING, NOW)] == [running.id]
