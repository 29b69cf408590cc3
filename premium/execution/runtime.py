"""Turns a job's body into the function that RQ calls: claim, run, end, tell. Worker side only.

Every job may run twice, or in two workers at once; the record decides who goes on:
    no record (expired, or never whole)   nothing to do
    not taken because it has ended        nothing to do
    not taken because another holds it    come back when the lease would have run out
    AppError that no repeat can cure      failed with its code, no dead letter: it is the caller's
    anything else, attempts left          given back and raised: RQ retries with backoff
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
from premium.execution.lease import Lease
from premium.execution.telling import tell
from premium.jobs.model import JobError, JobKind, JobPayload, JobRecord
from premium.jobs.store import LeaseLost
from premium.observability import logger

P = TypeVar("P", bound=JobPayload)
Body = Callable[[JobContext, P], Mapping[str, Any]]

_INTERNAL = JobError(code="INTERNAL", message="the job could not be completed")

_COME_BACK = 100_000
"""RQ counts returned retries apart from failures and needs a bound."""


class AttemptsExhausted(Exception):
    """Every attempt has died without a word (killed, out of memory): nothing was raised that could be reported."""


def job(kind: JobKind[P]) -> Callable[[Body[P]], Callable[[str], Retry | None]]:
    """`@job(REFRESH)` over `def refresh(context, payload) -> Mapping`; the mapping is the record's small result."""

    def decorate(body: Body[P]) -> Callable[[str], Retry | None]:
        @functools.wraps(body)
        def run(job_id: str) -> Retry | None:
            return carry_out(kind, body, UUID(job_id), platform())

        return run

    return decorate


def carry_out(kind: JobKind[P], body: Body[P], job_id: UUID, at: Platform) -> Retry | None:
    """One attempt, in whatever state the record is."""
    store, clock, lease = at.jobs.store, at.clock, timedelta(seconds=at.settings.job_lease_seconds)
    try:
        claim = store.claim(job_id, clock.now(), worker=os.environ.get("RQ_WORKER_ID", ""), lease=lease)
    except NotFound:
        logger.warning("a job without a record is dropped", job_id=str(job_id), kind=kind.name)
        return None
    record = claim.record
    with logger.append_context_keys(job_id=str(job_id), user_id=str(record.user_id), request_id=record.request_id):
        if not claim.taken:
            return _leave(record, at, lease)
        with Lease(store, record, clock, lease=lease) as hold:
            try:
                ended = _attempt(kind, body, hold, at)
            except LeaseLost:
                logger.warning("another worker has taken this job; its attempt counts", attempt=record.attempt)
                return None
        tell(at, ended)
    return None


def _leave(record: JobRecord, at: Platform, lease: timedelta) -> Retry | None:
    """A job that is not ours: done with, or to be looked at again when its holder's lease is over."""
    logger.info("job not taken", status=record.status.value, attempt=record.attempt)
    if record.status.ended:
        return None
    left = (record.updated_at + lease - at.clock.now()).total_seconds()
    return Retry(max=_COME_BACK, interval=max(1, round(left) + 1))


def _attempt(kind: JobKind[P], body: Body[P], hold: Lease, at: Platform) -> JobRecord:
    """The record as ended; raises what RQ must know of."""
    record = hold.record
    if record.attempt - record.spent > kind.attempts:
        _end_for_good(hold, at, _INTERNAL)
        raise AttemptsExhausted(f"{kind.name} {record.id} died {kind.attempts} times")
    context = JobContext(
        job_id=record.id,
        user_id=record.user_id,
        created_at=record.created_at,
        attempt=record.attempt,
        platform=at,
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
            return hold.fail(_told(error))
        logger.exception("job attempt failed", kind=kind.name, attempt=record.attempt, of=kind.attempts)
        _again_or_never(kind, hold, at, _told(error))
        raise


def _again_or_never(kind: JobKind[P], hold: Lease, at: Platform, error: JobError) -> None:
    if hold.record.attempt - hold.record.spent >= kind.attempts:
        _end_for_good(hold, at, error)
    else:
        hold.give_back()


def _end_for_good(hold: Lease, at: Platform, error: JobError) -> None:
    """The record fails, and RQ's copy gets no further retry, so that it goes to the dead letters."""
    tell(at, hold.fail(error))
    current = get_current_job()
    if current is not None:
        current.retries_left = 0


def _told(error: Exception) -> JobError:
    """To the caller: an AppError's own words; of everything else only that it is ours."""
    return JobError(code=error.code, message=error.message) if isinstance(error, AppError) else _INTERNAL
