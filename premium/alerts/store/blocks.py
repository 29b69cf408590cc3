"""The SQL of `chain_blocks` and `chain_readers`.

How far each chain is read, and by whom. By the worker role.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.rows import DictRow, class_row

from premium.alerts.language.earlier_events import in_present_form
from premium.alerts.model import Block, NewestBlock
from premium.storage.plain import to_json
from premium.storage.postgres import Database

KEPT = 256
"""Blocks: a reorganisation never reaches deeper."""
READER_SECONDS = 15.0
"""The time after which another process may read a chain whose reader gives no sign."""


class NewestBlocks:
    """The newest block that was read of each chain, for everybody."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[NewestBlock]:
        """Return one block a chain; one without events has no known time."""
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(NewestBlock)) as rows:
            return rows.execute(_NEWEST).fetchall()


class BlockPages:
    """The blocks that are kept of chains, for those who follow them.

    By the worker role.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self, chain: str) -> Block | None:
        """Return the newest block of a chain; None before the first."""
        return next(iter(self._blocks(_LAST, (chain,))), None)

    def oldest(self, chain: str) -> int:
        """Return the number of the oldest kept block beside the chain's first.

        0 where there is none.
        """
        with self._database.transaction() as connection:
            row = connection.execute(_OLDEST, (chain,)).fetchone()
        return int(row["number"] or 0) if row else 0

    def after(self, chain: str, number: int, most: int) -> list[Block]:
        """Return up to `most` blocks with higher numbers, the lowest first."""
        return self._blocks(_AFTER, (chain, number, most))

    def hashes(self, chain: str, numbers: Sequence[int]) -> dict[int, str]:
        """Return the hashes of the kept ones of these blocks."""
        with self._database.transaction() as connection:
            rows = connection.execute(_HASHES, (chain, list(numbers)))
            return {row["number"]: row["hash"] for row in rows}

    def _blocks(self, query: LiteralString, values: tuple[object, ...]) -> list[Block]:
        with self._database.transaction() as connection:
            rows = connection.execute(query, values).fetchall()
        return [Block(row["number"], row["hash"], _events(row["events"])) for row in rows]


def _events(text: str) -> list[dict[str, Any]]:
    return [dict(in_present_form(event)) for event in json.loads(text)]


class ChainBlocks:
    """The blocks of one chain, in one transaction."""

    def __init__(self, connection: Connection[DictRow], chain: str) -> None:
        self._connection = connection
        self._chain = chain

    def known(self) -> list[Block]:
        """Return the blocks that follow one another without a gap, the newest first."""
        query = "SELECT number, hash, events FROM chain_blocks WHERE chain = %s ORDER BY number DESC"
        found: list[Block] = []
        for row in self._connection.execute(query, (self._chain,)):
            if found and row["number"] != found[-1].number - 1:
                break
            found.append(Block(row["number"], row["hash"], _events(row["events"])))
        return found

    def newest(self) -> str | None:
        """Return the hash of the newest block that was read."""
        query = "SELECT hash FROM chain_blocks WHERE chain = %s ORDER BY number DESC LIMIT 1"
        return self._hash(query)

    def first_hash(self) -> str | None:
        """Return the hash of the chain's first block, which tells it from another chain."""
        return self._hash("SELECT hash FROM chain_blocks WHERE chain = %s AND number = 0")

    def add(self, blocks: Sequence[Block]) -> None:
        """Keep blocks; the newest 256 and the chain's first stay."""
        if not blocks:
            return
        with self._connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO chain_blocks (chain, number, hash, events) VALUES (%s, %s, %s, %s)",
                [(self._chain, one.number, one.hash, to_json(list(one.events))) for one in blocks],
            )
        self._connection.execute(
            "DELETE FROM chain_blocks WHERE chain = %s AND number > 0 AND number <= %s",
            (self._chain, blocks[-1].number - KEPT),
        )

    def forget_after(self, number: int) -> None:
        """Remove blocks that the chain no longer has."""
        self._connection.execute("DELETE FROM chain_blocks WHERE chain = %s AND number > %s", (self._chain, number))

    def _hash(self, query: str) -> str | None:
        row = self._connection.execute(query.encode(), (self._chain,)).fetchone()
        return row["hash"] if row else None


class ChainReader:
    """The hold of one process on one chain.

    What it reads of the node meanwhile is in no transaction.
    """

    def __init__(self, database: Database, chain: str, owner: str) -> None:
        self.chain = chain
        self._database = database
        self._names = {"chain": chain, "owner": owner, "seconds": READER_SECONDS, "lock": f"chain_blocks:{chain}"}

    def claim(self) -> bool:
        """Become the chain's only reader; return False where another process is."""
        with self._database.transaction() as connection:
            row = connection.execute(_TRY, self._names).fetchone()
            return bool(row and row["alone"]) and connection.execute(_CLAIM, self._names).rowcount > 0

    def holds(self, connection: Connection[DictRow]) -> bool:
        """Renew the hold in a transaction, to its end.

        Return False where another process has taken the chain.
        """
        connection.execute(_LOCK, self._names)
        return connection.execute(_RENEW, self._names).rowcount > 0

    def renew(self) -> bool:
        """Renew the hold; return False where another process has taken the chain."""
        with self._database.transaction() as connection:
            return self.holds(connection)

    def release(self) -> None:
        """Let the next process read the chain at once."""
        with self._database.transaction() as connection:
            connection.execute(_RELEASE, self._names)

    def note(self, text: str) -> None:
        """Say for operators how the reading goes."""
        with self._database.transaction() as connection:
            connection.execute(_NOTE, self._names | {"note": text[:500]})


# Processes of the release before held this lock while they asked the node; now it orders the moments of claims.
_TRY = "SELECT pg_try_advisory_xact_lock(hashtextextended(%(lock)s, 0)) AS alone"
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%(lock)s, 0))"
_CLAIM = """
INSERT INTO chain_readers AS r (chain, owner, expires_at)
VALUES (%(chain)s, %(owner)s, clock_timestamp() + make_interval(secs => %(seconds)s))
ON CONFLICT (chain) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at
WHERE r.owner = excluded.owner OR r.expires_at < clock_timestamp()
"""
_RENEW = """
UPDATE chain_readers SET expires_at = clock_timestamp() + make_interval(secs => %(seconds)s)
WHERE chain = %(chain)s AND owner = %(owner)s
"""
# Now, not minus infinity: operators see when the chain was last read.
_RELEASE = "UPDATE chain_readers SET expires_at = clock_timestamp() WHERE chain = %(chain)s AND owner = %(owner)s"
_NOTE = """
UPDATE chain_readers SET note = %(note)s, noted_at = clock_timestamp() WHERE chain = %(chain)s AND owner = %(owner)s
"""
_LAST = "SELECT number, hash, events FROM chain_blocks WHERE chain = %s ORDER BY number DESC LIMIT 1"
_OLDEST = "SELECT min(number) AS number FROM chain_blocks WHERE chain = %s AND number > 0"
_AFTER = """
SELECT number, hash, events FROM chain_blocks WHERE chain = %s AND number > %s ORDER BY number LIMIT %s
"""
_HASHES = "SELECT number, hash FROM chain_blocks WHERE chain = %s AND number = ANY (%s)"
_NEWEST = """
SELECT chains.chain, newest.number, (newest.events::json -> 0 ->> 'timestamp')::timestamptz AS time
FROM (SELECT DISTINCT chain FROM chain_blocks) AS chains
CROSS JOIN LATERAL (
    SELECT number, events FROM chain_blocks b WHERE b.chain = chains.chain ORDER BY number DESC LIMIT 1
) AS newest
"""
