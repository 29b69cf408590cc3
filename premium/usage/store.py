"""SQL of what was told of quotas."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow, class_row

from premium.storage.postgres import Database
from premium.usage.model import UsageAlert

_COLUMNS = "id, user_id, key_id, key_prefix, level, period, requests, quota"
_KEPT = timedelta(days=780)


def add(connection: Connection[DictRow], alerts: Sequence[UsageAlert]) -> list[UsageAlert]:
    """Keep alerts that were not kept before, in the caller's transaction; return those, in order."""
    return [alert for alert in alerts if connection.execute(_ADD, alert._asdict()).rowcount]


class UsageAlertStore:
    """What topics have yet to be told; by the worker's role."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unpublished(self, limit: int) -> list[UsageAlert]:
        """Return alerts that the topic was not told, the oldest first."""
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(UsageAlert)) as rows:
            return rows.execute(_UNPUBLISHED, [limit]).fetchall()

    def published(self, alert: UUID) -> None:
        """Say that the topic was told."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE usage_alerts SET published_at = now() WHERE id = %s", [alert])

    def remove_old(self, now: datetime) -> int:
        """Delete what is older than the months that are kept; how many."""
        with self._database.transaction() as connection:
            return connection.execute("DELETE FROM usage_alerts WHERE created_at < %s", [now - _KEPT]).rowcount


_ADD = """
INSERT INTO usage_alerts (id, user_id, key_id, key_prefix, level, period, requests, quota)
VALUES (%(id)s, %(user_id)s, %(key_id)s, %(key_prefix)s, %(level)s, %(period)s, %(requests)s, %(quota)s)
ON CONFLICT (user_id, key_id, period, level) DO NOTHING
"""
_UNPUBLISHED = f"""
SELECT {_COLUMNS} FROM usage_alerts WHERE published_at IS NULL
ORDER BY created_at, array_position(ARRAY['80', '95', '100', 'anomaly'], level), id LIMIT %s
"""  # noqa: S608 - a constant of ours
