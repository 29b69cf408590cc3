"""Store and read a year's comparisons of methods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from premium.storage.postgres import Database
from premium.tax.model import ComparisonRow
from premium.tax.store.transactions import Point

_COLUMNS = "id, year, jurisdiction, currency, methods, warnings, generated_at"
_JSON = ("methods", "warnings")


class ComparisonStore:
    """The table `tax_comparisons`, one finished comparison a row."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, user_id: UUID, made: Mapping[str, Any], point: Point) -> None:
        """Store a comparison: one row a job, however often the job runs."""
        values = {**made, **{name: Jsonb(made[name]) for name in _JSON}, "user": user_id}
        with self._database.as_user(user_id) as connection:
            connection.execute(_INSERT, values)
            point("first_write")
            point("before_commit")

    def get(self, user_id: UUID, comparison_id: UUID) -> ComparisonRow | None:
        """Return a comparison, or None where there is none of this user's."""
        return self._row(user_id, _ONE, {"user": user_id, "id": comparison_id})

    def newest(self, user_id: UUID, year: int, jurisdiction: str | None) -> ComparisonRow | None:
        """Return the newest of a year, in one jurisdiction where one is named."""
        return self._row(user_id, _NEWEST, {"user": user_id, "year": year, "code": jurisdiction})

    def _row(self, user_id: UUID, query: str, values: Mapping[str, Any]) -> ComparisonRow | None:
        with self._database.as_user(user_id) as connection:
            return connection.cursor(row_factory=class_row(ComparisonRow)).execute(query, values).fetchone()


_INSERT = """
    INSERT INTO tax_comparisons (id, user_id, year, jurisdiction, currency, methods, warnings, generated_at)
    VALUES (%(id)s, %(user)s, %(year)s, %(jurisdiction)s, %(currency)s, %(methods)s, %(warnings)s, %(generated_at)s)
    ON CONFLICT DO NOTHING
"""
_ONE = f"SELECT {_COLUMNS} FROM tax_comparisons WHERE user_id = %(user)s AND id = %(id)s"  # noqa: S608 - the texts are this module's own
_NEWEST = f"""
    SELECT {_COLUMNS} FROM tax_comparisons
    WHERE user_id = %(user)s AND year = %(year)s AND (%(code)s::text IS NULL OR jurisdiction = %(code)s)
    ORDER BY generated_at DESC, id LIMIT 1
"""  # noqa: S608 - constant columns
