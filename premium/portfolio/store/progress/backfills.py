"""The SQL of back-fills: windows that were read, and days that were rebuilt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from premium.portfolio.flow_model import FlowRow
from premium.portfolio.model import Point, Worth
from premium.storage.postgres import Database

Pair = tuple[str, str]
"""A wallet's address and a chain."""


class Window(NamedTuple):
    """Blocks of a chain of which a wallet's movements were read, both ends inclusive."""

    wallet: str
    chain: str
    low: int
    high: int
    movements: Sequence[Any]
    opening: Mapping[str, Any] | None
    is_last: bool
    reason: str | None = None


class RebuiltDay(NamedTuple):
    """A day before the first snapshot."""

    at: datetime
    total: Decimal
    is_good: bool
    splits: Mapping[str, Mapping[str, str]]


class Backfill(NamedTuple):
    """How a user's back-fill stands."""

    status: str
    days: int
    until: datetime | None
    gaps: Sequence[Mapping[str, Any]]
    updated_at: datetime


class BackfillStore:
    """What lies before users' first snapshots."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, user_id: UUID) -> Backfill | None:
        """Return how the user's back-fill stands; None before the first. By either role."""
        with self._database.as_user(user_id) as connection:
            row = connection.execute(_GET, (user_id,)).fetchone()
        return None if row is None else Backfill(**row)

    def late(self, user_id: UUID, booked_since: datetime) -> set[Pair]:
        """Return the wallets and chains that were first read after the first snapshot; worker role."""
        with self._database.as_user(user_id) as connection:
            rows = connection.execute(_LATE, (user_id, booked_since)).fetchall()
        return {(row["address"], row["chain"]) for row in rows}

    def unread(self, user_id: UUID) -> bool:
        """Tell whether some wallet's past on a chain was never looked at; worker role."""
        with self._database.as_user(user_id) as connection:
            return connection.execute(_UNREAD, (user_id,)).fetchone() is not None

    def windows(self, user_id: UUID) -> list[Window]:
        """Return all windows that were read; worker role.

        The newest blocks of each wallet and chain first.
        """
        with self._database.as_user(user_id) as connection:
            return [Window(**row) for row in connection.execute(_WINDOWS, (user_id,))]

    def add(self, user_id: UUID, window: Window) -> None:
        """Keep a window, once; worker role."""
        values = window._asdict() | {"user": user_id, "movements": Jsonb(list(window.movements))}
        values |= {"opening": None if window.opening is None else Jsonb(dict(window.opening))}
        with self._database.as_user(user_id) as connection:
            connection.execute(_ADD, values)
            connection.execute(_RUNNING, (user_id,))

    def keep(  # noqa: PLR0917 - all that a back-fill leaves
        self,
        user_id: UUID,
        until: datetime,
        days: Sequence[RebuiltDay],
        flows: Iterable[FlowRow],
        gaps: Sequence[Mapping[str, Any]],
        closed: Iterable[tuple[str, str]],
    ) -> None:
        """Write days, flows and gaps in one transaction, in place of those before; worker role.

        `closed`: wallets and assets whose flows begin with their first unit: nothing was held before them.
        """
        with self._database.as_user(user_id) as connection, connection.cursor() as cursor:
            cursor.execute("DELETE FROM portfolio_rebuilt_days WHERE user_id = %s", (user_id,))
            rows = [(user_id, day.at.date(), day.at, day.total, day.is_good, Jsonb(dict(day.splits))) for day in days]
            cursor.executemany(_DAY, rows)
            cursor.execute("DELETE FROM portfolio_flows WHERE user_id = %s AND tx = 'counted:rebuilt'", (user_id,))
            cursor.executemany(_FLOW, [row.model_dump() | {"user": user_id} for row in flows])
            cursor.executemany(_FIRST, [(user_id, user_id, wallet, asset) for wallet, asset in closed])
            good = sum(day.is_good for day in days)
            cursor.execute(_DONE, (user_id, good, until, Jsonb(list(gaps))))
            cursor.execute("UPDATE portfolio_flows SET realised = NULL WHERE user_id = %s", (user_id,))

    def worth(self, user_id: UUID, since: datetime, until: datetime) -> list[Worth]:
        """Return what rebuilt days were worth, oldest first; by either role."""
        with self._database.as_user(user_id) as connection:
            rows = connection.execute(_WORTH, (user_id, since, until)).fetchall()
        return [Worth.model_validate(row) for row in rows]

    def parts(
        self, user_id: UUID, scope: str, since: datetime, until: datetime
    ) -> list[tuple[datetime, bool, Mapping[str, str]]]:
        """Return by rebuilt day whether it is good and what each part was worth.

        Oldest first.
        """
        with self._database.as_user(user_id) as connection:
            rows = connection.execute(_PARTS, (scope, user_id, since, until)).fetchall()
        return [(row["at"], row["is_good"], row["parts"]) for row in rows]

    def points(self, user_id: UUID, interval: str, since: datetime, until: datetime, limit: int) -> list[Point]:
        """Return good rebuilt days, or weeks of them, as points of a history."""
        with self._database.as_user(user_id) as connection:
            rows = connection.execute(_POINTS, {"interval": interval, "user": user_id, "since": since, "until": until,
                                                "limit": limit}).fetchall()  # fmt: skip
        return [Point.model_validate(row | {"basis": "rebuilt"}) for row in rows]


