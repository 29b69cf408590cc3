"""The SQL of scans."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import DictRow, class_row
from psycopg.types.json import Jsonb

from premium.errors import NotFound
from premium.security.model import ENGINE, NewScan, ScanFilter, ScanRow
from premium.storage.postgres import Database

MOST_BYTES = 32_000
"""Of findings and details as JSON: the table takes 32 KiB a row."""
_AGAIN = timedelta(days=2)
"""How long a request is known again by its digest."""


class ScanStore:
    """Scans of users; every method sees the rows of one user alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_of_job(
        self, user_id: UUID, job_id: UUID, accepted: datetime, scan: NewScan, *, point: Callable[[str], None]
    ) -> ScanRow:
        """Add a job's row unless an earlier attempt did, and return it.

        By the worker role. `accepted` is when the job was; `point` is told "first_write" and "before_commit".
        """
        with self._database.as_user(user_id) as connection:
            _insert(connection, user_id, scan, {"job": job_id, "at": accepted})
            point("first_write")
            row = _one(connection, _BY_JOB, {"user": user_id, "job": job_id})
            point("before_commit")
        if row is None:
            raise NotFound(f"the scan of job {job_id} is gone")
        return row

    def add_of_request(self, user_id: UUID, digest: bytes, now: datetime, scan: NewScan) -> UUID:
        """Add a request's row unless the same request has one; return its id.

        By the worker role.
        """
        with self._database.as_user(user_id) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (int.from_bytes(digest[:8], signed=True),))
            known = connection.execute(
                _BY_DIGEST, {"user": user_id, "digest": digest, "since": now - _AGAIN}
            ).fetchone()
            if known is not None:
                return UUID(str(known["id"]))
            return _insert(connection, user_id, scan, {"digest": digest, "at": now})

    def by_job(self, user_id: UUID, job_id: UUID) -> ScanRow | None:
        """Return the row that an earlier attempt of the job has left."""
        with self._database.as_user(user_id) as connection:
            return _one(connection, _BY_JOB, {"user": user_id, "job": job_id})

    def get(self, user_id: UUID, scan_id: UUID) -> ScanRow:
        """Return a scan; NotFound for an unknown one and for another user's alike."""
        with self._database.as_user(user_id) as connection:
            row = _one(connection, _BY_ID, {"user": user_id, "id": scan_id})
        if row is None:
            raise NotFound(f"there is no scan {scan_id}")
        return row

    def page(
        self, user_id: UUID, limit: int, after: tuple[datetime, UUID] | None, wanted: ScanFilter | None = None
    ) -> list[ScanRow]:
        """Return up to `limit` scans, newest first, after the position."""
        at, scan_id = after or (None, None)
        values = (wanted or ScanFilter()).model_dump() | {"user": user_id, "at": at, "id": scan_id, "limit": limit}
        # Only the conditions that were asked for: the planner sees which partitions and which index they leave.
        conditions = "".join(f"AND {each}\n" for name, each in _CONDITIONS.items() if values[name] is not None)
        query = _PAGE.replace("{conditions}", conditions)
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(ScanRow)) as rows:
            return rows.execute(query.encode(), values).fetchall()

    def maintain(self, now: datetime) -> None:
        """Make the months ahead and drop those older than 13 months.

        Gives up soon where a lock is taken.
        """
        with self._database.transaction(statement_timeout_ms=90_000) as connection:
            connection.execute("SET LOCAL lock_timeout = '3s'")
            connection.execute("SELECT maintain_security_scans(%s)", (now,))


def kept_whole(scan: NewScan) -> NewScan:
    """Return a scan that fits a row: what is cut is said in `details`.

    First arguments and inner calls go, then places of findings but the first, then the details.
    """
    if _size(scan) <= MOST_BYTES:
        return scan
    decoded = scan.details.get("decoded")
    if isinstance(decoded, dict):
        short = {**decoded, "args": None, "calls": [_shortened(each) for each in decoded.get("calls", [])[:32]]}
        scan = scan.model_copy(update={"details": {**scan.details, "decoded": short, "cut": True}})
    if _size(scan) > MOST_BYTES:
        fewer = [{**each, "evidence": each.get("evidence", [])[:1]} for each in scan.findings]
        scan = scan.model_copy(update={"findings": fewer, "details": {**scan.details, "cut": True}})
    if _size(scan) > MOST_BYTES:
        small = {key: value for key, value in scan.details.items() if len(json.dumps(value, default=str)) <= 1000}
        scan = scan.model_copy(update={"details": {**small, "cut": True}, "findings": scan.findings[:40]})
    return scan


def _shortened(call: Any) -> Any:
    return {**call, "args": None} if isinstance(call, dict) else call


def _size(scan: NewScan) -> int:
    # PostgreSQL writes a space behind each comma and colon, as json.dumps does.
    return len(json.dumps([scan.findings, scan.details], ensure_ascii=False, default=str).encode())


def _insert(connection: Connection[DictRow], user_id: UUID, scan: NewScan, more: dict[str, Any]) -> UUID:
    made, kept = uuid4(), kept_whole(scan)
    values = {
        "id": made, "user": user_id, "job": None, "digest": None, **more, **kept.model_dump(), "engine": ENGINE,
        "findings": Jsonb(kept.findings), "details": Jsonb(kept.details),
    }  # fmt: skip
    connection.execute(_ADD, values)
    return made


def _one(connection: Connection[DictRow], query: str, values: dict[str, Any]) -> ScanRow | None:
    with connection.cursor(row_factory=class_row(ScanRow)) as rows:
        return rows.execute(query.encode(), values).fetchone()


_COLUMNS = "id, job_id, scan_type, chain, target, verdict, engine_version, risk_score, findings, details, created_at"
_ADD = """
INSERT INTO security_scans_monthly
    (id, user_id, job_id, scan_type, chain, target, code_hash, verdict, risk_score, findings, details, engine_version,
     request_digest, created_at)
VALUES (%(id)s, %(user)s, %(job)s, %(scan_type)s, %(chain)s, %(target)s, %(code_hash)s, %(verdict)s, %(risk_score)s,
        %(findings)s, %(details)s, %(engine)s, %(digest)s, %(at)s)
ON CONFLICT (job_id, created_at) DO NOTHING
"""
_BY_JOB = f"SELECT {_COLUMNS} FROM security_scans_monthly WHERE user_id = %(user)s AND job_id = %(job)s"  # noqa: S608 - constant columns
_BY_ID = f"SELECT {_COLUMNS} FROM security_scans_monthly WHERE user_id = %(user)s AND id = %(id)s"  # noqa: S608 - constant columns
_BY_DIGEST = """
SELECT id FROM security_scans_monthly
WHERE user_id = %(user)s AND request_digest = %(digest)s AND created_at >= %(since)s
"""
_CONDITIONS = {
    "type": "scan_type = %(type)s",
    "chain": "chain = %(chain)s",
    "target": "target = %(target)s",
    "verdict": "verdict = %(verdict)s",
    "min_score": "risk_score >= %(min_score)s",
    "since": "created_at >= %(since)s",
    "until": "created_at < %(until)s",
    "at": "(created_at, id) < (%(at)s, %(id)s)",
}
_PAGE = f"""
SELECT {_COLUMNS} FROM security_scans_monthly
WHERE user_id = %(user)s
{{conditions}}
ORDER BY created_at DESC, id DESC
LIMIT %(limit)s
"""  # noqa: S608 - constant columns
