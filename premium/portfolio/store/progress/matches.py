"""The SQL of `portfolio_matches`, and of whom a chain's logs name; by the worker role."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from premium.storage.postgres import Database

if TYPE_CHECKING:
    from premium.chains.reading.matches import Touched


class Matched(NamedTuple):
    """The blocks whose logs were matched, both inclusive, and until when the chain's are not."""

    low: int
    high: int
    paused_until: datetime | None


class MatchStore:
    """How far chains' logs were matched with the wallets that are watched on them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, chain: str) -> Matched | None:
        """Return how far a chain's logs were matched; None where they never were."""
        with self._database.transaction() as connection:
            row = connection.execute(_GET, (chain,)).fetchone()
        return None if row is None else Matched(**row)

    def wallets(self, chain: str) -> list[str]:
        """Return all addresses that are watched on a chain now."""
        with self._database.transaction(statement_timeout_ms=60_000) as connection:
            return [row["address"] for row in connection.execute(_WALLETS, (chain,))]

    def keep(self, chain: str, low: int, high: int, touched: Mapping[str, Touched]) -> None:
        """Keep how far logs were matched, and what they name.

        A wallet that they name is used.
        """
        rows = [_values(chain, wallet, each) for wallet, each in sorted(touched.items())]
        with self._database.transaction(statement_timeout_ms=60_000) as connection:
            if rows:
                with connection.cursor() as cursor:
                    cursor.executemany(_NAME, rows)
            connection.execute(_KEEP, (chain, low, high))

    def pause(self, chain: str, until: datetime) -> None:
        """Match a chain no more for a while: its logs are asked for by wallet."""
        with self._database.transaction() as connection:
            connection.execute(_PAUSE, (chain, until))


def _values(chain: str, wallet: str, each: Touched) -> dict[str, Any]:
    return {"chain": chain, "address": wallet, "block": each.block, "tokens": sorted(each.tokens),
            "nfts": sorted(each.nfts), "collectibles": sorted(each.collectibles)}  # fmt: skip


_GET = "SELECT low, high, paused_until FROM portfolio_matches WHERE chain = %s"
_WALLETS = """
    SELECT DISTINCT address FROM portfolio_wallets
    WHERE kind = 'evm' AND (chains = '{}' OR %s = ANY (chains)) ORDER BY 1
"""
_NAME = """
    UPDATE portfolio_searches AS s SET
        tokens = (SELECT coalesce(array_agg(DISTINCT each), '{}') FROM unnest(s.tokens || %(tokens)s::text[]) AS each),
        nfts = (SELECT coalesce(array_agg(DISTINCT each), '{}') FROM unnest(s.nfts || %(nfts)s::text[]) AS each),
        collectibles = (SELECT coalesce(array_agg(each), '{}') FROM (
            SELECT DISTINCT each FROM unnest(s.collectibles || %(collectibles)s::text[]) AS each LIMIT 501) AS kept),
        moved_block = greatest(s.moved_block, %(block)s), unused = false, updated_at = now()
    FROM portfolio_wallets w WHERE w.id = s.wallet_id AND w.address = %(address)s AND s.chain = %(chain)s
"""
_KEEP = """
    INSERT INTO portfolio_matches AS m (chain, low, high) VALUES (%s, %s, %s)
    ON CONFLICT (chain) DO UPDATE SET low = excluded.low, paused_until = NULL, updated_at = now(),
        high = CASE WHEN m.low = excluded.low THEN greatest(m.high, excluded.high) ELSE excluded.high END
"""
_PAUSE = """
    INSERT INTO portfolio_matches (chain, low, high, paused_until) VALUES (%s, 0, -1, %s)
    ON CONFLICT (chain) DO UPDATE SET low = 0, high = -1, paused_until = excluded.paused_until, updated_at = now()
"""
