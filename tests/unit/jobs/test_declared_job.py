"""What a worker believes of a job that it finds in Redis."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from redis import Redis
from rq.exceptions import NoSuchJobError
from rq.serializers import JSONSerializer

from premium.accounts.jobs import ACTIVITY
from workers.declared_job import DeclaredJob, UndeclaredJob

pytestmark = pytest.mark.unit


def restored(function: str, *arguments: object, job_id: str | None = None, **fields: str) -> DeclaredJob:
    known = job_id or str(uuid4())
    job = DeclaredJob(known, connection=Redis(), serializer=JSONSerializer)
    data = JSONSerializer.dumps((function, None, list(arguments) or [known], {}))
    raw: dict[Any, Any] = {name.encode(): text.encode() for name, text in fields.items()}
    job.restore({**raw, b"data": data})
    return job


def test_a_declared_call_is_its_body_with_its_own_time_out() -> None:
    job = restored(ACTIVITY.function, timeout="1000000", retries_left="5")
    assert (job.func.__name__, job.timeout, job.retries_left) == ("activity", ACTIVITY.timeout_seconds, 5)


@pytest.mark.parametrize("function", ["os.system", "premium.accounts.work.activity.__globals__", "builtins.eval", ""])
def test_any_other_function_is_refused_for_good(function: str) -> None:
    job = restored(function, timeout="1000000", retries_left="5")
    assert (job.retries_left, job.timeout) == (0, 1)
    with pytest.raises(UndeclaredJob):
        _ = job.func


def test_a_declared_function_takes_its_own_id_alone() -> None:
    for arguments, job_id in (((str(uuid4()),), None), (("a", "b"), None), (("no-uuid",), "no-uuid")):
        with pytest.raises(UndeclaredJob):
            _ = restored(ACTIVITY.function, *arguments, job_id=job_id).func


def test_callbacks_and_webhooks_in_redis_are_nobodys() -> None:
    names = {f"{end}_callback_name": "os.abort" for end in ("success", "failure", "stopped")}
    hook = '[{"url": "http://127.0.0.1:9/", "job_status": "finished"}]'
    job = restored(ACTIVITY.function, webhooks=hook, **names)
    found = (job.success_callback, job.failure_callback, job.stopped_callback)
    assert (found, job.webhooks) == ((None, None, None), [])


def test_an_unreadable_entry_is_no_job() -> None:
    with pytest.raises(NoSuchJobError):
        restored(ACTIVITY.function, status="none of them")


def test_an_id_that_no_job_has_is_no_job() -> None:
    with pytest.raises(NoSuchJobError):
        DeclaredJob.fetch("../x y", Redis(), JSONSerializer)
