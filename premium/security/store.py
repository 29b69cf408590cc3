"""SQL of the security service: scans."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from premium.errors import NotFound
from premium.security.model import ContractScan, ScanRow
from premium.storage.postgres import Database


class ScanStore:
    """Scans of users; each method sees the rows of one user alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_contract(self, user_id: UUID, job_id: UUID, scan: ContractScan, *, point: Callable[[str], None]) -> ScanRow:
        """Add a job's row unless an earlier attempt did, and return it.

        By the worker role. `point` is told "first_write" and "before_commit".
        """
        document = scan.json_document()
        findings = document.pop("findings")
        values = {
            "user": user_id, "job": job_id, "chain": scan.chain, "target": scan.target,
            "hash": bytes.fromhex(scan.code_hash[2:66]), "score": scan.risk_score,
            "findings": Jsonb(findings), "details": Jsonb(document),
        }  # fmt: skip
        with self._database.as_user(user_id) as connection:
            connection.execute(_ADD, values)
            point("first_write")
            with connection.cursor(row_factory=class_row(ScanRow)) as rows:
                row = rows.execute(_BY_JOB, values).fetchone()
            point("before_commit")
        if row is None:
            raise NotFound(f"the scan of job {job_id} is gone")
        return row

    def by_job(self, user_id: UUID, job_id: UUID) -> ScanRow | None:
        """Return the row that an earlier attempt of the job has left."""
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(ScanRow)) as rows:
            return rows.execute(_BY_JOB, {"user": user_id, "job": job_id}).fetchone()

    def get(self, user_id: UUID, scan_id: UUID) -> ScanRow:
        """Return a scan; NotFound for an unknown one and for another user's alike."""
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(ScanRow)) as rows:
            row = rows.execute(_BY_ID, {"user": user_id, "id": scan_id}).fetchone()
        if row is None:
            raise NotFound(f"there is no scan {scan_id}")
        return row

    def page(self, user_id: UUID, limit: int, after: tuple[datetime, UUID] | None) -> list[ScanRow]:
        """Return up to `limit` scans, newest first, after the position."""
        at, scan_id = after or (None, None)
        values = {"user": user_id, "at": at, "id": scan_id, "limit": limit}
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(ScanRow)) as rows:
            return rows.execute(_PAGE, values).fetchall()


_COLUMNS = "id, job_id, scan_type, chain, target, risk_score, findings, details, created_at"
_ADD = """
INSERT INTO security_scans (user_id, job_id, scan_type, chain, target, code_hash, risk_score, findings, details)
VALUES (%(user)s, %(job)s, 'contract', %(chain)s, %(target)s, %(hash)s, %(score)s, %(findings)s, %(details)s)
ON CONFLICT (job_id) DO NOTHING
"""
_BY_JOB = f"SELECT {_COLUMNS} FROM security_scans WHERE user_id = %(user)s AND job_id = %(job)s"  # noqa: S608 - constant columns
_BY_ID = f"SELECT {_COLUMNS} FROM security_scans WHERE user_id = %(user)s AND id = %(id)s"  # noqa: S608 - constant columns
_PAGE = f"""
SELECT {_COLUMNS} FROM security_scans
WHERE user_id = %(user)s
  AND (%(at)s::timestamptz IS NULL OR (created_at, id) < (%(at)s::timestamptz, %(id)s::uuid))
ORDER BY created_at DESC, id DESC
LIMIT %(limit)s
"""  # noqa: S608 - constant columns
