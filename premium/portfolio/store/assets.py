"""The SQL of current assets, in the premium database."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from premium.errors import NotFound
from premium.portfolio.model import AssetRow, Holding, Snapshot
from premium.storage.postgres import Database


class AssetStore:
    """What each user holds now, one row an asset."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, user_id: UUID, snapshot: Snapshot) -> None:
        """Make the snapshot's holdings the current assets, unless a later refresh has already been here."""
        rows = [_values(holding) for holding in snapshot.holdings]
        with self._database.transaction() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"assets:{user_id}",))
            newest = connection.execute(
                "SELECT max(updated_at) AS at FROM portfolio_assets WHERE user_id = %s", (user_id,)
            ).fetchone()
            if newest is not None and newest["at"] is not None and newest["at"] > snapshot.timestamp:
                return
            if rows:  # all by one statement: a statement each cost a run more than all else of it
                connection.execute(_UPSERT, (user_id, snapshot.timestamp, Jsonb(rows)))
            keys = [holding.key for holding in snapshot.holdings]
            connection.execute("DELETE FROM portfolio_assets WHERE user_id = %s AND asset <> ALL (%s)", (user_id, keys))

    def page(
        self,
        user_id: UUID,
        limit: int,
        after: tuple[Decimal | None, UUID] | None,
        *,
        spam: bool = True,
        chain: str | None = None,
    ) -> list[AssetRow]:
        """Return up to `limit` assets, the most valuable first, after the position.

        With spam, unless that is False; of one chain, where it is named.

        The unpriced come last; ties go by id, so that pages neither repeat nor skip.
        """
        value, row_id = after or (None, None)
        values = {"user": user_id, "value": value, "id": row_id, "limit": limit, "spam": spam, "chain": chain}
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(AssetRow)) as rows:
            return rows.execute(_PAGE, values).fetchall()

    def get(self, user_id: UUID, asset: str) -> AssetRow:
        """Return one asset; NotFound for one that is not held."""
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(AssetRow)) as rows:
            row = rows.execute(_GET, (user_id, asset)).fetchone()
        if row is None:
            raise NotFound("no wallet holds this asset: GET /v1/portfolio/assets lists them")
        return row


_COLUMNS = """id, chain, asset, symbol, category, decimals, balance, price_usd, price_quality, value_usd,
    is_stale, as_of, why"""
_GET = f"SELECT {_COLUMNS} FROM portfolio_assets WHERE user_id = %s AND asset = %s"  # noqa: S608 - our own columns
_PAGE = """
    SELECT id, chain, asset, symbol, category, decimals, balance, price_usd, price_quality,
           value_usd, is_stale, as_of, why
    FROM portfolio_assets
    WHERE user_id = %(user)s AND (%(spam)s OR why IS DISTINCT FROM 'spam')
        AND (%(chain)s::text IS NULL OR chain = %(chain)s) AND (
        %(id)s::uuid IS NULL
        OR (value_usd IS NULL AND (%(value)s::numeric IS NOT NULL OR id > %(id)s))
        OR value_usd < %(value)s::numeric
        OR (value_usd = %(value)s::numeric AND id > %(id)s))
    ORDER BY value_usd DESC NULLS LAST, id LIMIT %(limit)s
"""
_UPSERT = """
    INSERT INTO portfolio_assets (user_id, updated_at, chain, asset, symbol, category, decimals, balance, price_usd,
                                  price_quality, value_usd, is_stale, as_of, why)
    SELECT %s, %s, r.* FROM jsonb_to_recordset(%s) AS r (chain text, asset text, symbol text, category text,
        decimals smallint, balance numeric, price_usd numeric, price_quality text, value_usd numeric, is_stale boolean,
        as_of timestamptz, why text)
    ON CONFLICT (user_id, chain, asset) DO UPDATE SET
        symbol = excluded.symbol, category = excluded.category, decimals = excluded.decimals,
        balance = excluded.balance, price_usd = excluded.price_usd, price_quality = excluded.price_quality,
        value_usd = excluded.value_usd, is_stale = excluded.is_stale, as_of = excluded.as_of,
        updated_at = excluded.updated_at, why = excluded.why
"""


def _values(holding: Holding) -> dict[str, Any]:
    price = holding.quote.price
    return {
        "chain": holding.chain, "asset": holding.key, "symbol": holding.symbol, "category": holding.category,
        "decimals": holding.decimals, "balance": str(holding.amount), "price_usd": str(price.usd) if price else None,
        "price_quality": holding.quote.quality.value,
        "value_usd": None if holding.value is None else str(holding.value), "is_stale": holding.stale,
        "as_of": holding.as_of.isoformat(), "why": holding.judged.why if holding.judged else None,
    }  # fmt: skip
