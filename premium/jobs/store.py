"""Keep job records in DynamoDB.

Each change is one conditional write, so that it happens once or not at all.

    queued ──claim──▶ running ──finish / fail──▶ done / failed     (ended: only an operator's `reopen`)
      ▲                 │  ▲
      └────release──────┘  └─claim after LEASE without a heartbeat (attempt + 1)

`attempt` fences: whoever writes with an older attempt than the record's has lost the job and gets LeaseLost.
A write whose answer was lost is repeated by boto3 and then refused: the record itself tells whether it was ours.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from boto3.dynamodb.conditions import Attr, ConditionBase
from boto3.dynamodb.conditions import Key as KeyCondition

from premium.entitlements import Quota
from premium.errors import NotFound, RateLimited, UpstreamUnavailable
from premium.jobs.item import compact, expiry, from_item, instant, to_item
from premium.jobs.model import LEASE, JobError, JobRecord, JobStatus
from premium.storage.tables import Change, Key, Table

STATUS_INDEX = "status-updated"
"""Partition key `status`, sort key `updated_at`, all attributes."""

_PAGE = 200
_TRIES = 20
"""Of a count that others change at the same instant."""


class LeaseLost(Exception):
    """Another worker has taken the job, or the job has ended.

    Whoever gets this stops and writes nothing more.
    """


@dataclass(frozen=True)
class Claim:
    """The answer to a claim: `taken`, or the record says why not.

    A job that is not ours has ended or is held by another.
    """

    record: JobRecord
    taken: bool


class JobStore:
    """Read and change job records by their ids."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def create(self, record: JobRecord) -> JobRecord:
        """Store a record; return it, or the earlier one with its id."""
        if self._table.put(to_item(record), condition=Attr("id").not_exists()):
            return record
        return self.get(record.id)

    def create_within(self, record: JobRecord, quota: Quota) -> JobRecord:
        """Store a record and count it against a day's quota, both or neither.

        One that is there already is returned and counts once. RateLimited where the day's are used up.
        """
        for _ in range(_TRIES):
            reasons = self._table.write_together([self._new(record), _counted(record, quota)])
            if reasons is None:
                return record
            if reasons[0] == "ConditionalCheckFailed":
                return self.get(record.id)
            if reasons[1] == "ConditionalCheckFailed":
                raise RateLimited(quota.refusal, retry_after=_until_midnight(record.created_at), details=quota.details)
            time.sleep(random.uniform(0.01, 0.1))  # noqa: S311 - two at once shall not meet again
        raise UpstreamUnavailable("Too many requests at once; try again")

    def used(self, user_id: UUID, quota: str, now: datetime) -> int:
        """Return how many of a day's quota are counted."""
        item = self._table.get({"id": _counter(user_id, quota, now)})
        return int(item["used"]) if item else 0

    def _new(self, record: JobRecord) -> dict[str, Any]:
        return {"Put": {"Item": to_item(record), "ConditionExpression": "attribute_not_exists(id)"}}

    def get(self, job_id: UUID) -> JobRecord:
        """Return the record; NotFound when there is none."""
        item = self._table.get(_key(job_id))
        if item is None:
            raise NotFound(f"there is no job {job_id}")
        return from_item(item)

    def claim(
        self, job_id: UUID, now: datetime, *, kind: str | None = None, worker: str = "", lease: timedelta = LEASE
    ) -> Claim:
        """Take a queued or abandoned job and count the attempt.

        A job is abandoned when its worker has been silent for `lease`. One of another `kind` is not taken.
        """
        abandoned = _is(JobStatus.RUNNING) & Attr("updated_at").lt(instant(now - lease))
        change = Change(
            set={"status": JobStatus.RUNNING.value, "worker": worker, "updated_at": instant(now)}, add={"attempt": 1}
        )
        free = _is(JobStatus.QUEUED) | abandoned
        record = self._change(job_id, change, free if kind is None else free & Attr("kind").eq(kind))
        if record is not None:
            return Claim(record, taken=True)
        found = self.get(job_id)
        ours = found.status is JobStatus.RUNNING and worker != "" and found.worker == worker and found.updated_at == now
        return Claim(found, taken=ours)

    def heartbeat(self, job_id: UUID, attempt: int, now: datetime) -> None:
        """Say that the job is still being worked on. Raises LeaseLost."""
        self._held(job_id, attempt, {"updated_at": instant(now)})

    def progress(self, job_id: UUID, attempt: int, fraction: Decimal, now: datetime) -> None:
        """Write how far the job is; progress never goes back.

        A second run that starts over is silent until it has passed the first. Raises LeaseLost.
        """
        change = Change(set={"progress": fraction, "updated_at": instant(now)})
        if self._change(job_id, change, _holding(attempt) & Attr("progress").lt(fraction)) is None:
            self.heartbeat(job_id, attempt, now)

    def finish(self, job_id: UUID, attempt: int, result: Mapping[str, Any], now: datetime) -> JobRecord:
        """End the job as done.

        Raises LeaseLost when it has ended or another runs it.
        """
        return self._held(job_id, attempt, {"progress": 1, "result": compact(result), **_ended(JobStatus.DONE, now)})

    def fail(self, job_id: UUID, attempt: int, error: JobError, now: datetime) -> JobRecord:
        """End the job as failed.

        Raises LeaseLost when it has ended or another runs it.
        """
        return self._held(job_id, attempt, {"error": _text(error), **_ended(JobStatus.FAILED, now)})

    def requeue(self, job_id: UUID, attempt: int, now: datetime) -> JobRecord:
        """Queue a job again after an attempt that failed. Raises LeaseLost."""
        return self._held(job_id, attempt, {"status": JobStatus.QUEUED.value, "updated_at": instant(now)})

    def release(self, job_id: UUID, worker: str, now: datetime) -> bool:
        """Queue a job again whose work horse died.

        False when this worker does not hold it.
        """
        change = Change(set={"status": JobStatus.QUEUED.value, "updated_at": instant(now)})
        return self._change(job_id, change, _is(JobStatus.RUNNING) & Attr("worker").eq(worker)) is not None

    def reopen(self, job_id: UUID, now: datetime) -> JobRecord | None:
        """Queue a failed job again with all its attempts; None when it has not failed.

        This is the operator's requeue.

        `attempt` goes on counting, because it fences: a worker of the job's first life cannot write into its second.
        """
        failed = self.get(job_id)
        fresh = {"status": JobStatus.QUEUED.value, "spent": failed.attempt, "progress": 0, "updated_at": instant(now)}
        change = Change(set=fresh, remove=("error", "ended_at", "ttl", "acknowledged_at"))
        return self._change(job_id, change, _is(JobStatus.FAILED) & Attr("attempt").eq(failed.attempt))

    def acknowledge(self, job_id: UUID, now: datetime) -> JobRecord | None:
        """Mark a failed job as seen by an operator; None when it has not failed.

        `updated_at` stays: it says when the job failed. Said twice, the first time stays.
        """
        change = Change(set={"acknowledged_at": instant(now)})
        first = self._change(job_id, change, _is(JobStatus.FAILED) & Attr("acknowledged_at").not_exists())
        found = first or self.get(job_id)
        return found if found.status is JobStatus.FAILED else None

    def cancel(self, job_id: UUID, error: JobError, now: datetime) -> JobRecord | None:
        """Cancel a job that no worker has taken; None when it runs or has ended."""
        change = Change(set={"error": _text(error), **_ended(JobStatus.FAILED, now)})
        return self._change(job_id, change, _is(JobStatus.QUEUED))

    def stale(self, status: JobStatus, before: datetime, *, limit: int = 1000) -> Iterator[JobRecord]:
        """Yield records of one status not touched since `before`, the oldest first.

        At most `limit` of them, from the index.
        """
        condition = KeyCondition("status").eq(status.value) & KeyCondition("updated_at").lt(instant(before))
        start: Key | None = None
        while limit > 0:
            page = self._table.query(condition, index=STATUS_INDEX, limit=min(limit, _PAGE), start=start)
            yield from map(from_item, page.items)
            limit -= len(page.items)
            if page.next is None:
                return
            start = page.next

    def ended(self, status: JobStatus, since: datetime, *, limit: int = 1000) -> Iterator[JobRecord]:
        """Yield records that came to an end since then, the newest first; at most `limit`."""
        condition = KeyCondition("status").eq(status.value) & KeyCondition("updated_at").gte(instant(since))
        start: Key | None = None
        while limit > 0:
            page = self._table.query(
                condition, index=STATUS_INDEX, limit=min(limit, _PAGE), start=start, ascending=False
            )
            yield from map(from_item, page.items)
            limit -= len(page.items)
            if page.next is None:
                return
            start = page.next

    def _held(self, job_id: UUID, attempt: int, values: Mapping[str, Any]) -> JobRecord:
        record = self._change(job_id, Change(set=values), _holding(attempt))
        if record is not None:
            return record
        found = self.get(job_id)
        if (
            found.attempt == attempt
            and found.ended_at is not None
            and instant(found.ended_at) == values.get("ended_at")
        ):
            return found
        raise LeaseLost(f"job {job_id} is no longer this worker's (attempt {attempt})")

    def _change(self, job_id: UUID, change: Change, condition: ConditionBase) -> JobRecord | None:
        """The record after the change, or None when the condition refused it."""
        item = self._table.update(_key(job_id), change, condition=condition)
        return None if item is None else from_item(item)


