"""The SQL of `portfolio_touch_cursors`, and of whom blocks concern; by the worker role."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from premium.storage.postgres import Database


class SeenBlock(NamedTuple):
    """A block that was looked through."""

    number: int
    hash: str


class TouchStore:
    """How far chains were looked through for transfers of watched wallets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def turn(self, chain: str) -> Iterator[Turn | None]:
        """Hold a chain's cursor, alone, to the end of the body.

        None where another process has it.
        """
        with self._database.transaction() as connection:
            connection.execute(_BEGIN, (chain,))
            row = connection.execute(_TAKE, (chain,)).fetchone()
            yield None if row is None else Turn(connection, chain, [SeenBlock(*each) for each in row["seen"]])


class Turn:
    """One look at a chain's new blocks, in one transaction."""

    def __init__(self, connection: Connection[DictRow], chain: str, seen: Sequence[SeenBlock]) -> None:
        self._connection, self._chain, self.seen = connection, chain, seen

    def watching(self, addresses: Sequence[str]) -> list[UUID]:
        """Return the users who watch one of the checksummed addresses on the chain."""
        rows = self._connection.execute(_WATCHING, {"addresses": list(addresses), "chain": self._chain})
        return [row["user_id"] for row in rows]

    def booked_after(self, number: int) -> list[UUID]:
        """Return the users with flows of the chain's later blocks."""
        rows = self._connection.execute(_BOOKED, (self._chain, number))
        return [row["user_id"] for row in rows]

    def keep(self, seen: Sequence[SeenBlock]) -> None:
        """Say how far the chain was looked through."""
        self._connection.execute(_KEEP, (Jsonb([list(each) for each in seen]), self._chain))


_BEGIN = "INSERT INTO portfolio_touch_cursors (chain, seen) VALUES (%s, '[]') ON CONFLICT (chain) DO NOTHING"
_TAKE = "SELECT seen FROM portfolio_touch_cursors WHERE chain = %s FOR UPDATE SKIP LOCKED"
_KEEP = "UPDATE portfolio_touch_cursors SET seen = %s, updated_at = now() WHERE chain = %s"
_WATCHING = """
    SELECT DISTINCT user_id FROM portfolio_wallets
    WHERE address = ANY (%(addresses)s) AND (chains = '{}' OR %(chain)s = ANY (chains)) ORDER BY user_id
"""
_BOOKED = "SELECT DISTINCT user_id FROM portfolio_flows WHERE chain = %s AND block > %s ORDER BY user_id"
