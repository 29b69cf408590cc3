"""The scheduled task that moves counts of requests to their table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from premium.bootstrap import Platform
from premium.metering.usage import UsageDrain


def drain(platform: Platform, now: datetime) -> Mapping[str, Any]:
    """Move what the authorizer counted in Redis to DynamoDB."""
    return {"requests": UsageDrain(platform.redis(2), platform.tables("usage").boto3).run(now)}
