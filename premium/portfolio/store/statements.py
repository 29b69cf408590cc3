"""The SQL of each user's newest statement, in the premium database."""

from __future__ import annotations

from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from premium.portfolio.model import Statement
from premium.storage.postgres import Database


class StatementStore:
    """What each user holds and owes, as it was last stated."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, user_id: UUID) -> Statement | None:
        """Return the user's newest statement; by either role."""
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(Statement)) as rows:
            return rows.execute(
                "SELECT job_id, as_of, answer, created_at AS booked_since FROM portfolio_statements WHERE user_id = %s",
                (user_id,),
            ).fetchone()

    def keep(self, user_id: UUID, statement: Statement) -> None:
        """Keep a statement, unless a later refresh has already been here; worker role."""
        with self._database.transaction() as connection:
            connection.execute(
                """INSERT INTO portfolio_statements AS s (user_id, job_id, as_of, answer) VALUES (%s, %s, %s, %s)
                   ON CONFLICT (user_id) DO UPDATE SET job_id = excluded.job_id, as_of = excluded.as_of,
                       answer = excluded.answer, updated_at = now() WHERE s.as_of <= excluded.as_of""",
                (user_id, statement.job_id, statement.as_of, Jsonb(dict(statement.answer))),
            )
