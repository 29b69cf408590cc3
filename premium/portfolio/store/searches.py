"""The SQL of how far wallets' logs are searched for tokens, in the premium database."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from premium.portfolio.model import SearchRow
from premium.storage.postgres import Database


class SearchStore:
    """Searches of logs by wallet and chain: each goes on where it stopped."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, user_id: UUID) -> list[SearchRow]:
        """Return the searches of all of a user's wallets; by either role."""
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(SearchRow)) as rows:
            return rows.execute(
                """SELECT w.address, s.chain, s.low, s.high, s.tokens, s.nfts, s.collectibles, s.unused, s.looked_at,
                       s.moved_block, s.positions_block
                   FROM portfolio_searches s JOIN portfolio_wallets w ON w.id = s.wallet_id
                   WHERE s.user_id = %s""",
                (user_id,),
            ).fetchall()

    def keep(self, user_id: UUID, rows: Iterable[SearchRow]) -> None:
        """Keep how far searches came; worker role.

        Tokens are added, never taken away. Of two refreshes at once whose blocks have a gap between them the first
        stays: what is in no range would be taken for searched. A wallet that is gone is left out.
        """
        found = [row.model_dump(mode="json") for row in rows]
        if found:
            with self._database.transaction() as connection:
                connection.execute(_KEEP, {"user": user_id, "rows": Jsonb(found)})


_KEEP = """
    INSERT INTO portfolio_searches AS s (user_id, wallet_id, chain, low, high, tokens, nfts, collectibles,
                                         unused, looked_at, moved_block, positions_block)
    SELECT w.user_id, w.id, r.chain, r.low, r.high, r.tokens, r.nfts, r.collectibles, r.unused, r.looked_at,
        r.moved_block, r.positions_block
    FROM jsonb_to_recordset(%(rows)s) AS r (address text, chain text, low bigint, high bigint, tokens text[],
            nfts text[], collectibles text[], unused boolean, looked_at timestamptz, moved_block bigint,
            positions_block bigint)
        JOIN portfolio_wallets w ON w.user_id = %(user)s AND w.address = r.address
    ON CONFLICT (wallet_id, chain) DO UPDATE SET
        tokens = (SELECT coalesce(array_agg(DISTINCT each), '{}') FROM unnest(s.tokens || excluded.tokens) AS each),
        nfts = (SELECT coalesce(array_agg(DISTINCT each), '{}') FROM unnest(s.nfts || excluded.nfts) AS each),
        collectibles = (SELECT coalesce(array_agg(each), '{}') FROM (
            SELECT DISTINCT each FROM unnest(s.collectibles || excluded.collectibles) AS each LIMIT 501) AS kept),
        low = CASE WHEN excluded.low <= s.high + 1 AND s.low <= excluded.high + 1
                   THEN least(s.low, excluded.low) ELSE s.low END,
        high = CASE WHEN excluded.low <= s.high + 1 AND s.low <= excluded.high + 1
                    THEN greatest(s.high, excluded.high) ELSE s.high END,
        moved_block = greatest(s.moved_block, excluded.moved_block),
        positions_block = greatest(s.positions_block, excluded.positions_block),
        unused = excluded.unused, looked_at = excluded.looked_at, updated_at = now()
"""
