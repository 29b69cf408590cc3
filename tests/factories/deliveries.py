"""A delivery as a claim gives it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from premium.notifications.model import Delivery

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def delivery(**changes: Any) -> Delivery:
    values: dict[str, Any] = {
        "id": UUID(int=1), "user_id": UUID(int=2), "notice_id": UUID(int=5), "kind": "alerts.fired",
        "key": str(UUID(int=3)), "title": "ETH <high>", "text": "ETH <b>& <script>  x",
        "data": {"type": "alert", "alertId": str(UUID(int=3)), "ruleId": str(UUID(int=4)),
                 "eventId": "price:ETH é\r\n1", "event": {"asset": "ETH", "memo": "<script>\r\nx"}},
        "channel": "webhook", "destination": "http://127.0.0.1:1/hook", "attempts": 1, "seconds_left": 3600.0,
        "signing_secret": "whsec_" + "s" * 32,
    }  # fmt: skip
    return Delivery(**values | changes)
