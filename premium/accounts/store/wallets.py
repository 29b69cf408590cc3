"""Read and write the wallets that users log in with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection, Rollback
from psycopg.rows import class_row

from premium.accounts.model import KnownWallet, Wallet
from premium.accounts.store.ways_in import WaysIn
from premium.errors import Conflict, NotFound
from premium.storage.postgres import Database

_WALLET = "id, address, kind, chain_id, is_primary, proven_at, last_login_at"
_OF_USER = f"SELECT {_WALLET} FROM user_wallets WHERE user_id = %s ORDER BY is_primary DESC, created_at, id LIMIT 100"  # noqa: S608 - a constant of ours


Opens = Callable[[Connection[Any], UUID], bool]
"""Tells, in the caller's transaction, whether something beside wallets logs a user in."""


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
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(Wallet)) as cursor:
            return cursor.execute(_OF_USER, [user_id]).fetchall()

    def add(self, user_id: UUID, address: str, kind: str, chain_id: int, *, room: int) -> Wallet | None:
        """Add a wallet to its user; None where somebody has it.

        Conflict where there are `room` already.
        """
        statement = f"""INSERT INTO user_wallets (user_id, address, kind, chain_id, is_primary)
                        VALUES (%(user)s, %(address)s, %(kind)s, %(chain)s,
                                NOT EXISTS (SELECT FROM user_wallets WHERE user_id = %(user)s))
                        ON CONFLICT (lower(address)) DO NOTHING RETURNING {_WALLET}"""  # noqa: S608 - a constant of ours
        values = {"user": user_id, "address": address, "kind": kind, "chain": chain_id}
        with self._changing(user_id) as connection, connection.cursor(row_factory=class_row(Wallet)) as cursor:
            there = cursor.execute(_OF_USER, [user_id]).fetchall()
            if len(there) >= room and address.lower() not in {each.address.lower() for each in there}:
                raise Conflict(f"There are {room} wallets already; remove one first")
            made = cursor.execute(statement, values).fetchone()
            _show_first(connection, user_id)
        return made

    def remove(self, user_id: UUID, wallet_id: UUID, *, other: Opens) -> Wallet:
        """Remove a user's wallet; the oldest of the others is then his first.

        NotFound for another's; Conflict for the last one of a user whom nothing else logs in.
        """
        with self._changing(user_id) as connection, connection.cursor(row_factory=class_row(Wallet)) as cursor:
            there = cursor.execute(_OF_USER, [user_id]).fetchall()
            wallet = next((each for each in there if each.id == wallet_id), None)
            if wallet is None:
                raise NotFound("There is no such wallet")
            if len(there) == 1 and not other(connection, user_id):
                raise Conflict("This wallet is the only way in; add another wallet or another login before it goes")
            connection.execute("DELETE FROM user_wallets WHERE id = %s", [wallet_id])
            if wallet.is_primary and len(there) > 1:
                heir = next(each for each in there if each.id != wallet_id)
                connection.execute("UPDATE user_wallets SET is_primary = true WHERE id = %s", [heir.id])
            _show_first(connection, user_id)
        return wallet

    @contextmanager
    def _changing(self, user_id: UUID) -> Iterator[Connection[Any]]:
        with self._database.as_user(user_id) as connection:
            WaysIn.held(connection, user_id)
            yield connection


def _show_first(connection: Connection[Any], user_id: UUID) -> None:
    """Have the profile name the user's first wallet."""
    statement = """UPDATE premium_users SET updated_at = now(), wallet_address = (
                       SELECT address FROM user_wallets WHERE user_id = %(user)s AND is_primary
                   ) WHERE id = %(user)s"""
    connection.execute(statement, {"user": user_id})
