"""The SQL of analyses of codes, which belong to nobody.

A code is public, and says nothing of who asked.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb
from pydantic import ValidationError

from premium.chains.addresses import keccak256
from premium.security.contract.analysis import CodeAnalysis, analysed
from premium.security.model import ENGINE
from premium.storage.postgres import Database


class Analyses:
    """Analyses by code and engine, shared by all chains, addresses and workers."""

    def __init__(self, database: Database, *, anew: bool = False) -> None:
        """Take the worker's database; `anew`: nothing that is kept counts."""
        self._database, self._anew = database, anew

    def of(self, code: bytes) -> CodeAnalysis:
        """Return a code's analysis: kept, or made and kept; the first of two workers' stays."""
        digest = keccak256(code)
        kept = None if self._anew else self._kept(digest)
        if kept is not None:
            return kept
        made = analysed(code)
        with self._database.transaction() as connection:
            connection.execute(_ADD, {"hash": digest, "engine": ENGINE, "signals": Jsonb(made.model_dump(mode="json"))})
        return made

    def _kept(self, digest: bytes) -> CodeAnalysis | None:
        with self._database.transaction() as connection:
            row = connection.execute(_GET, {"hash": digest, "engine": ENGINE}).fetchone()
        try:
            return CodeAnalysis.model_validate(row["signals"]) if row is not None else None
        except ValidationError:
            return None  # of another form: the engine's version was not raised with it

    def forget(self, before: datetime) -> int:
        """Delete analyses of other engines, and those made before a time; return how many went."""
        with self._database.transaction(statement_timeout_ms=90_000) as connection:
            return connection.execute(_FORGET, {"engine": ENGINE, "before": before}).rowcount


_GET = "SELECT signals FROM code_analyses WHERE code_hash = %(hash)s AND engine_version = %(engine)s"
_ADD: Any = """
INSERT INTO code_analyses (code_hash, engine_version, signals) VALUES (%(hash)s, %(engine)s, %(signals)s)
ON CONFLICT (code_hash, engine_version) DO NOTHING
"""
_FORGET = "DELETE FROM code_analyses WHERE engine_version <> %(engine)s OR created_at < %(before)s"
