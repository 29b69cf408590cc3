"""The SQL of users' words about assets, in the premium database."""

from __future__ import annotations

from uuid import UUID

from psycopg.rows import class_row

from premium.errors import Conflict
from premium.portfolio.valuation.words import Override
from premium.storage.postgres import Database

MOST = 5_000
"""Of one user: more than anybody writes by hand."""


class OverrideStore:
    """What users say of assets, each under row-level security."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, user_id: UUID) -> dict[str, Override]:
        """Return a user's words by asset; by either role."""
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(Override)) as rows:
            found = rows.execute(_ALL, (user_id, MOST)).fetchall()
        return {each.asset: each for each in found}

    def put(self, user_id: UUID, word: Override) -> None:
        """Keep a user's word, which takes the place of an earlier one.

        One that says nothing takes it away.
        """
        with self._database.as_user(user_id) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"overrides:{user_id}",))
            if word.says_nothing:
                connection.execute("DELETE FROM portfolio_overrides WHERE asset = %s", (word.asset,))
                return
            row = connection.execute(
                "SELECT count(*) AS others FROM portfolio_overrides WHERE asset <> %s", (word.asset,)
            ).fetchone()
            if row is not None and row["others"] >= MOST:
                raise Conflict(f"there is a word about {MOST:,} assets already: take one back first")
            connection.execute(_PUT, word.model_dump() | {"user": user_id})


_ALL = """
    SELECT asset, hidden, spam, category, price_usd FROM portfolio_overrides WHERE user_id = %s ORDER BY asset LIMIT %s
"""
_PUT = """
    INSERT INTO portfolio_overrides (user_id, asset, hidden, spam, category, price_usd)
    VALUES (%(user)s, %(asset)s, %(hidden)s, %(spam)s, %(category)s, %(price_usd)s)
    ON CONFLICT (user_id, asset) DO UPDATE SET hidden = excluded.hidden, spam = excluded.spam,
        category = excluded.category, price_usd = excluded.price_usd, updated_at = now()
"""
