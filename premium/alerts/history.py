"""The SQL of what fired and what became of it, for the rules' owner."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from premium.alerts.model import HistoryFilter, HistoryRow
from premium.storage.postgres import Database


def page(
    database: Database, user_id: UUID, wanted: HistoryFilter, limit: int, after: tuple[datetime, UUID] | None
) -> list[HistoryRow]:
    """Up to `limit` alerts by their events' time, newest first, after the position."""
    at, alert_id = after or (None, None)
    values = wanted.model_dump() | {"user": user_id, "at": at, "id": alert_id, "limit": limit}
    # Only the conditions that were asked for: the planner sees which partitions and which index they leave.
    conditions = [condition for name, condition in _CONDITIONS.items() if values[name] is not None]
    query = _PAGE.replace("{conditions}", "".join(f"AND {condition}\n" for condition in conditions))
    with database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(HistoryRow)) as rows:
        return rows.execute(query.encode(), values).fetchall()


_CONDITIONS = {
    "rule_id": "h.alert_rule_id = %(rule_id)s",
    "type": "h.rule_type = %(type)s",
    "since": "h.event_time >= %(since)s",
    "until": "h.event_time < %(until)s",
    "at": "(h.event_time, h.id) < (%(at)s, %(id)s)",
    "status": """EXISTS (SELECT FROM notification_deliveries s WHERE s.user_id = %(user)s AND s.history_id = h.id
                         AND s.event_time = h.event_time AND s.status = %(status)s)""",
}
_PAGE = """
SELECT h.id, h.alert_rule_id, h.rule_name, h.rule_type, h.event_id, h.event_data, h.event_time, h.triggered_at,
       h.retracted_at, h.is_test, d.deliveries
FROM (
    SELECT * FROM alert_history h
    WHERE h.user_id = %(user)s
    {conditions}
    ORDER BY h.event_time DESC, h.id DESC
    LIMIT %(limit)s
) h
CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'id', d.id, 'notice', d.notice, 'channel', d.channel, 'destination', d.destination, 'status', d.status,
        'attempts', d.attempts, 'last_error', d.last_error, 'ended_at', d.ended_at,
        'next_attempt_at', CASE WHEN d.status = 'pending' THEN d.next_attempt_at END
    ) ORDER BY d.created_at, d.action), '[]') AS deliveries
    FROM notification_deliveries d WHERE d.history_id = h.id AND d.event_time = h.event_time
) d
ORDER BY h.event_time DESC, h.id DESC
"""
