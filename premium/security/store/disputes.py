"""The SQL of disputes and of findings that staff withdrew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from premium.clock import rfc3339
from premium.errors import Conflict, NotFound
from premium.security.judgement.answer import Withdrawal
from premium.security.model import DisputeRow
from premium.storage.postgres import Database


class DisputeStore:
    """Disputes of users, and their answers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, user_id: UUID, *, chain: str, target: str, scan_id: UUID | None, finding: str, text: str
    ) -> DisputeRow:
        """Add a dispute of a user."""
        values = {"user": user_id, "chain": chain, "target": target, "scan": scan_id, "finding": finding, "text": text}
        with (
            self._database.as_user(user_id) as connection,
            connection.cursor(row_factory=class_row(DisputeRow)) as rows,
        ):
            made = rows.execute(_ADD.encode(), values).fetchone()
        if made is None:
            raise NotFound("the dispute is gone")
        return made

    def page(self, user_id: UUID, limit: int, after: tuple[datetime, UUID] | None) -> list[DisputeRow]:
        """Return up to `limit` disputes of a user, newest first, after the position."""
        at, dispute = after or (None, None)
        values = {"user": user_id, "at": at, "id": dispute, "limit": limit}
        with (
            self._database.as_user(user_id) as connection,
            connection.cursor(row_factory=class_row(DisputeRow)) as rows,
        ):
            return rows.execute(_PAGE.encode(), values).fetchall()

    def open(self, limit: int = 100) -> list[dict[str, Any]]:
        """Return open disputes of all users, the oldest first; by the worker role."""
        with self._database.transaction() as connection:
            return connection.execute(_OPEN, {"limit": limit}).fetchall()

    def count_open(self) -> int:
        """Return how many disputes are open; by the worker role."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT count(*) AS n FROM security_disputes WHERE status = 'open'").fetchone()
        return int(row["n"]) if row else 0

    def answer(
        self, dispute_id: UUID, *, by: str, reason: str, now: datetime, evidence: str | None = None,
        until: datetime | None = None,
    ) -> DisputeRow:  # fmt: skip
        """Answer an open dispute; with `until` the finding is withdrawn until then, else upheld.

        By the worker role. NotFound for none, Conflict for one that is answered.
        """
        status = "upheld" if until is None else "withdrawn"
        values = {"id": dispute_id, "status": status, "answer": reason, "by": by, "now": now}
        with self._database.transaction() as connection:
            with connection.cursor(row_factory=class_row(DisputeRow)) as rows:
                row = rows.execute(_ANSWER.encode(), values).fetchone()
                if row is None:
                    known = connection.execute("SELECT FROM security_disputes WHERE id = %s", (dispute_id,)).fetchone()
                    if known is None:
                        raise NotFound(f"there is no dispute {dispute_id}")
                    raise Conflict(f"the dispute {dispute_id} is answered already")
            if until is not None:
                more = {"evidence": evidence, "until": until, "chain": row.chain, "target": row.target}
                connection.execute(_OVERRIDE, {**values, **more, "finding": row.finding})
        return row

    def withdrawn(self, chain: str, target: str, now: datetime) -> list[Withdrawal]:
        """Return the findings of a target (checksummed) that are withdrawn now."""
        with self._database.transaction() as connection:
            rows = connection.execute(_WITHDRAWN, {"chain": chain, "target": target, "now": now}).fetchall()
        return [
            Withdrawal(row["finding"], row["author"], row["reason"], row["evidence"], rfc3339(row["until"]))
            for row in rows
        ]


_COLUMNS: Sequence[str] = (
    "id", "chain", "target", "scan_id", "finding", "text", "status", "answer", "answered_at", "created_at"
)  # fmt: skip
_LISTED = ", ".join(_COLUMNS)
_ADD = f"""
INSERT INTO security_disputes (user_id, chain, target, scan_id, finding, text)
VALUES (%(user)s, %(chain)s, %(target)s, %(scan)s, %(finding)s, %(text)s)
RETURNING {_LISTED}
"""  # noqa: S608 - constant columns
_PAGE = f"""
SELECT {_LISTED} FROM security_disputes
WHERE user_id = %(user)s
  AND (%(at)s::timestamptz IS NULL OR (created_at, id) < (%(at)s::timestamptz, %(id)s::uuid))
ORDER BY created_at DESC, id DESC
LIMIT %(limit)s
"""  # noqa: S608 - constant columns
_OPEN = """
SELECT id, user_id, chain, target, scan_id, finding, text, created_at FROM security_disputes
WHERE status = 'open' ORDER BY created_at LIMIT %(limit)s
"""
_ANSWER = f"""
UPDATE security_disputes SET status = %(status)s, answer = %(answer)s, answered_by = %(by)s, answered_at = %(now)s
WHERE id = %(id)s AND status = 'open'
RETURNING {_LISTED}
"""  # noqa: S608 - constant columns
_OVERRIDE = """
INSERT INTO security_overrides (dispute_id, chain, target, finding, author, reason, evidence, until, created_at)
VALUES (%(id)s, %(chain)s, %(target)s, %(finding)s, %(by)s, %(answer)s, %(evidence)s, %(until)s, %(now)s)
"""
_WITHDRAWN = """
SELECT DISTINCT ON (finding) finding, author, reason, evidence, until FROM security_overrides
WHERE chain = %(chain)s AND target = %(target)s AND until > %(now)s ORDER BY finding, until DESC
"""
