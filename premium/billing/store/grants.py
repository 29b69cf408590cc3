"""SQL of tiers that administrators give."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow, class_row

from premium.billing.model import Grant


def add(connection: Connection[DictRow], values: Mapping[str, Any]) -> Grant | None:
    """Write a grant down; None where the same key was granted before."""
    with connection.cursor(row_factory=class_row(Grant)) as cursor:
        return cursor.execute(_ADD, {"key": None, **values}).fetchone()


def of_user(connection: Connection[DictRow], user_id: UUID, now: datetime) -> list[Grant]:
    """Return what is granted to a user at a moment."""
    with connection.cursor(row_factory=class_row(Grant)) as cursor:
        return cursor.execute(_OF_USER, {"user": user_id, "now": now}).fetchall()


_COLUMNS = "id, user_id, tier, until, reason, granted_by, created_at"
_ADD = f"""
INSERT INTO tier_grants (user_id, tier, until, reason, granted_by, key)
VALUES (%(user)s, %(tier)s, %(until)s, %(reason)s, %(by)s, %(key)s)
ON CONFLICT DO NOTHING RETURNING {_COLUMNS}
"""  # noqa: S608 - constants of ours
_OF_USER = f"SELECT {_COLUMNS} FROM tier_grants WHERE user_id = %(user)s AND until > %(now)s ORDER BY until"  # noqa: S608 - constants of ours
