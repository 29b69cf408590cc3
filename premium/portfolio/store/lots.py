"""The SQL of profit by lots: flows, and what was held before them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from premium.portfolio.flow_model import FlowRow
from premium.portfolio.flows.profits import FirstHeld
from premium.storage.postgres import Database

Line = tuple[str, str]
"""A wallet's address and an asset."""


class LotStore:
    """What flows realised, for workers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def seen(self, user_id: UUID) -> set[Line]:
        """Return the lines of which it is known what was first held."""
        with self._database.as_user(user_id) as connection:
            rows = connection.execute(
                """SELECT w.address, h.asset FROM portfolio_first_held h JOIN portfolio_wallets w ON w.id = h.wallet_id
                   WHERE h.user_id = %s""",
                (user_id,),
            ).fetchall()
        return {(row["address"], row["asset"]) for row in rows}

    def brought(self, user_id: UUID, wallets: Collection[str]) -> dict[Line, int]:
        """Return the base units that flows brought to each line, less what they took."""
        with self._database.as_user(user_id) as connection:
            rows = connection.execute(
                """SELECT wallet, asset, sum(units) AS units FROM portfolio_flows
                   WHERE user_id = %s AND wallet = ANY (%s) AND coalesce(corrected, kind) <> 'phantom' GROUP BY 1, 2""",
                (user_id, list(wallets)),
            ).fetchall()
        return {(row["wallet"], row["asset"]): int(row["units"]) for row in rows}

    def add(self, user_id: UUID, rows: Iterable[tuple[str, str, int, Decimal | None]]) -> None:
        """Keep what lines held when they were first seen; worker role.

        A row is wallet, asset, base units and dollars.
        """
        values = [{"user": user_id, "wallet": w, "asset": a, "units": u, "usd": usd} for w, a, u, usd in rows]
        with self._database.transaction() as connection, connection.cursor() as cursor:
            cursor.executemany(_ADD, values)

    def uncounted(self, user_id: UUID) -> bool:
        """Say whether there are flows of which it is not counted what they realised."""
        with self._database.as_user(user_id) as connection:
            row = connection.execute(
                "SELECT EXISTS (SELECT FROM portfolio_flows WHERE user_id = %s AND realised IS NULL) AS found",
                (user_id,),
            ).fetchone()
        return bool(row and row["found"])

    def all(self, user_id: UUID) -> tuple[Sequence[FlowRow], Sequence[FirstHeld]]:
        """Return the flows of the wallets that are watched, and what was held before them."""
        with self._database.as_user(user_id) as connection:
            with connection.cursor(row_factory=class_row(FlowRow)) as rows:
                flows = rows.execute(_FLOWS, (user_id,)).fetchall()
            held = connection.execute(
                """SELECT h.asset, h.units, h.usd
                   FROM portfolio_first_held h JOIN portfolio_wallets w ON w.id = h.wallet_id
                   WHERE h.user_id = %s AND h.units > 0 ORDER BY h.asset, h.created_at, w.address""",
                (user_id,),
            ).fetchall()
        return flows, [FirstHeld(row["asset"], int(row["units"]), row["usd"]) for row in held]

    def keep(self, user_id: UUID, found: Mapping[UUID, Mapping[str, str]]) -> None:
        """Write what flows realised; worker role.

        Those of wallets that are watched no more realised nothing.
        """
        with self._database.transaction() as connection:
            connection.execute(_KEEP, (list(found), [Jsonb(dict(each)) for each in found.values()], user_id))
            connection.execute(_UNWATCHED, (user_id,))


_ADD = """
    INSERT INTO portfolio_first_held (user_id, wallet_id, asset, units, usd)
    SELECT %(user)s, id, %(asset)s, %(units)s, %(usd)s
    FROM portfolio_wallets WHERE user_id = %(user)s AND address = %(wallet)s ON CONFLICT DO NOTHING
"""
_FLOWS = """
    SELECT f.id, f.wallet, f.chain, f.tx, f.index AS place, f.asset, f.units, f.decimals, f.kind, f.corrected, f.usd,
           f.block, f.at, f.counted_at
    FROM portfolio_flows f JOIN portfolio_wallets w ON w.user_id = f.user_id AND w.address = f.wallet
    WHERE f.user_id = %s
"""
_KEEP = """
    UPDATE portfolio_flows f SET realised = n.realised FROM unnest(%s::uuid[], %s::jsonb[]) AS n (id, realised)
    WHERE f.id = n.id AND f.user_id = %s AND f.realised IS DISTINCT FROM n.realised
"""
_UNWATCHED = """
    UPDATE portfolio_flows f SET realised = '{}' WHERE user_id = %s AND realised IS NULL
        AND NOT EXISTS (SELECT FROM portfolio_wallets w WHERE w.user_id = f.user_id AND w.address = f.wallet)
"""