_GET = "SELECT status, days, until, gaps, updated_at FROM portfolio_backfills WHERE user_id = %s"
_LATE = """
    SELECT w.address, o.chain FROM portfolio_openings o JOIN portfolio_wallets w ON w.id = o.wallet_id
    WHERE o.user_id = %s AND o.created_at > %s
"""
_UNREAD = """
    SELECT 1 FROM portfolio_openings o WHERE user_id = %s AND NOT EXISTS (
        SELECT FROM portfolio_backfill_parts p WHERE (p.wallet_id, p.chain) = (o.wallet_id, o.chain)
    ) LIMIT 1
"""
_WINDOWS = """
    SELECT w.address AS wallet, p.chain, p.low, p.high, p.movements, p.opening, p.is_last, p.reason
    FROM portfolio_backfill_parts p JOIN portfolio_wallets w ON w.id = p.wallet_id
    WHERE p.user_id = %s ORDER BY w.address, p.chain, p.high DESC
"""
_ADD = """
    INSERT INTO portfolio_backfill_parts (user_id, wallet_id, chain, low, high, opening, movements, is_last, reason)
    SELECT %(user)s, id, %(chain)s, %(low)s, %(high)s, %(opening)s, %(movements)s, %(is_last)s, %(reason)s
    FROM portfolio_wallets WHERE user_id = %(user)s AND address = %(wallet)s ON CONFLICT DO NOTHING
"""
_RUNNING = """
    INSERT INTO portfolio_backfills AS b (user_id, status) VALUES (%s, 'running')
    ON CONFLICT (user_id) DO UPDATE SET status = 'running', updated_at = now()
"""
_DAY = """
    INSERT INTO portfolio_rebuilt_days (user_id, day, at, total_value, is_good, splits) VALUES (%s, %s, %s, %s, %s, %s)
"""
_FLOW = """
    INSERT INTO portfolio_flows AS f (user_id, wallet, chain, tx, index, asset, units, decimals, kind, usd, block, at,
                                      counted_at, worth_before)
    VALUES (%(user)s, %(wallet)s, %(chain)s, %(tx)s, %(place)s, %(asset)s, %(units)s, %(decimals)s, %(kind)s, %(usd)s,
            %(block)s, %(at)s, %(counted_at)s, %(worth_before)s)
    ON CONFLICT (user_id, chain, tx, index, wallet, asset) DO UPDATE SET
        usd = coalesce(f.usd, excluded.usd), decimals = coalesce(f.decimals, excluded.decimals)
"""
_FIRST = """
    UPDATE portfolio_first_held SET units = 0 WHERE user_id = %s
        AND wallet_id = (SELECT id FROM portfolio_wallets WHERE user_id = %s AND address = %s) AND asset = %s
"""
_DONE = """
    INSERT INTO portfolio_backfills AS b (user_id, status, days, until, gaps) VALUES (%s, 'done', %s, %s, %s)
    ON CONFLICT (user_id) DO UPDATE SET status = excluded.status, days = excluded.days, until = excluded.until,
        gaps = excluded.gaps, updated_at = now()
"""
_WORTH = """
    SELECT at, total_value AS usd, is_good FROM portfolio_rebuilt_days
    WHERE user_id = %s AND at BETWEEN %s AND %s ORDER BY at
"""
_PARTS = """
    SELECT at, is_good, coalesce(splits -> %s, '{}') AS parts FROM portfolio_rebuilt_days
    WHERE user_id = %s AND at BETWEEN %s AND %s ORDER BY at
"""
_POINTS = """
    SELECT date_trunc(%(interval)s, at, 'UTC') AS at, (array_agg(total_value ORDER BY at DESC))[1] AS value,
           min(total_value) AS lowest, max(total_value) AS highest
    FROM portfolio_rebuilt_days
    WHERE user_id = %(user)s AND is_good AND at >= %(since)s AND at < %(until)s GROUP BY 1 ORDER BY 1 LIMIT %(limit)s
"""
