"""The SQL of watched wallets, in the premium database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg.rows import DictRow, class_row

from premium.entitlements import ENTITLEMENTS, Quota
from premium.errors import Conflict, NotFound
from premium.portfolio.model import Wallet
from premium.portfolio.recognition.wallets import GivenWallet
from premium.storage.postgres import Database

MAX_WALLETS = max(each.wallets for each in ENTITLEMENTS.values())


class WalletStore:
    """Wallets that users watch, each user's under row-level security."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(  # noqa: PLR0917 - the columns of a row
        self,
        user_id: UUID,
        given: str | GivenWallet,
        label: str | None,
        chains: Sequence[str],
        quota: Quota,
        sealed_key: bytes | None = None,
    ) -> Wallet:
        """Add a wallet; Conflict for one that is watched already, or over the quota.

        A text is an EVM address. `sealed_key` is the wallet's key, encrypted.
        """
        made = GivenWallet(address=given, kind="evm") if isinstance(given, str) else given
        with self._database.as_user(user_id) as connection:
            # Two requests at once could each find room for the last wallet.
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"wallets:{user_id}",))
            _check_room(connection, quota)
            try:
                values = (user_id, made.address, label, list(chains), made.kind, made.form, made.gap_limit, sealed_key,
                          made.name, made.name and made.address, made.name)  # fmt: skip
                row = connection.execute(_ADD, values).fetchone()
            except UniqueViolation:
                raise Conflict("this wallet is watched already", details={"address": made.address}) from None
        return Wallet.model_validate(row)

    def all(self, user_id: UUID) -> list[Wallet]:
        """Return all of a user's wallets, newest first; by either role."""
        return self.page(user_id, MAX_WALLETS, None)

    def page(self, user_id: UUID, limit: int, after: tuple[datetime, UUID] | None) -> list[Wallet]:
        """Return up to `limit` wallets, newest first, after the position."""
        at, wallet_id = after or (None, None)
        values = {"user": user_id, "at": at, "id": wallet_id, "limit": limit}
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(Wallet)) as cursor:
            return cursor.execute(_PAGE, values).fetchall()

    def has(self, user_id: UUID, address: str, chain: str) -> bool:
        """Say whether the user watches the address on the chain."""
        with self._database.as_user(user_id) as connection:
            row = connection.execute(
                "SELECT 1 FROM portfolio_wallets"
                " WHERE user_id = %s AND address = %s AND (chains = '{}' OR %s = ANY (chains))",
                (user_id, address, chain),
            ).fetchone()
        return row is not None

    def seal_anew(self, user_id: UUID, wallet_id: UUID, former: bytes, sealed_key: bytes) -> None:
        """Keep a key as the stage's newest secret encrypts it; worker role."""
        with self._database.as_user(user_id) as connection:
            connection.execute(
                "UPDATE portfolio_wallets SET sealed_key = %s WHERE id = %s AND sealed_key = %s",
                (sealed_key, wallet_id, former),
            )

    def change(
        self,
        user_id: UUID,
        wallet_id: UUID,
        label: str | None,
        chains: Sequence[str],
        gap_limit: int | None = None,
    ) -> Wallet:
        """Give a wallet another label and other chains, and a key another gap limit.

        None leaves the limit as it is.

        NotFound for one that is not the user's.
        """
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(Wallet)) as cursor:
            row = cursor.execute(_CHANGE, (label, list(chains), gap_limit, wallet_id)).fetchone()
        if row is None:
            raise NotFound(f"there is no wallet {wallet_id}")
        return row

    def get(self, user_id: UUID, wallet_id: UUID) -> Wallet:
        """Return a wallet; NotFound for one that is not the user's."""
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(Wallet)) as cursor:
            row = cursor.execute(_GET, (wallet_id,)).fetchone()
        if row is None:
            raise NotFound(f"there is no wallet {wallet_id}")
        return row

    def remove(self, user_id: UUID, wallet_id: UUID) -> None:
        """Remove a wallet; NotFound for one that is not the user's."""
        with self._database.as_user(user_id) as connection:
            gone = connection.execute("DELETE FROM portfolio_wallets WHERE id = %s", (wallet_id,))
            if gone.rowcount == 0:
                raise NotFound(f"there is no wallet {wallet_id}")

    def ids(self, user_id: UUID) -> list[UUID]:
        """Return the ids of a user's wallets, the oldest first."""
        with self._database.as_user(user_id) as connection:
            statement = "SELECT id FROM portfolio_wallets WHERE user_id = %s ORDER BY created_at, id"
            return [row["id"] for row in connection.execute(statement, (user_id,))]

    def users(self) -> list[UUID]:
        """Return every user with a wallet; by the worker role, which alone sees them all."""
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT DISTINCT user_id FROM portfolio_wallets ORDER BY user_id")
            return [row["user_id"] for row in rows]


def _check_room(connection: Connection[DictRow], quota: Quota) -> None:
    row = connection.execute("SELECT count(*) AS wallets FROM portfolio_wallets").fetchone()
    if row is not None and row["wallets"] >= quota.most:
        raise Conflict(quota.refusal, details=quota.details)


_COLUMNS = (
    "id, address, label, chains, created_at, kind, form, gap_limit, sealed_key, name, name_address, name_checked_at"
)
_ADD = f"""
    INSERT INTO portfolio_wallets (user_id, address, label, chains, kind, form, gap_limit, sealed_key, name,
        name_address, name_checked_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, CASE WHEN %s::text IS NOT NULL THEN now() END) RETURNING {_COLUMNS}
"""  # noqa: S608 - our own columns
_CHANGE = f"""
    UPDATE portfolio_wallets SET label = %s, chains = %s, gap_limit = coalesce(%s, gap_limit) WHERE id = %s
    RETURNING {_COLUMNS}
"""  # noqa: S608 - as above
_GET = f"SELECT {_COLUMNS} FROM portfolio_wallets WHERE id = %s"  # noqa: S608 - as above
_PAGE = f"""
    SELECT {_COLUMNS} FROM portfolio_wallets
    WHERE user_id = %(user)s AND (%(at)s::timestamptz IS NULL OR (created_at, id) < (%(at)s, %(id)s))
    ORDER BY created_at DESC, id DESC LIMIT %(limit)s
"""  # noqa: S608 - as above
