"""Scheduled tasks that keep jobs and streams going.

Lost jobs come back, the backlog is published, and connections end with their credentials.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import boto3

from premium.bootstrap import Platform
from premium.execution.backlog import measured
from premium.jobs.backlog import publish


def sweep(platform: Platform, now: datetime) -> Mapping[str, Any]:
    """Enqueue jobs again that their queue or their worker has lost."""
    return {"enqueued": platform.jobs.sweep(now)}


def backlog(platform: Platform, now: datetime) -> Mapping[str, Any]:
    """Publish the backlog as CloudWatch metrics, on which the fleet is scaled."""
    backlogs = measured(platform)
    publish(boto3.client("cloudwatch"), backlogs, now)
    return {each.queue: str(each.per_worker) for each in backlogs}


def streams(platform: Platform, now: datetime) -> Mapping[str, Any]:  # noqa: ARG001 - the clock of the connections decides
    """Close connections whose token is over, whose key is revoked, or whose user is restricted."""
    return {"closed": platform.streams.sweep() if platform.has_streams else 0}
