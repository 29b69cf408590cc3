"""The SQL of positions, in the premium database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from premium.errors import NotFound
from premium.portfolio.positions.found import Found, Position, Stated
from premium.storage.postgres import Database


class PositionStore:
    """What protocols hold for each user's wallets now, one row a position."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, user_id: UUID, at: datetime, positions: Iterable[Stated]) -> None:
        """Make these the current positions, unless a later refresh has already been here; worker role.

        A position that is there keeps its id.
        """
        rows = [_values(user_id, at, each) for each in positions]
        with self._database.transaction() as connection:
            if not rows:
                connection.execute(_GONE, (user_id, at))
                return
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"positions:{user_id}",))
            newest = connection.execute(
                "SELECT max(updated_at) AS at FROM portfolio_positions WHERE user_id = %s", (user_id,)
            ).fetchone()
            if newest is not None and newest["at"] is not None and newest["at"] > at:
                return
            with connection.cursor() as cursor:
                cursor.executemany(_UPSERT, rows)
            connection.execute(_GONE, (user_id, at))

    def found(self, user_id: UUID) -> list[Found]:
        """Return what was last found of a user, without figures; by either role."""
        with self._database.as_user(user_id) as connection:
            rows = connection.execute("SELECT found FROM portfolio_positions WHERE user_id = %s", (user_id,)).fetchall()
        return [Found.model_validate(row["found"]) for row in rows]

    def page(
        self,
        user_id: UUID,
        limit: int,
        after: tuple[Decimal, UUID] | None,
        *,
        kind: str | None = None,
        protocol: str | None = None,
        wallet: str | None = None,
        chain: str | None = None,
    ) -> list[Position]:
        """Return up to `limit` positions, the most valuable first, after the position."""
        value, row_id = after or (None, None)
        values = {"user": user_id, "value": value, "id": row_id, "limit": limit, "kind": kind, "protocol": protocol,
                  "wallet": wallet, "chain": chain}  # fmt: skip
        with self._database.as_user(user_id) as connection:
            return [_position(row) for row in connection.execute(_PAGE, values).fetchall()]

    def get(self, user_id: UUID, position_id: UUID) -> Position:
        """Return one position; NotFound for one that is not the user's."""
        with self._database.as_user(user_id) as connection:
            row = connection.execute(
                "SELECT * FROM portfolio_positions WHERE user_id = %s AND id = %s", (user_id, position_id)
            ).fetchone()
        if row is None:
            raise NotFound("no such position: a refresh removes what is there no more")
        return _position(row)


_PAGE = """
    SELECT * FROM portfolio_positions
    WHERE user_id = %(user)s
      AND EXISTS (SELECT FROM portfolio_wallets w WHERE w.user_id = %(user)s AND w.address = wallet)
      AND (%(kind)s::text IS NULL OR kind = %(kind)s) AND (%(protocol)s::text IS NULL OR protocol = %(protocol)s)
      AND (%(wallet)s::text IS NULL OR wallet = %(wallet)s) AND (%(chain)s::text IS NULL OR chain = %(chain)s)
      AND (%(id)s::uuid IS NULL OR value_usd < %(value)s::numeric
           OR (value_usd = %(value)s::numeric AND id > %(id)s))
    ORDER BY value_usd DESC, id LIMIT %(limit)s
"""
_GONE = "DELETE FROM portfolio_positions WHERE user_id = %s AND updated_at < %s"
_UPSERT = """
    INSERT INTO portfolio_positions (user_id, chain, wallet, protocol, kind, name, value_usd, debts_usd, locked_usd,
                                     claimable_usd, found, lines, is_stale, as_of, updated_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (user_id, chain, wallet, protocol, kind, name) DO UPDATE SET
        value_usd = excluded.value_usd, debts_usd = excluded.debts_usd, locked_usd = excluded.locked_usd,
        claimable_usd = excluded.claimable_usd, found = excluded.found, lines = excluded.lines,
        is_stale = excluded.is_stale, as_of = CASE WHEN excluded.is_stale THEN portfolio_positions.as_of
                                                   ELSE excluded.as_of END,
        updated_at = excluded.updated_at
"""


def _values(user_id: UUID, at: datetime, position: Stated) -> tuple[Any, ...]:
    found = position.found
    return (
        user_id, found.chain, found.wallet, found.protocol, found.kind, found.name, position.value_usd,
        position.debts_usd, position.locked_usd, position.claimable_usd, Jsonb(found.model_dump(mode="json")),
        Jsonb([dict(line) for line in position.lines]), position.is_stale, position.as_of, at,
    )  # fmt: skip


def _position(row: Mapping[str, Any]) -> Position:
    return Position.model_validate(row)
