"""The SQL of back-tests: the newest of each chain and horizon."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from premium.gas.model import StoredBacktest
from premium.storage.postgres import Database


class BacktestStore:
    """Back-tests; functions read them, the worker writes them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, chain: str, horizon: str) -> StoredBacktest | None:
        """Return the newest back-test, None before the first."""
        with self._database.transaction() as connection:
            row = connection.execute(
                "SELECT made_at, document FROM gas_backtests WHERE chain = %s AND horizon = %s", (chain, horizon)
            ).fetchone()
        return StoredBacktest(row["made_at"], row["document"]) if row else None

    def horizons(self, chain: str) -> list[str]:
        """Return the horizons of which there is one."""
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT horizon FROM gas_backtests WHERE chain = %s", (chain,)).fetchall()
        return [row["horizon"] for row in rows]

    def put(self, chain: str, horizon: str, made_at: datetime, document: Mapping[str, Any]) -> None:
        """Keep a back-test in the place of an older one."""
        with self._database.transaction() as connection:
            connection.execute(
                """INSERT INTO gas_backtests (chain, horizon, made_at, document) VALUES (%s, %s, %s, %s)
                   ON CONFLICT (chain, horizon) DO UPDATE SET made_at = excluded.made_at, document = excluded.document
                   WHERE gas_backtests.made_at <= excluded.made_at""",
                (chain, horizon, made_at, Jsonb(document)),
            )
