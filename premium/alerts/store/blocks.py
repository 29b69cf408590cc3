"""The SQL of `chain_blocks`: how far each chain has been read. By the worker role."""

from __future__ import annotations

import json
from collections.abc import Sequence

from psycopg import Connection
from psycopg.rows import DictRow

from premium.alerts.model import Block
from premium.storage.plain import to_json

KEPT = 256
"""Blocks: a reorganisation never reaches deeper."""


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
            found.append(Block(row["number"], row["hash"], json.loads(row["events"])))
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
