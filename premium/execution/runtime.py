"""Turn a job's body into the function that RQ calls: claim, run, end.

Every job may run twice, or in two workers at once; the record decides who goes on:
    no record (expired, or never whole)   nothing to do
    a record of another kind              nothing to do: the queue was written by somebody else
    a payload that is not the accepted    failed with INTERNAL, and told of
    not taken because it has ended        nothing to do
    not taken because another holds it    come back when the lease would have run out
    AppError that no repeat can cure      failed with its code, no dead letter: it is the caller's
    anything else, attempts left          queued again and raised: RQ retries with backoff
    anything else, last attempt           failed with INTERNAL (or the AppError's code), raised: RQ's dead letter
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from rq import Retry, get_current_job

from premium.bootstrap import Platform, platform
from premium.errors import AppError, NotFound
from premium.execution.context import JobContext
from premium.execution.lease import JobLease
from premium.execution.outcome import publish
from premium.jobs.identity import fingerprint_of
from premium.jobs.model import JobError, JobKind, JobPayload, JobRecord
from premium.jobs.store import LeaseLost
from premium.observability import logger

P = TypeVar("P", bound=JobPayload)
Body = Callable[[JobContext, P], Mapping[str, Any]]

_INTERNAL = JobError(code="INTERNAL", message="the job could not be completed")

_COME_BACK = 100_000
"""RQ counts returned retries apart from failures and needs a bound."""


class AttemptsExhausted(Exception):
    """Every attempt has died without an error (killed, out of memory)."""


def job(kind: JobKind[P]) -> Callable[[Body[P]], Callable[[str], Retry | None]]:
    """Make the function of a job kind: `@job(KIND)` over its body.

    The body is `def refresh(context, payload) -> Mapping`; the mapping is the record's small result.
    """

    def decorate(body: Body[P]) -> Callable[[str], Retry | None]:
        @functools.wraps(body)
        def run(job_id: str) -> Retry | None:
            return carry_out(kind, body, UUID(job_id), platform())

        return run

    return decorate


def carry_out(kind: JobKind[P], body: Body[P], job_id: UUID, platform: Platform) -> Retry | None:
    """Make one attempt, in whatever state the record is."""
    store, clock = platform.jobs.store, platform.clock
    lease = timedelta(seconds=platform.settings.job_lease_seconds)
    try:
        worker = os.environ.get("RQ_WORKER_ID", "")
        claim = store.claim(job_id, clock.now(), kind=kind.name, worker=worker, lease=lease)
    except NotFound:
        logger.warning("a job without a record is dropped", job_id=str(job_id), kind=kind.name)
        return None
    record = claim.record
    if record.kind != kind.name:
        logger.error("a job was called by another kind's function", job_id=str(job_id), kind=record.kind)
        return None
    with logger.append_context_keys(job_id=str(job_id), user_id=str(record.user_id), request_id=record.request_id):
        if not claim.taken:
            return _leave(record, platform, lease)
        with JobLease(store, record, clock, lease=lease) as hold:
            try:
                ended = _attempt(kind, body, hold, platform)
            except LeaseLost:
                logger.warning("another worker has taken this job; its attempt counts", attempt=record.attempt)
                return None
        publish(platform, ended)
    return None


def _leave(record: JobRecord, platform: Platform, lease: timedelta) -> Retry | None:
    """Leave a job that is not ours, or come back when its lease ends."""
    logger.info("job not taken", status=record.status.value, attempt=record.attempt)
    if record.status.ended:
        return None
    left = (record.updated_at + lease - platform.clock.now()).total_seconds()
    return Retry(max=_COME_BACK, interval=max(1, round(left) + 1))


def _attempt(kind: JobKind[P], body: Body[P], hold: JobLease, platform: Platform) -> JobRecord:
    """Return the record as ended; raises what RQ must know of."""
    record = hold.record
    if record.attempt - record.spent > kind.attempts:
        _end_for_good(hold, platform, _INTERNAL)
        raise AttemptsExhausted(f"{kind.name} {record.id} died {kind.attempts} times")
    if fingerprint_of(record.kind, record.payload) != record.fingerprint:
        logger.error("a job's payload is not the one that was accepted", kind=kind.name)
        return hold.fail(_INTERNAL)
    context = JobContext(
        job_id=record.id,
        user_id=record.user_id,
        created_at=record.created_at,
        attempt=record.attempt,
        platform=platform,
        lease=hold,
    )
    try:
        context.point("recorded")
        return hold.finish(body(context, kind.payload.model_validate(record.payload)))
    except LeaseLost:
        raise
    except Exception as error:
        if isinstance(error, AppError) and not error.retryable:
            logger.info("job refused", code=error.code, kind=kind.name)
            return hold.fail(_reason(error))
        logger.exception("job attempt failed", kind=kind.name, attempt=record.attempt, of=kind.attempts)
        _retry_or_end(kind, hold, platform, _reason(error))
        raise


def _retry_or_end(kind: JobKind[P], hold: JobLease, platform: Platform, error: JobError) -> None:
    if hold.record.attempt - hold.record.spent >= kind.attempts:
        _end_for_good(hold, platform, error)
    else:
        hold.requeue()


def _end_for_good(hold: JobLease, platform: Platform, error: JobError) -> None:
    """Fail the job; RQ's copy gets no further retry and goes to the dead letters."""
    publish(platform, hold.fail(error))
    current = get_current_job()
    if current is not None:
        current.retries_left = 0


def _reason(error: Exception) -> JobError:
    """Return what the caller may know: an AppError's words, of others nothing."""
    return JobError(code=error.code, message=error.message) if isinstance(error, AppError) else _INTERNAL
