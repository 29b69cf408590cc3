"""The SQL of portfolios: wallets and current assets in the premium database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg.rows import DictRow, class_row
from pydantic import BaseModel, ConfigDict

from premium.errors import Conflict, NotFound
from premium.portfolio.model import Holding, Snapshot, Wallet
from premium.storage.postgres import Database

MAX_WALLETS = 100


class AssetRow(BaseModel):
    """One asset as the user's list shows it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID
    chain: str
    asset: str
    symbol: str
    category: str
    decimals: int | None
    balance: Decimal
    price_usd: Decimal | None
    price_quality: str
    value_usd: Decimal | None
    is_stale: bool
    as_of: datetime


class PortfolioStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add_wallet(self, user_id: UUID, address: str, label: str | None, chains: Sequence[str]) -> Wallet:
        """Conflict for an address that is watched already, or one too many."""
        with self._database.as_user(user_id) as connection:
            # Two requests at once could each find room for the last wallet.
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"wallets:{user_id}",))
            self._check_room(connection)
            try:
                row = connection.execute(_ADD_WALLET, (user_id, address, label, list(chains))).fetchone()
            except UniqueViolation:
                raise Conflict("this wallet is watched already", details={"address": address}) from None
        return Wallet.model_validate(row)

    def wallets(self, user_id: UUID) -> list[Wallet]:
        """All of them, newest first; by either role."""
        return self.wallets_page(user_id, MAX_WALLETS, None)

    def watches(self, user_id: UUID, address: str, chain: str) -> bool:
        """Whether the user watches the address on this chain."""
        with self._database.as_user(user_id) as connection:
            return connection.execute(_WATCHES, (user_id, address, chain)).fetchone() is not None

    def watching(self) -> list[UUID]:
        """Every user with a wallet; by the worker role, which alone sees them all."""
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT DISTINCT user_id FROM portfolio_wallets ORDER BY user_id")
            return [row["user_id"] for row in rows]

    def wallets_page(self, user_id: UUID, limit: int, after: tuple[datetime, UUID] | None) -> list[Wallet]:
        """Up to `limit` wallets, newest first, after the position."""
        at, wallet_id = after or (None, None)
        values = {"user": user_id, "at": at, "id": wallet_id, "limit": limit}
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(Wallet)) as cursor:
            return cursor.execute(_WALLETS, values).fetchall()

    def remove_wallet(self, user_id: UUID, wallet_id: UUID) -> None:
        with self._database.as_user(user_id) as connection:
            gone = connection.execute("DELETE FROM portfolio_wallets WHERE id = %s", (wallet_id,))
            if gone.rowcount == 0:
                raise NotFound(f"there is no wallet {wallet_id}")

    def replace_assets(self, user_id: UUID, snapshot: Snapshot) -> None:
        """The current assets become the snapshot's, unless a later refresh has already been here."""
        rows = [_asset_values(user_id, snapshot.timestamp, holding) for holding in snapshot.holdings]
        with self._database.transaction() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"assets:{user_id}",))
            newest = connection.execute(
                "SELECT max(updated_at) AS at FROM portfolio_assets WHERE user_id = %s", (user_id,)
            ).fetchone()
            if newest is not None and newest["at"] is not None and newest["at"] > snapshot.timestamp:
                return
            with connection.cursor() as cursor:
                cursor.executemany(_UPSERT, rows)
            keys = [holding.key for holding in snapshot.holdings]
            connection.execute("DELETE FROM portfolio_assets WHERE user_id = %s AND asset <> ALL (%s)", (user_id, keys))

    def assets_page(self, user_id: UUID, limit: int, after: tuple[Decimal | None, UUID] | None) -> list[AssetRow]:
        """Most valuable first, the unpriced last; ties by id, so that pages neither repeat nor skip."""
        value, row_id = after or (None, None)
        values = {"user": user_id, "value": value, "id": row_id, "limit": limit}
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(AssetRow)) as rows:
            return rows.execute(_ASSETS, values).fetchall()

    def _check_room(self, connection: Connection[DictRow]) -> None:
        row = connection.execute("SELECT count(*) AS wallets FROM portfolio_wallets").fetchone()
        if row is not None and row["wallets"] >= MAX_WALLETS:
            raise Conflict(f"no more than {MAX_WALLETS} wallets can be watched")


_ADD_WALLET = """
    INSERT INTO portfolio_wallets (user_id, address, label, chains) VALUES (%s, %s, %s, %s)
    RETURNING id, address, label, chains, created_at
"""
_WALLETS = """
    SELECT id, address, label, chains, created_at FROM portfolio_wallets
    WHERE user_id = %(user)s AND (%(at)s::timestamptz IS NULL OR (created_at, id) < (%(at)s, %(id)s))
    ORDER BY created_at DESC, id DESC LIMIT %(limit)s
"""
_WATCHES = """
    SELECT 1 FROM portfolio_wallets WHERE user_id = %s AND address = %s AND (chains = '{}' OR %s = ANY (chains))
"""
_ASSETS = """
    SELECT id, chain, asset, symbol, category, decimals, balance, price_usd, price_quality, value_usd, is_stale, as_of
    FROM portfolio_assets
    WHERE user_id = %(user)s AND (
        %(id)s::uuid IS NULL
        OR (value_usd IS NULL AND (%(value)s::numeric IS NOT NULL OR id > %(id)s))
        OR value_usd < %(value)s::numeric
        OR (value_usd = %(value)s::numeric AND id > %(id)s))
    ORDER BY value_usd DESC NULLS LAST, id LIMIT %(limit)s
"""
_UPSERT = """
    INSERT INTO portfolio_assets (user_id, chain, asset, symbol, category, decimals, balance, price_usd, price_quality,
                                  value_usd, is_stale, as_of, updated_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (user_id, chain, asset) DO UPDATE SET
        symbol = excluded.symbol, category = excluded.category, decimals = excluded.decimals,
        balance = excluded.balance, price_usd = excluded.price_usd, price_quality = excluded.price_quality,
        value_usd = excluded.value_usd, is_stale = excluded.is_stale, as_of = excluded.as_of,
        updated_at = excluded.updated_at
"""


def _asset_values(user_id: UUID, at: datetime, holding: Holding) -> tuple[Any, ...]:
    price = holding.quote.price
    return (
        user_id, holding.chain, holding.key, holding.symbol, holding.category, holding.decimals, holding.amount,
        price.usd if price else None, holding.quote.quality.value, holding.value, holding.stale, holding.as_of, at,
    )  # fmt: skip
