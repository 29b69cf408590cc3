"""How far a source has read its chain: the SQL of `chain_blocks`. By the worker role."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow

from premium.storage.plain import to_json

KEPT = 256
"""Blocks: a reorganisation is never deeper than what is final."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block that has been read, and the events that it gave."""

    number: int
    hash: str
    events: Sequence[dict[str, Any]]


class Cursor:
    """Of one chain, in one transaction: while it is open, no other reads the chain."""

    def __init__(self, connection: Connection[DictRow], chain: str) -> None:
        self._connection = connection
        self._chain = chain

    def only_reader(self) -> bool:
        query = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0)) AS alone"
        row = self._connection.execute(query, (f"chain_blocks:{self._chain}",)).fetchone()
        return bool(row and row["alone"])

    def known(self) -> list[Block]:
        """The newest first, as far back as they follow one another."""
        query = "SELECT number, hash, events FROM chain_blocks WHERE chain = %s ORDER BY number DESC"
        found: list[Block] = []
        for row in self._connection.execute(query, (self._chain,)):
            if found and row["number"] != found[-1].number - 1:
                break
            found.append(Block(row["number"], row["hash"], json.loads(row["events"])))
        return found

    def first(self) -> str | None:
        """The hash of the chain's first block, by which another chain is known."""
        query = "SELECT hash FROM chain_blocks WHERE chain = %s AND number = 0"
        row = self._connection.execute(query, (self._chain,)).fetchone()
        return row["hash"] if row else None

    def add(self, blocks: Sequence[Block]) -> None:
        """The newest 256, and the chain's first, stay."""
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
        """Blocks that the chain does not have any more."""
        self._connection.execute("DELETE FROM chain_blocks WHERE chain = %s AND number > %s", (self._chain, number))
