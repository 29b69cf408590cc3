"""The SQL of operators' switches, by the worker role."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from psycopg.rows import class_row
from pydantic import BaseModel, ConfigDict

from premium.storage.postgres import Database

Kind = Literal["user", "rule", "destination"]


class Switch(BaseModel):
    """One switch that is off."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    target: str
    why: str
    created_at: datetime


class SwitchStore:
    """Switches that are off."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, kind: Kind | None = None) -> list[Switch]:
        """Return them, the newest last; of one kind or of all."""
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(Switch)) as rows:
            return rows.execute(_ALL, {"kind": kind}).fetchall()

    def off(self, kind: Kind, target: str, why: str) -> bool:
        """Switch off; False where it was off already, whose reason is the new one then."""
        with self._database.transaction() as connection:
            row = connection.execute(_OFF, {"kind": kind, "target": target, "why": why}).fetchone()
        return row is not None and bool(row["is_new"])

    def on(self, kind: Kind, target: str) -> bool:
        """Switch on; False where it was not off."""
        with self._database.transaction() as connection:
            return connection.execute(_ON, (kind, target)).rowcount > 0


_ALL = """
SELECT kind, target, why, created_at FROM operator_switches
WHERE %(kind)s::text IS NULL OR kind = %(kind)s ORDER BY created_at, kind, target
"""
_OFF = """
INSERT INTO operator_switches (kind, target, why) VALUES (%(kind)s, %(target)s, %(why)s)
ON CONFLICT (kind, target) DO UPDATE SET why = excluded.why
RETURNING xmax = 0 AS is_new
"""
_ON = "DELETE FROM operator_switches WHERE kind = %s AND target = %s"
