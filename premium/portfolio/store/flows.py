"""The SQL of users' flows and the readings around them, in the premium database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow, class_row
from psycopg.types.json import Jsonb

from premium.errors import NotFound
from premium.portfolio.flow_model import FlowRow, NewFlows, Openings
from premium.storage.postgres import Database

Place = tuple[datetime, UUID]


class Paid(NamedTuple):
    """The dollars of flows that count at one time, of one wallet, chain and asset."""

    at: datetime
    wallet: str
    chain: str
    asset: str
    kind: str
    usd: Decimal


class FlowStore:
    """What came to users' wallets, left them, or was done there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def openings(self, user_id: UUID) -> dict[tuple[str, str], Openings]:
        """Return by wallet and chain the readings from which flows are booked."""
        with self._database.as_user(user_id) as connection:
            rows = connection.execute(
                """SELECT w.address, o.chain, o.readings
                   FROM portfolio_openings o JOIN portfolio_wallets w ON w.id = o.wallet_id WHERE o.user_id = %s""",
                (user_id,),
            ).fetchall()
        return {(row["address"], row["chain"]): Openings.of(row["readings"]) for row in rows}

    def keep(self, user_id: UUID, found: NewFlows) -> None:
        """Write a refresh's flows and the readings for the next; worker role.

        What was booked after the opening's block and is not there any more is gone: a reorganisation undid it. What the
        user corrected stays corrected, and what a flow was worth when it was first seen stays.
        """
        with self._database.transaction() as connection:
            for wallet, chain, block in found.reread:
                mine = [row for row in found.rows if (row.wallet, row.chain) == (wallet, chain)]
                _forget(connection, user_id, (wallet, chain, block), [(row.tx, row.place, row.asset) for row in mine])
            if found.rows:
                with connection.cursor() as cursor:
                    cursor.executemany(_ADD, [row.model_dump() | {"user": user_id} for row in found.rows])
            if found.openings:
                rows = [(*pair, each.last.block, Jsonb(each.told())) for pair, each in found.openings.items()]
                connection.execute(_OPEN, (user_id, *(list(column) for column in zip(*rows, strict=True)), user_id))

    def page(
        self,
        user_id: UUID,
        limit: int,
        after: Place | None,
        *,
        kinds: Collection[str],
        asset: str | None,
        wallet: str | None = None,
        chain: str | None = None,
    ) -> list[FlowRow]:
        """Return up to `limit` flows, the newest first, after the position."""
        at, flow_id = after or (None, None)
        values = {"user": user_id, "at": at, "id": flow_id, "limit": limit, "kinds": list(kinds), "asset": asset,
                  "wallet": wallet, "chain": chain}  # fmt: skip
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(FlowRow)) as rows:
            return rows.execute(_PAGE, values).fetchall()

    def get(self, user_id: UUID, flow_id: UUID) -> FlowRow:
        """Return one flow; NotFound for one that is not the user's."""
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(FlowRow)) as rows:
            row = rows.execute(_GET, (user_id, flow_id)).fetchone()
        if row is None:
            raise NotFound(f"there is no flow {flow_id}")
        return row

    def correct(self, user_id: UUID, flow_id: UUID, kind: str) -> FlowRow:
        """Take the user's word for what a flow was.

        NotFound for one that is not the user's.
        """
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(FlowRow)) as rows:
            row = rows.execute(_CORRECT, {"kind": kind, "id": flow_id}).fetchone()
        if row is None:
            raise NotFound(f"there is no flow {flow_id}")
        return row

    def paid(self, user_id: UUID, since: datetime, until: datetime) -> list[Paid]:
        """Return the dollars of flows that count after `since`, oldest first; by either role."""
        with self._database.as_user(user_id) as connection:
            rows = connection.execute(_PAID, (user_id, since, until)).fetchall()
        return [Paid(row["counted_at"], row["wallet"], row["chain"], row["asset"], row["kind"], row["usd"])
                for row in rows]  # fmt: skip

    def worth(self, user_id: UUID, since: datetime, until: datetime) -> list[tuple[datetime, Decimal]]:
        """Return what the whole was worth just before flows, oldest first; by either role."""
        with self._database.as_user(user_id) as connection:
            rows = connection.execute(_WORTH, (user_id, since, until)).fetchall()
        return [(row["counted_at"], row["usd"]) for row in rows]

    def touched(self, user_id: UUID, wallet: str, chain: str, assets: Sequence[str]) -> list[datetime]:
        """Return when a wallet moved assets on a chain: these, or any."""
        with self._database.as_user(user_id) as connection:
            rows = connection.execute(_TOUCHED, (user_id, wallet, chain, list(assets), list(assets))).fetchall()
        return [row["counted_at"] for row in rows]

    def realised(
        self, user_id: UUID, since: datetime, until: datetime, method: str
    ) -> tuple[list[tuple[str, str, str, Decimal]], bool]:
        """Return what was realised by line, and whether all is counted."""
        with self._database.as_user(user_id) as connection:
            rows = connection.execute(_REALISED, {"user": user_id, "since": since, "until": until,
                                                  "method": method}).fetchall()  # fmt: skip
        found = [(row["wallet"], row["chain"], row["asset"], row["usd"]) for row in rows if row["usd"] is not None]
        return found, all(row["counted"] for row in rows)


