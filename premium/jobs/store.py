"""Job records in DynamoDB. Each change is one conditional write, so that it happens once or not at all.

    queued ──claim──▶ running ──finish / fail──▶ done / failed     (ended: nothing changes it but `reopen`)
      ▲                 │  ▲
      └────release──────┘  └─claim after LEASE without a heartbeat (attempt + 1)

`attempt` fences: whoever writes with an older attempt than the record's has lost the job and gets LeaseLost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from botocore.exceptions import ClientError

from premium.errors import NotFound
from premium.jobs.item import compact, expiry, from_item, instant, to_item
from premium.jobs.model import LEASE, JobError, JobRecord, JobStatus

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

STATUS_INDEX = "status-updated"
"""Partition key `status`, sort key `updated_at`, all attributes."""


class LeaseLost(Exception):
    """Another worker has taken the job, or it has ended: whoever gets this stops and writes nothing more."""


@dataclass(frozen=True)
class Claim:
    """The answer to a claim: the job is ours (`taken`), or its record says why not (ended, or held by another)."""

    record: JobRecord
    taken: bool


class JobStore:
    """Records by id. `table` is boto3's DynamoDB table resource."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def create(self, record: JobRecord) -> JobRecord:
        """The record as stored: this one, or the earlier one with the same id."""
        try:
            self._table.put_item(Item=to_item(record), ConditionExpression="attribute_not_exists(id)")
        except ClientError as error:
            if not _refused(error):
                raise
            return self.get(record.id)
        return record

    def get(self, job_id: UUID) -> JobRecord:
        """NotFound when there is none."""
        item = self._table.get_item(Key={"id": str(job_id)}, ConsistentRead=True).get("Item")
        if item is None:
            raise NotFound(f"there is no job {job_id}")
        return from_item(item)

    def claim(self, job_id: UUID, now: datetime, *, worker: str = "", lease: timedelta = LEASE) -> Claim:
        """Take a queued job, or one whose worker has been silent for `lease`; counts the attempt."""
        record = self._update(
            job_id,
            "SET #status = :running, attempt = attempt + :one, worker = :worker, updated_at = :now",
            "#status = :queued OR (#status = :running AND updated_at < :abandoned)",
            {
                ":running": JobStatus.RUNNING,
                ":queued": JobStatus.QUEUED,
                ":one": 1,
                ":worker": worker,
                ":now": instant(now),
                ":abandoned": instant(now - lease),
            },
        )
        return Claim(record, taken=True) if record else Claim(self.get(job_id), taken=False)

    def heartbeat(self, job_id: UUID, attempt: int, now: datetime) -> None:
        """Say that the job is still being worked on. Raises LeaseLost."""
        self._held(job_id, attempt, "SET updated_at = :now", {":now": instant(now)})

    def progress(self, job_id: UUID, attempt: int, fraction: Decimal, now: datetime) -> None:
        """Never goes back: a second run that starts over is silent until it has passed the first. Raises LeaseLost."""
        values = {":now": instant(now), ":fraction": fraction}
        moved = self._update(
            job_id,
            "SET progress = :fraction, updated_at = :now",
            "#status = :running AND attempt = :attempt AND progress < :fraction",
            {**values, ":running": JobStatus.RUNNING, ":attempt": attempt},
        )
        if moved is None:
            self.heartbeat(job_id, attempt, now)

    def finish(self, job_id: UUID, attempt: int, result: Mapping[str, Any], now: datetime) -> JobRecord:
        """Ends the job as done. Raises LeaseLost when it has ended or another runs it."""
        return self._held(
            job_id,
            attempt,
            "SET #status = :done, progress = :all, #result = :result, ended_at = :now, updated_at = :now, #ttl = :ttl",
            {":done": JobStatus.DONE, ":all": 1, ":result": compact(result), ":now": instant(now), ":ttl": expiry(now)},
            names={"#result": "result", "#ttl": "ttl"},
        )

    def fail(self, job_id: UUID, attempt: int, error: JobError, now: datetime) -> JobRecord:
        """Ends the job as failed. Raises LeaseLost when it has ended or another runs it."""
        return self._held(
            job_id,
            attempt,
            "SET #status = :failed, #error = :error, ended_at = :now, updated_at = :now, #ttl = :ttl",
            {":failed": JobStatus.FAILED, ":error": compact(error.model_dump()), ":now": instant(now), ":ttl": expiry(now)},
            names={"#error": "error", "#ttl": "ttl"},
        )

    def give_back(self, job_id: UUID, attempt: int, now: datetime) -> JobRecord:
        """A failed attempt that will be repeated: queued again. Raises LeaseLost."""
        values = {":queued": JobStatus.QUEUED, ":now": instant(now)}
        return self._held(job_id, attempt, "SET #status = :queued, updated_at = :now", values)

    def release(self, job_id: UUID, worker: str, now: datetime) -> bool:
        """A worker whose child died gives the job back at once; false when it does not hold it."""
        values = {":queued": JobStatus.QUEUED, ":running": JobStatus.RUNNING, ":worker": worker, ":now": instant(now)}
        condition = "#status = :running AND worker = :worker"
        return self._update(job_id, "SET #status = :queued, updated_at = :now", condition, values) is not None

    def reopen(self, job_id: UUID, now: datetime) -> JobRecord | None:
        """An operator's requeue: a failed job is queued again with all its attempts; None when it has not failed.

        `attempt` goes on counting, because it fences: a worker of the job's first life cannot write into its second.
        """
        return self._update(
            job_id,
            "SET #status = :queued, spent = attempt, progress = :none, updated_at = :now REMOVE #error, ended_at, #ttl",
            "#status = :failed",
            {":queued": JobStatus.QUEUED, ":failed": JobStatus.FAILED, ":none": 0, ":now": instant(now)},
            names={"#error": "error", "#ttl": "ttl"},
        )

    def cancel(self, job_id: UUID, error: JobError, now: datetime) -> JobRecord | None:
        """An operator's cancel of a job that no worker has taken; None when it is running or has ended."""
        values = {":failed": JobStatus.FAILED, ":queued": JobStatus.QUEUED, ":error": compact(error.model_dump())}
        return self._update(
            job_id,
            "SET #status = :failed, #error = :error, ended_at = :now, updated_at = :now, #ttl = :ttl",
            "#status = :queued",
            {**values, ":now": instant(now), ":ttl": expiry(now)},
            names={"#error": "error", "#ttl": "ttl"},
        )

    def stale(self, status: JobStatus, before: datetime, *, limit: int = 1000) -> Iterator[JobRecord]:
        """Records of one status not touched since `before`, the oldest first, read from the index page by page."""
        query: dict[str, Any] = {
            "IndexName": STATUS_INDEX,
            "KeyConditionExpression": "#status = :status AND updated_at < :before",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": {":status": status.value, ":before": instant(before)},
            "Limit": limit,
        }
        while limit > 0:
            page = self._table.query(**query)
            yield from map(from_item, page["Items"][:limit])
            limit -= len(page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _held(
        self, job_id: UUID, attempt: int, update: str, values: Mapping[str, Any], *, names: Mapping[str, str] | None = None
    ) -> JobRecord:
        record = self._update(
            job_id,
            update,
            "#status = :running AND attempt = :attempt",
            {**values, ":running": JobStatus.RUNNING, ":attempt": attempt},
            names=names,
        )
        if record is None:
            raise LeaseLost(f"job {job_id} is no longer this worker's (attempt {attempt})")
        return record

    def _update(
        self, job_id: UUID, update: str, condition: str, values: Mapping[str, Any], *, names: Mapping[str, str] | None = None
    ) -> JobRecord | None:
        """The record after the change, or None when the condition refused it."""
        try:
            answer = self._table.update_item(
                Key={"id": str(job_id)},
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeNames={"#status": "status", **(names or {})},
                ExpressionAttributeValues=dict(values),
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if not _refused(error):
                raise
            return None
        return from_item(answer["Attributes"])


def _refused(error: ClientError) -> bool:
    return error.response["Error"]["Code"] == "ConditionalCheckFailedException"