def _key(job_id: UUID) -> Key:
    return {"id": str(job_id)}


def _is(status: JobStatus) -> ConditionBase:
    return Attr("status").eq(status.value)


def _holding(attempt: int) -> ConditionBase:
    return _is(JobStatus.RUNNING) & Attr("attempt").eq(attempt)


def _ended(status: JobStatus, now: datetime) -> dict[str, Any]:
    return {"status": status.value, "ended_at": instant(now), "updated_at": instant(now), "ttl": expiry(now)}


def _text(error: JobError) -> str:
    return compact(error.model_dump())


def _counted(record: JobRecord, quota: Quota) -> dict[str, Any]:
    """Return the update that counts a record, as long as there is room."""
    return {
        "Update": {
            "Key": {"id": _counter(record.user_id, quota.name, record.created_at)},
            "UpdateExpression": "SET #ttl = :ttl ADD used :one",
            "ConditionExpression": ":most > :none AND (attribute_not_exists(used) OR used < :most)",
            "ExpressionAttributeNames": {"#ttl": "ttl"},
            "ExpressionAttributeValues": {
                ":ttl": expiry(record.created_at), ":one": 1, ":none": 0, ":most": quota.most,
            },
        }
    }  # fmt: skip


def _counter(user_id: UUID, quota: str, at: datetime) -> str:
    return f"quota#{quota}#{user_id}#{at.astimezone(UTC).date()}"


def _until_midnight(now: datetime) -> int:
    """Return the seconds until the next day begins, in UTC."""
    at = now.astimezone(UTC)
    return 86_400 - (at.hour * 3600 + at.minute * 60 + at.second)
