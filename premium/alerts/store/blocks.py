"""The SQL of `chain_blocks`: how far each chain has been read. By the worker role."""

from __future__ import annotations

import json
from collections.abc import Sequence

from psycopg import Connection
from psycopg.rows import DictRow, class_row

from premium.alerts.language.earlier_events import in_present_form
from premium.alerts.model import Block, NewestBlock
from premium.storage.plain import to_json
from premium.storage.postgres import Database

KEPT = 256
"""Blocks: a reorganisation never reaches deeper."""


class NewestBlocks:
    """The newest block that was read of each chain, for everybody."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[NewestBlock]:
        """Return one block a chain; one without events has no known time."""
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(NewestBlock)) as rows:
            return rows.execute(_NEWEST).fetchall()


class ChainBlocks:
    """The blocks of one chain, in one transaction."""

    def __init__(self, connection: Connection[DictRow], chain: str) -> None:
        self._connection = connection
        self._chain = chain

    def lock(self) -> bool:
        """Become the chain's only reader until the transaction ends; return False where another is."""
        query = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0)) AS alone"
        row = self._connection.execute(query, (f"chain_blocks:{self._chain}",)).fetchone()
        return bool(row and row["alone"])

    def known(self) -> list[Block]:
        """Return the blocks that follow one another without a gap, the newest first."""
        query = "SELECT number, hash, events FROM chain_blocks WHERE chain = %s ORDER BY number DESC"
        found: list[Block] = []
        for row in self._connection.execute(query, (self._chain,)):
            if found and row["number"] != found[-1].number - 1:
                break
            events = [dict(in_present_form(event)) for event in json.loads(row["events"])]
            found.append(Block(row["number"], row["hash"], events))
        return found

    def first_hash(self) -> str | None:
        """Return the hash of the chain's first block, which tells it from another chain."""
        query = "SELECT hash FROM chain_blocks WHERE chain = %s AND number = 0"
        row = self._connection.execute(query, (self._chain,)).fetchone()
        return row["hash"] if row else None

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


_NEWEST = """
SELECT chains.chain, newest.number, (newest.events::json -> 0 ->> 'timestamp')::timestamptz AS time
FROM (SELECT DISTINCT chain FROM chain_blocks) AS chains
CROSS JOIN LATERAL (
    SELECT number, events FROM chain_blocks b WHERE b.chain = chains.chain ORDER BY number DESC LIMIT 1
) AS newest
"""
