"""Deliveries that ended without having arrived, for operators: look, and have them sent again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg.rows import class_row

from premium.alerts.model import Channel
from premium.notifications.model import KEPT_SECONDS
from premium.storage.postgres import Database

Unsent = Literal["dead", "failed"]


@dataclass(frozen=True, kw_only=True)
class Ended:
    """`event_time` is the event's own; `error` is what the history shows."""

    id: UUID
    user_id: UUID
    channel: Channel
    destination: str
    status: Unsent
    attempts: int
    event_time: datetime
    ended_at: datetime
    error: str | None


def unsent(database: Database, status: Unsent, *, hours: float, channel: Channel | None = None) -> list[Ended]:
    """That ended within the last `hours`, the newest last. Those that never had a destination are not among them."""
    values = {"status": status, "hours": hours, "channel": channel}
    with database.transaction() as connection, connection.cursor(row_factory=class_row(Ended)) as cursor:
        return cursor.execute(_UNSENT.replace("{unsent}", _IS_UNSENT).encode(), values).fetchall()


def resend(database: Database, deliveries: Sequence[UUID]) -> list[UUID]:
    """Those that are pending again, with all their attempts; the consumer finds them within two seconds."""
    with database.transaction() as connection:
        rows = connection.execute(
            _RESEND.replace("{unsent}", _IS_UNSENT).encode(), {"ids": list(deliveries), "kept": KEPT_SECONDS}
        ).fetchall()
    return [row["id"] for row in rows]


_IS_UNSENT = """d.status IN ('dead', 'failed') AND d.destination IS NOT NULL
  AND NOT (d.notice = 'fired' AND EXISTS (
      SELECT FROM alert_history h
      WHERE h.id = d.history_id AND h.event_time = d.event_time AND h.retracted_at IS NOT NULL))"""
"""News that was taken back before it arrived is none any more."""
_UNSENT = """
SELECT id, user_id, channel, destination, status, attempts, event_time, ended_at, last_error AS error
FROM notification_deliveries d
WHERE {unsent} AND status = %(status)s
  AND ended_at > now() - make_interval(secs => %(hours)s * 3600)
  AND (%(channel)s::text IS NULL OR channel = %(channel)s)
ORDER BY ended_at, id
"""
_RESEND = """
UPDATE notification_deliveries d
SET status = 'pending', attempts = 0, next_attempt_at = now(), ended_at = NULL,
    give_up_at = now() + make_interval(secs => %(kept)s)
WHERE d.id = ANY (%(ids)s) AND {unsent}
RETURNING d.id
"""
