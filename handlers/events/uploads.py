"""Start the import of an upload that S3 tells of through EventBridge.

Told twice, it is one job.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from premium.bootstrap import platform
from premium.observability import logger, tracer
from premium.tax.service import TaxUploads


def handler(event: Mapping[str, Any], context: Any) -> dict[str, str]:
    """`{"job": id}`. An error is raised, so that Lambda tries again; the user's own request can start it as well."""
    request_id = f"req_{getattr(context, 'aws_request_id', 'none')}"
    with logger.append_context_keys(request_id=request_id), tracer.segment("upload"):
        record = TaxUploads.of(platform()).start_arrived(event["detail"]["object"]["key"], request_id=request_id)
        logger.info("import started by its upload", job_id=str(record.id), status=record.status.value)
    return {"job": str(record.id)}
