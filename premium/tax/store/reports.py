"""Store and read finished reports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from premium.storage.postgres import Database
from premium.tax.model import ReportRow
from premium.tax.store.transactions import Point

_COLUMNS = (
    "id, job_id, year, jurisdiction, method, lot_scope, totals, status, report_url, files, generated_at, created_at"
)


class ReportStore:
    """The table `tax_reports`, one finished report a row."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, user_id: UUID, report: Mapping[str, Any], point: Point) -> None:
        """Store a report: one row a job, however often the job runs."""
        totals, files = Jsonb(report["totals"]), Jsonb(report["files"])
        with self._database.as_user(user_id) as connection:
            connection.execute(_INSERT, {**report, "user": user_id, "totals": totals, "files": files})
            point("before_commit")

    def get(self, user_id: UUID, report_id: UUID) -> ReportRow | None:
        """Return a report, or None where there is none of this user's."""
        found = self._rows(user_id, _ONE, {"user": user_id, "id": report_id})
        return found[0] if found else None

    def page(self, user_id: UUID, after: tuple[datetime, UUID] | None, limit: int) -> list[ReportRow]:
        """Return a page, newest first; `after` is the last row of the page before."""
        values = {"user": user_id, "limit": limit, "moment": after and after[0], "id": after and after[1]}
        return self._rows(user_id, _PAGE, values)

    def newest(self, user_id: UUID, year: int, jurisdiction: str | None) -> ReportRow | None:
        """Return the newest report of a year, in one jurisdiction where one is named."""
        found = self._rows(user_id, _NEWEST, {"user": user_id, "year": year, "code": jurisdiction})
        return found[0] if found else None

    def _rows(self, user_id: UUID, query: str, values: Mapping[str, Any]) -> list[ReportRow]:
        with self._database.as_user(user_id) as connection:
            cursor = connection.cursor(row_factory=class_row(ReportRow))
            return cursor.execute(query, values).fetchall()


_INSERT = """
    INSERT INTO tax_reports (id, user_id, job_id, year, jurisdiction, method, lot_scope, totals, report_url,
                             files, generated_at)
    VALUES (%(job_id)s, %(user)s, %(job_id)s, %(year)s, %(jurisdiction)s, %(method)s, %(lot_scope)s, %(totals)s,
            %(report_url)s, %(files)s, %(generated_at)s)
    ON CONFLICT DO NOTHING
"""
_ONE = f"SELECT {_COLUMNS} FROM tax_reports WHERE user_id = %(user)s AND id = %(id)s"  # noqa: S608 - the texts are this module's own
_PAGE = f"""
    SELECT {_COLUMNS} FROM tax_reports
    WHERE user_id = %(user)s AND (%(moment)s::timestamptz IS NULL OR (created_at, id) < (%(moment)s, %(id)s))
    ORDER BY created_at DESC, id DESC LIMIT %(limit)s
"""  # noqa: S608 - constant columns
_NEWEST = f"""
    SELECT {_COLUMNS} FROM tax_reports
    WHERE user_id = %(user)s AND year = %(year)s AND (%(code)s::text IS NULL OR jurisdiction = %(code)s)
    ORDER BY generated_at DESC LIMIT 1
"""  # noqa: S608 - constant columns