def _forget(
    connection: Connection[DictRow], user_id: UUID, read: tuple[str, str, int], names: Sequence[tuple[str, int, str]]
) -> None:
    wallet, chain, block = read
    columns = [list(column) for column in zip(*names, strict=True)] or [[], [], []]
    gone = connection.execute(
        """DELETE FROM portfolio_flows f WHERE user_id = %s AND wallet = %s AND chain = %s AND block > %s
               AND NOT starts_with(tx, 'counted:')
               AND NOT EXISTS (SELECT FROM unnest(%s::text[], %s::int[], %s::text[]) AS n (tx, place, asset)
                               WHERE (n.tx, n.place, n.asset) = (f.tx, f.index, f.asset))""",
        (user_id, wallet, chain, block, *columns),
    )
    if gone.rowcount:  # what was sold since may have come from there
        connection.execute("UPDATE portfolio_flows SET realised = NULL WHERE user_id = %s", (user_id,))


_COLUMNS = """id, wallet, chain, tx, index AS place, asset, units, decimals, kind, corrected, usd, block, at,
    counted_at, worth_before"""
_ADD = """
    INSERT INTO portfolio_flows AS f (user_id, wallet, chain, tx, index, asset, units, decimals, kind, usd, block, at,
                                      counted_at, worth_before)
    VALUES (%(user)s, %(wallet)s, %(chain)s, %(tx)s, %(place)s, %(asset)s, %(units)s, %(decimals)s, %(kind)s, %(usd)s,
            %(block)s, %(at)s, %(counted_at)s, %(worth_before)s)
    ON CONFLICT (user_id, chain, tx, index, wallet, asset) DO UPDATE SET
        units = excluded.units, kind = excluded.kind, block = excluded.block, at = excluded.at,
        decimals = coalesce(f.decimals, excluded.decimals),
        usd = CASE WHEN f.units = excluded.units THEN coalesce(f.usd, excluded.usd) ELSE excluded.usd END,
        worth_before = CASE WHEN f.units = excluded.units THEN coalesce(f.worth_before, excluded.worth_before)
            ELSE excluded.worth_before END,
        realised = CASE WHEN (f.units, f.kind) = (excluded.units, excluded.kind) AND (f.usd IS NOT NULL
            OR excluded.usd IS NULL) THEN f.realised END
"""
_OPEN = """
    INSERT INTO portfolio_openings AS o (user_id, wallet_id, chain, block, readings)
    SELECT %s, w.id, r.chain, r.block, r.readings
    FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::jsonb[]) AS r (wallet, chain, block, readings)
        JOIN portfolio_wallets w ON w.user_id = %s AND w.address = r.wallet
    ON CONFLICT (wallet_id, chain) DO UPDATE SET
        block = excluded.block, readings = excluded.readings, updated_at = now()
    WHERE o.block <= excluded.block
"""
_PAGE = f"""
    SELECT {_COLUMNS} FROM portfolio_flows
    WHERE user_id = %(user)s AND (%(at)s::timestamptz IS NULL OR (at, id) < (%(at)s, %(id)s))
        AND (%(kinds)s::text[] = '{{}}' OR coalesce(corrected, kind) = ANY (%(kinds)s))
        AND (%(asset)s::text IS NULL OR asset = %(asset)s)
        AND (%(wallet)s::text IS NULL OR wallet = %(wallet)s) AND (%(chain)s::text IS NULL OR chain = %(chain)s)
    ORDER BY at DESC, id DESC LIMIT %(limit)s
"""  # noqa: S608 - our own columns
_GET = f"SELECT {_COLUMNS} FROM portfolio_flows WHERE user_id = %s AND id = %s"  # noqa: S608 - as above
_CORRECT = f"UPDATE portfolio_flows SET corrected = %(kind)s, realised = NULL WHERE id = %(id)s RETURNING {_COLUMNS}"  # noqa: S608 - as above
_PAID = """
    SELECT counted_at, wallet, chain, asset, coalesce(corrected, kind) AS kind, sum(usd) AS usd FROM portfolio_flows
    WHERE user_id = %s AND counted_at > %s AND counted_at <= %s AND usd IS NOT NULL GROUP BY 1, 2, 3, 4, 5 ORDER BY 1
"""
_WORTH = """
    SELECT counted_at, min(worth_before) AS usd FROM portfolio_flows
    WHERE user_id = %s AND counted_at > %s AND counted_at < %s AND worth_before IS NOT NULL GROUP BY 1 ORDER BY 1
"""
_TOUCHED = """
    SELECT DISTINCT counted_at FROM portfolio_flows
    WHERE user_id = %s AND wallet = %s AND chain = %s AND (%s::text[] = '{}' OR asset = ANY (%s))
        AND coalesce(corrected, kind) IN ('deposit', 'withdrawal', 'own', 'exchange', 'liquidation', 'unexplained')
"""
_REALISED = """
    SELECT wallet, chain, asset, sum((realised ->> %(method)s)::numeric) AS usd,
           bool_and(realised IS NOT NULL OR coalesce(corrected, kind) = 'phantom') AS counted
    FROM portfolio_flows WHERE user_id = %(user)s AND counted_at > %(since)s AND counted_at <= %(until)s
    GROUP BY 1, 2, 3
"""
