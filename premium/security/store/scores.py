"""The SQL of scores of addresses, which belong to nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from premium.security.model import ENGINE, ScoreRow
from premium.storage.postgres import Database


class ScoreStore:
    """The last score of each address."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, chain: str, address: str) -> ScoreRow | None:
        """Return the last score of a checksummed address."""
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(ScoreRow)) as rows:
            return rows.execute(_GET, {"chain": chain, "address": address}).fetchone()

    def set(self, row: ScoreRow, reads_digest: bytes | None, code_hash: bytes | None) -> None:
        """Keep a score unless a newer one is there; by the worker role."""
        values: Mapping[str, Any] = {
            **row.model_dump(), "factors": Jsonb(row.risk_factors), "engine": ENGINE, "reads": reads_digest,
            "hash": code_hash,
        }  # fmt: skip
        with self._database.transaction() as connection:
            connection.execute(_SET, values)

    def outdated(self, limit: int) -> list[tuple[str, str]]:
        """Return chains and addresses whose score an earlier engine made, the oldest first."""
        with self._database.transaction() as connection:
            rows = connection.execute(_OUTDATED, {"engine": ENGINE, "limit": limit}).fetchall()
        return [(row["chain"], row["address"]) for row in rows]


_GET = """
SELECT chain, address, risk_score, verdict, risk_factors, block_number, updated_at FROM risk_scores
WHERE chain = %(chain)s AND address = %(address)s AND verdict IS NOT NULL
"""
_SET = """
INSERT INTO risk_scores (chain, address, risk_score, verdict, risk_factors, block_number, engine_version, reads_digest,
                         code_hash, updated_at)
VALUES (%(chain)s, %(address)s, %(risk_score)s, %(verdict)s, %(factors)s, %(block_number)s, %(engine)s, %(reads)s,
        %(hash)s, %(updated_at)s)
ON CONFLICT (chain, address) DO UPDATE SET
    risk_score = excluded.risk_score, verdict = excluded.verdict, risk_factors = excluded.risk_factors,
    block_number = excluded.block_number, engine_version = excluded.engine_version,
    reads_digest = excluded.reads_digest, code_hash = excluded.code_hash, updated_at = excluded.updated_at
WHERE risk_scores.updated_at <= excluded.updated_at
"""
_OUTDATED = """
SELECT chain, address FROM risk_scores WHERE engine_version IS DISTINCT FROM %(engine)s
ORDER BY updated_at LIMIT %(limit)s
"""
