"""Read and write the wallets that users log in with."""

from __future__ import annotations

from uuid import UUID, uuid4

from psycopg import Rollback
from psycopg.rows import class_row

from premium.accounts.model import KnownWallet, Wallet
from premium.storage.postgres import Database


class WalletStore:
    """The SQL of wallets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def owner(self, address: str) -> KnownWallet | None:
        """Return whose wallet this is, None for one that is not known."""
        with (
            self._database.transaction() as connection,
            connection.cursor(row_factory=class_row(KnownWallet)) as cursor,
        ):
            return cursor.execute("SELECT * FROM wallet_owner(%s)", [address]).fetchone()

    def add_user(self, external_id: str, address: str, kind: str, chain_id: int) -> bool:
        """Make a user with his first wallet; False, and nothing made, where somebody has it."""
        new, added = uuid4(), False
        with self._database.as_user(new) as connection:
            connection.execute("INSERT INTO premium_users (id, external_id) VALUES (%s, %s)", [new, external_id])
            statement = """INSERT INTO user_wallets (user_id, address, kind, chain_id, is_primary, last_login_at)
                           VALUES (%s, %s, %s, %s, true, now()) ON CONFLICT DO NOTHING"""
            added = connection.execute(statement, [new, address, kind, chain_id]).rowcount == 1
            if not added:
                raise Rollback  # the user goes with it
            connection.execute("UPDATE premium_users SET wallet_address = %s WHERE id = %s", [address, new])
        return added

    def logged_in(self, user_id: UUID, address: str) -> None:
        """Write down that a user logs in with a wallet now."""
        statement = "UPDATE user_wallets SET last_login_at = now() WHERE user_id = %s AND lower(address) = lower(%s)"
        with self._database.as_user(user_id) as connection:
            connection.execute(statement, [user_id, address])

    def of_user(self, user_id: UUID) -> list[Wallet]:
        """Return a user's wallets, the first one first."""
        statement = """SELECT id, address, kind, chain_id, is_primary, proven_at, last_login_at FROM user_wallets
                       WHERE user_id = %s ORDER BY created_at, id LIMIT 100"""
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(Wallet)) as cursor:
            return cursor.execute(statement, [user_id]).fetchall()
