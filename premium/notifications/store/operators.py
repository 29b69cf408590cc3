"""The SQL of deliveries as operators look at them, and end them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow, class_row

from premium.notifications import kinds
from premium.notifications.model import Channel, DeliveryRow, DeliveryStatus, EndedNotice, UnsentDelivery
from premium.storage.postgres import Database

MOST = 1_000
"""Deliveries that one command looks at."""
_TIMEOUT_MS = 15_000


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which deliveries an operator means; None leaves it open."""

    status: DeliveryStatus
    hours: float = 24.0
    """Accepted within these where they are pending, else ended within them."""
    channel: Channel | None = None
    user: UUID | None = None
    destination: str | None = None
    """The whole destination, or the beginning of one with `*` at its end."""

    @property
    def values(self) -> Mapping[str, Any]:
        """Return the parameters of the SQL."""
        given = self.destination
        begins = None if given is None or not given.endswith("*") else given[:-1]
        return {
            "status": self.status, "hours": self.hours, "channel": self.channel, "user": self.user,
            "destination": None if begins is not None else given, "begins": begins,
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ChannelCount:
    """The deliveries of one channel."""

    channel: str
    pending: int
    oldest: datetime | None
    """When the oldest pending one was accepted."""
    overdue: int
    """Due for over 30 s, and in nobody's hand."""
    sent: int
    """In the last minute."""
    dead: int
    """Given up within 24 hours."""
    oldest_dead: datetime | None


class OperatedDeliveries:
    """Deliveries of all users, by the worker role."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def some(self, wanted: Wanted, most: int = MOST) -> list[UnsentDelivery]:
        """Return the newest of these, the newest last."""
        with (
            self._database.transaction(statement_timeout_ms=_TIMEOUT_MS) as connection,
            connection.cursor(row_factory=class_row(UnsentDelivery)) as rows,
        ):
            found = rows.execute(_LISTED, {**wanted.values, "most": most}).fetchall()
        return found[::-1]

    def drop(self, deliveries: Sequence[UUID], why: str) -> list[UUID]:
        """End these as failed; return those that had not arrived, nor been refused before.

        Their senders hear of it as of any end. An attempt under way may still arrive.
        """
        with self._database.transaction(statement_timeout_ms=_TIMEOUT_MS) as connection:
            values = {"ids": list(deliveries), "why": f"dropped by an operator: {why}"[:500]}
            dropped = connection.execute(_DROP, values).fetchall()
            notices: dict[tuple[UUID, str, str], list[DeliveryRow]] = {}
            about = {"notices": [row["notice_id"] for row in dropped], "users": [row["user_id"] for row in dropped]}
            for row in connection.execute(_OF_NOTICES, about).fetchall() if dropped else []:
                owner = row.pop("user_id")
                found = DeliveryRow.model_validate(row)
                notices.setdefault((owner, found.kind, found.key), []).append(found)
            kinds.tell_senders(connection, [
                EndedNotice(user_id=owner, kind=kind, key=key, deliveries=tuple(rows))
                for (owner, kind, key), rows in notices.items() if all(row.status != "pending" for row in rows)
            ])  # fmt: skip
        return [row["id"] for row in dropped]

    def due(self) -> DictRow:
        """Return `count` and `oldest` of what should be under way by now, and is not."""
        with self._database.transaction() as connection:
            return connection.execute(_DUE).fetchone() or {"count": 0, "oldest": None}

    def counts(self) -> list[ChannelCount]:
        """Return the numbers of deliveries by channel."""
        with (
            self._database.transaction(statement_timeout_ms=_TIMEOUT_MS) as connection,
            connection.cursor(row_factory=class_row(ChannelCount)) as rows,
        ):
            return rows.execute(_COUNTS).fetchall()


_LISTED = """
SELECT d.id, d.user_id, n.kind, n.key, d.channel, d.destination, d.status, d.attempts, d.created_at, d.ended_at,
       CASE WHEN d.status = 'pending' THEN d.next_attempt_at END AS next_attempt_at, d.last_error AS error
FROM notification_deliveries d JOIN notices n ON n.id = d.notice_id AND n.user_id = d.user_id
WHERE d.status = %(status)s AND d.destination IS NOT NULL
  AND CASE WHEN %(status)s = 'pending' THEN d.created_at ELSE d.ended_at END
      > now() - make_interval(secs => %(hours)s * 3600)
  AND (%(status)s IN ('pending', 'sent') OR n.withdrawn_at IS NULL)
  AND (%(channel)s::text IS NULL OR d.channel = %(channel)s)
  AND (%(user)s::uuid IS NULL OR d.user_id = %(user)s)
  AND (%(destination)s::text IS NULL OR d.destination = %(destination)s)
  AND (%(begins)s::text IS NULL OR starts_with(d.destination, %(begins)s))
ORDER BY coalesce(d.ended_at, d.created_at) DESC, d.id DESC
LIMIT %(most)s
"""
_DROP = """
UPDATE notification_deliveries d SET status = 'failed', ended_at = now(), last_error = %(why)s
WHERE d.id = ANY (%(ids)s) AND d.status IN ('pending', 'dead')
RETURNING d.id, d.notice_id, d.user_id
"""
_OF_NOTICES = """
SELECT n.user_id, d.id, n.kind, n.key, d.channel, d.destination, d.status, d.attempts, d.last_error, d.ended_at,
       CASE WHEN d.status = 'pending' THEN d.next_attempt_at END AS next_attempt_at
FROM notices n JOIN notification_deliveries d ON d.notice_id = n.id AND d.user_id = n.user_id
WHERE (n.id, n.user_id) IN (SELECT * FROM unnest(%(notices)s::uuid[], %(users)s::uuid[]))
ORDER BY n.id, d.place
"""
_DUE = """
SELECT count(*) AS count, min(next_attempt_at) AS oldest FROM notification_deliveries
WHERE status = 'pending' AND next_attempt_at <= now()
"""
_COUNTS = """
WITH pending AS (
    SELECT channel, count(*) AS pending, min(created_at) AS oldest,
           count(*) FILTER (WHERE next_attempt_at < now() - interval '30 seconds') AS overdue
    FROM notification_deliveries WHERE status = 'pending' GROUP BY channel
), sent AS (
    SELECT channel, count(*) AS sent FROM notification_deliveries
    WHERE status = 'sent' AND ended_at > now() - interval '1 minute' GROUP BY channel
), dead AS (
    SELECT channel, count(*) AS dead, min(ended_at) AS oldest_dead FROM notification_deliveries
    WHERE status = 'dead' AND ended_at > now() - interval '24 hours' GROUP BY channel
)
SELECT channel, coalesce(pending, 0) AS pending, oldest, coalesce(overdue, 0) AS overdue, coalesce(sent, 0) AS sent,
       coalesce(dead, 0) AS dead, oldest_dead
FROM pending FULL JOIN sent USING (channel) FULL JOIN dead USING (channel) ORDER BY channel
"""
