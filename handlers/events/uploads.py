"""Start the import of an upload when S3 reports its arrival.

EventBridge carries the report. Reported twice, it is one job.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from premium.audit.service import SYSTEM_ACTOR, AuditTrail
from premium.bootstrap import platform
from premium.observability import logger, tracer
from premium.tax.uploads import TaxUploads


def handler(event: Mapping[str, Any], context: Any) -> dict[str, str]:
    """Start one import and return its job: `{"job": id}`.

    An error is raised, so that Lambda tries again; the user's own request can start it as well.
    """
    key = event["detail"]["object"]["key"]
    request_id = f"req_{getattr(context, 'aws_request_id', 'none')}"
    trail = AuditTrail.of(platform())
    with (
        logger.append_context_keys(request_id=request_id),
        tracer.segment("upload"),
        trail.recorded(SYSTEM_ACTOR, "upload arrived", targets=[key], request_id=request_id) as audit,
    ):
        record = TaxUploads.of(platform()).start_arrived(key, request_id=request_id)
        audit.add(record.id)
        logger.info("import started by its upload", job_id=str(record.id), status=record.status.value)
    return {"job": str(record.id)}
