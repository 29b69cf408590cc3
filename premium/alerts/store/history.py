"""The SQL of the history: alerts with their deliveries, for the rules' owner."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from premium.alerts.model import DeliveryRow, HistoryFilter, HistoryRow
from premium.alerts.notices import FIRED, KINDS
from premium.notifications import model as notifications
from premium.notifications.service import deliveries_of
from premium.storage.postgres import Database


def page(
    database: Database, user_id: UUID, wanted: HistoryFilter, limit: int, after: tuple[datetime, UUID] | None
) -> list[HistoryRow]:
    """Return up to `limit` alerts by their events' time, newest first, after the position."""
    at, alert_id = after or (None, None)
    values = wanted.model_dump() | {"user": user_id, "at": at, "id": alert_id, "limit": limit, "kinds": list(KINDS)}
    # Only the conditions that were asked for: the planner sees which partitions and which index they leave.
    conditions = [condition for name, condition in _CONDITIONS.items() if values[name] is not None]
    query = _PAGE.replace("{conditions}", "".join(f"AND {condition}\n" for condition in conditions))
    with database.as_user(user_id) as connection:
        rows = connection.execute(query.encode(), values).fetchall()
        told = deliveries_of(connection, user_id, KINDS, [str(row["id"]) for row in rows])
    return [HistoryRow(**row, deliveries=tuple(map(_delivery, told.get(str(row["id"]), ())))) for row in rows]


def maintain_partitions(database: Database, now: datetime) -> None:
    """Make partitions of alerts and events for the months ahead, and drop old ones.

    Gives up soon where a lock is taken, or matchers would queue up behind it.
    """
    with database.transaction(statement_timeout_ms=90_000) as connection:
        connection.execute("SET LOCAL lock_timeout = '3s'")
        connection.execute("SELECT maintain_alerts(%s)", (now,))


def _delivery(row: notifications.DeliveryRow) -> DeliveryRow:
    news = "fired" if row.kind == FIRED else "retracted"
    return DeliveryRow.model_validate(row.model_dump(exclude={"kind", "key"}) | {"notice": news})


_CONDITIONS = {
    "rule_id": "h.alert_rule_id = %(rule_id)s",
    "type": "h.rule_type = %(type)s",
    "since": "h.event_time >= %(since)s",
    "until": "h.event_time < %(until)s",
    "at": "(h.event_time, h.id) < (%(at)s, %(id)s)",
    "status": """EXISTS (SELECT FROM notice_deliveries(h.user_id, %(kinds)s::text[], h.id::text) d
                         WHERE d.status = %(status)s)""",
}
_PAGE = """
SELECT h.id, h.alert_rule_id, h.rule_name, h.rule_type, h.event_id, h.event_data, h.event_time, h.triggered_at,
       h.retracted_at, h.is_test
FROM alert_history h
WHERE h.user_id = %(user)s
{conditions}
ORDER BY h.event_time DESC, h.id DESC
LIMIT %(limit)s
"""
