"""Tell how a job ended: to its user's stream, the log and the metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from premium.clock import rfc3339
from premium.jobs.kinds import scope_of
from premium.jobs.model import OUR_FAULTS, JobRecord, JobStatus
from premium.observability import count, logger, observe

if TYPE_CHECKING:
    from premium.bootstrap import Platform


def publish(platform: Platform, ended: JobRecord) -> None:
    """Publish the end of a job.

    A lost message is no harm, because the record is what callers read: every failure is logged only.
    """
    logger.info("job ended", status=ended.status.value, kind=ended.kind, attempt=ended.attempt)
    measure(ended)
    try:
        platform.publish(ended.user_id, "jobs", message(ended), scope=scope_of(ended.kind))
    except Exception:
        logger.exception("the end of a job was not published")


def message(ended: JobRecord) -> dict[str, Any]:
    """Return the stream's message: `{"type": "job", "data": {…}}`.

    The names are those of `GET /v1/jobs/{id}`; the result is read there.
    """
    data: dict[str, Any] = {
        "id": str(ended.id),
        "kind": ended.kind,
        "status": ended.status.value,
        "progress": str(ended.progress),
        "endedAt": rfc3339(ended.ended_at or ended.updated_at),
    }
    if ended.error is not None:
        data["error"] = ended.error.model_dump()
    return {"type": "job", "data": data}


def measure(ended: JobRecord) -> None:
    """Count the outcome and measure the seconds from acceptance to end, by kind.

    What was refused for the caller's own reasons wakes no operator.
    """
    if ended.status is JobStatus.DONE:
        count("JobsDone", kind=ended.kind)
    elif ended.error is None or ended.error.code in OUR_FAULTS:
        count("JobsFailed", kind=ended.kind)
    else:
        count("JobsRefused", kind=ended.kind)
    seconds = ((ended.ended_at or ended.updated_at) - ended.created_at).total_seconds()
    observe("JobSeconds", seconds, "Seconds", kind=ended.kind)
