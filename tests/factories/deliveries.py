"""A delivery as a claim gives it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from premium.notifications.model import Delivery

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def delivery(**changes: Any) -> Delivery:
    values: dict[str, Any] = {
        "id": UUID(int=1), "event_time": NOW, "attempts": 1, "notice": "fired", "channel": "webhook",
        "destination": "http://127.0.0.1:1/hook", "template": "{{asset}} <b>& {{memo}}", "user_id": UUID(int=2),
        "alert_id": UUID(int=3), "rule_id": UUID(int=4), "rule_name": "ETH <high>", "rule_type": "price",
        "event_id": "price:ETH é\r\n1", "event_data": {"asset": "ETH", "memo": "<script>\r\nx"}, "triggered_at": NOW,
        "retracted_at": None, "is_test": False, "rule_exists": True, "seconds_left": 3600.0,
        "signing_secret": "whsec_" + "s" * 32,
    }  # fmt: skip
    return Delivery(**values | changes)
