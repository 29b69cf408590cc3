"""Tells a job's end to whoever follows it: the user's stream, the log and the metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit

from premium.clock import rfc3339
from premium.errors import UpstreamUnavailable
from premium.jobs.model import JobRecord, JobStatus
from premium.observability import logger, metrics

if TYPE_CHECKING:
    from premium.bootstrap import Platform


_OURS = frozenset({"INTERNAL", UpstreamUnavailable.code})


def tell(at: Platform, ended: JobRecord) -> None:
    """A lost message is no harm, because the record is what callers read: every failure is logged only."""
    logger.info("job ended", status=ended.status.value, kind=ended.kind, attempt=ended.attempt)
    measure(ended)
    if not (at.settings.connections_table and at.settings.websocket_endpoint):
        return  # a deployment without a WebSocket API has nobody to tell
    try:
        at.streams.publish(ended.user_id, "jobs", message(ended))
    except Exception:
        logger.exception("the end of a job was not published")


def message(ended: JobRecord) -> dict[str, Any]:
    """`{"type": "job", "data": {…}}`, the same names as `GET /v1/jobs/{id}`; the result is read there."""
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
    """`JobsDone`, `JobsFailed` or `JobsRefused`, and the seconds from acceptance to end, by kind; at once (EMF)."""
    seconds = ((ended.ended_at or ended.updated_at) - ended.created_at).total_seconds()
    metrics.add_dimension("kind", ended.kind)
    metrics.add_metric(_outcome(ended), MetricUnit.Count, 1)
    metrics.add_metric("JobSeconds", MetricUnit.Seconds, seconds)
    metrics.flush_metrics()


def _outcome(ended: JobRecord) -> str:
    """What was refused for the caller's own reasons wakes no operator."""
    if ended.status is JobStatus.DONE:
        return "JobsDone"
    return "JobsFailed" if ended.error is None or ended.error.code in _OURS else "JobsRefused"
