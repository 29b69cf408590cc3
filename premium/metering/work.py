"""The scheduled task that moves counts of requests to their table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from premium.bootstrap import Platform
from premium.metering.drain import UsageDrain


def drain(platform: Platform, now: datetime) -> Mapping[str, Any]:
    """Move what the authorizer counted in Redis to DynamoDB."""
    return {"requests": UsageDrain.of(platform).run(now)}
