"""Run the schedule that a tick of EventBridge names.

Everything that `premium.execution.schedule` knows may run twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from premium.bootstrap import platform
from premium.execution.schedule import run
from premium.observability import logger, tracer


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Run one schedule and return its outcome.

    An error is raised, so that EventBridge tries again and then leaves the tick in its dead-letter queue.
    """
    task = str(event.get("task"))
    logger.append_keys(request_id=f"req_{getattr(context, 'aws_request_id', 'none')}", task=task)
    try:
        with tracer.segment(f"schedule {task}"):
            outcome = dict(run(task, platform(), platform().clock.now()))
        logger.info("task done", outcome=outcome)
    except Exception:
        logger.exception("task failed")
        raise
    finally:
        logger.remove_keys(["request_id", "task"])
    return outcome
