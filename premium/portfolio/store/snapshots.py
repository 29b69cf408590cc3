"""The SQL of snapshots, in the time-series database.

The application role sees its user's through views; the worker role sees all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from premium.portfolio.model import Interval, Point, Snapshot, Worth
from premium.portfolio.store.packed.lean_rows import COLUMNS, READ, UserSnapshot, rebuilt, rows_of, share
from premium.storage.timeseries import TimeSeries, copy_rows

KEPT = timedelta(days=91)
"""Snapshots are kept for 90 days."""
_LATELY = timedelta(hours=36)
"""Within which of a time there nearly always is a snapshot: it is looked for there first, in two days' partitions."""
_STATES, _MINE = "portfolio_rows", "my_portfolio_rows"


class SnapshotStore:
    """Snapshots of portfolios over time, and their roll-ups."""

    def __init__(self, timeseries: TimeSeries, *, is_worker: bool = False) -> None:
        self._timeseries = timeseries
        self._is_worker = is_worker

    def add(self, user_id: UUID, snapshot: Snapshot, *, before_commit: Callable[[], None] = lambda: None) -> None:
        """Add a job's snapshot; a second insert for the same job changes nothing."""
        self.add_all([UserSnapshot(user_id, snapshot)], before_commit=before_commit)

    def add_all(self, given: Sequence[UserSnapshot], *, before_commit: Callable[[], None] = lambda: None) -> int:
        """Add many users' snapshots by COPY; return how many were new.

        Worker role; in one transaction. What they share is stored before: without the snapshots it means nothing.
        """
        shared = share(self._timeseries, [each.snapshot for each in given])
        with self._timeseries.transaction(statement_timeout_ms=60_000) as connection:
            added = copy_rows(connection, _STATES, COLUMNS, rows_of(connection, given, shared))
            before_commit()
        return added

    def of_job(self, user_id: UUID, job_id: UUID, timestamp: datetime) -> Snapshot | None:
        """Return the snapshot that an earlier attempt of the job has left; worker role."""
        with self._timeseries.transaction() as connection:
            where = 'user_id = %s AND job_id = %s AND "timestamp" = %s'
            return _one(connection, _STATES, where, (user_id, job_id, timestamp))

    def before(self, user_id: UUID, timestamp: datetime) -> Snapshot | None:
        """Return the newest snapshot that is older than `timestamp`; worker role."""
        with self._timeseries.transaction() as connection:
            return _newest(connection, _STATES, 'user_id = %s AND "timestamp" < %s', (user_id, timestamp), timestamp)

    def before_of_all(self, users: Sequence[UUID], timestamp: datetime) -> dict[UUID, Snapshot]:
        """Return the newest snapshot of each user that is older than `timestamp`; worker role."""
        with self._timeseries.transaction(statement_timeout_ms=60_000) as connection:
            rows = connection.execute(_NEWEST_OF, (list(users), timestamp - KEPT, timestamp)).fetchall()
            return {each.user_id: each.snapshot for each in rebuilt(connection, rows, _STATES)}

    def written(self, timestamp: datetime, jobs: Mapping[UUID, UUID]) -> set[UUID]:
        """Return which users have the snapshot of their job already; worker role."""
        with self._timeseries.transaction() as connection:
            rows = connection.execute(
                f'SELECT user_id, job_id FROM {_STATES} WHERE user_id = ANY (%s) AND "timestamp" = %s',  # noqa: S608 - our table
                (list(jobs), timestamp),
            ).fetchall()
        return {row["user_id"] for row in rows if row["job_id"] == jobs[row["user_id"]]}

    def newest(self, user_id: UUID) -> Snapshot | None:
        """Return the user's newest snapshot; by either role."""
        if self._is_worker:
            with self._timeseries.transaction() as connection:
                return _newest(connection, _STATES, "user_id = %s", (user_id,), datetime.now(UTC))
        with self._timeseries.as_user(user_id) as connection:
            return _newest(connection, _MINE, "true", (), datetime.now(UTC))

    def past(self, user_id: UUID, at: datetime) -> Snapshot | None:
        """Return the user's newest snapshot that is not later than a time."""
        with self._timeseries.as_user(user_id) as connection:
            return _newest(connection, _MINE, '"timestamp" <= %s', (at,), at)

    def of_id(self, user_id: UUID, snapshot_id: UUID) -> Snapshot | None:
        """Return a snapshot of the user's by its id; None where there is none."""
        if self._is_worker:
            with self._timeseries.transaction() as connection:
                return _one(connection, _STATES, "user_id = %s AND job_id = %s", (user_id, snapshot_id))
        with self._timeseries.as_user(user_id) as connection:
            return _one(connection, _MINE, "job_id = %s", (snapshot_id,))

    def first(self, user_id: UUID) -> datetime | None:
        """Return the time of the user's first kept snapshot; worker role."""
        with self._timeseries.transaction() as connection:
            statement = 'SELECT min("timestamp") AS at FROM portfolio_rows WHERE user_id = %s'
            row = connection.execute(statement, (user_id,)).fetchone()
        return row["at"] if row else None

    def since(self, user_id: UUID, at: datetime, limit: int) -> list[Snapshot]:
        """Return the newest snapshot by a time, and up to `limit` after it."""
        with self._timeseries.as_user(user_id) as connection:
            rows = connection.execute(_SINCE, {"at": at, "limit": limit}).fetchall()
            return [each.snapshot for each in rebuilt(connection, rows, _MINE)]

    def history(self, user_id: UUID, interval: Interval, since: datetime, until: datetime, limit: int) -> list[Point]:
        """Return one point an interval that has a snapshot, oldest first.

        Hours come from the snapshots, days and weeks from roll-ups.
        """
        with self._timeseries.as_user(user_id) as connection:
            rows = connection.execute(_HISTORY[interval], (since, until, limit)).fetchall()
        return [Point.model_validate(row) for row in rows]

    def worth(self, user_id: UUID, since: datetime, until: datetime, booked_since: datetime) -> list[Worth]:
        """Return what the portfolio was worth over a time, oldest first.

        The last value of each hour; of what is older than the hours that are kept, of each day. Nothing from before
        flows were booked. By either role.
        """
        values = {"user": user_id, "since": since, "until": until, "booked": booked_since}
        if self._is_worker:
            with self._timeseries.transaction(statement_timeout_ms=60_000) as connection:
                return _worth(connection, _OF_WORKER, values)
        with self._timeseries.as_user(user_id) as connection:
            return _worth(connection, _OF_USER, values)

    def repack(self, most: int = 500) -> int:
        """Pack rows of arrays and of JSON, the oldest first; return how many.

        Worker role.
        A batch is a transaction, and what is done is seen in the rows: it may be stopped anywhere.
        """
        with self._timeseries.transaction(statement_timeout_ms=60_000) as connection:
            rows = connection.execute(_UNPACKED, (most,)).fetchall()
            given = rebuilt(connection, rows, _STATES)
        if given:
            shared = share(self._timeseries, [each.snapshot for each in given])
            with self._timeseries.transaction(statement_timeout_ms=60_000) as connection, connection.cursor() as cursor:
                # Rows of arrays name their holders by the place in the wallets of their whole row: it stays whole.
                whole = {(row["user_id"], row["timestamp"]) for row in rows if row["base"] is None and row["wallets"]}
                packed = rows_of(connection, given, shared, whole)
                cursor.executemany(_REPACK, [(*row[7:], *row[:3]) for row in packed])
        return len(given)

    def maintain(self, now: datetime) -> Any:
        """Make coming partitions and roll-ups, and drop what is too old; worker role."""
        with self._timeseries.transaction(statement_timeout_ms=90_000) as connection:
            row = connection.execute("SELECT maintain_timeseries(%s) AS done", (now,)).fetchone()
        return row and row["done"]


_WORTH = """
    WITH hours AS (
        SELECT DISTINCT ON (date_trunc('hour', "timestamp", 'UTC')) "timestamp" AS at, total_value AS usd, is_good
        FROM {states}
        WHERE {mine} AND "timestamp" BETWEEN %(since)s AND %(until)s AND is_good IS NOT NULL
        ORDER BY date_trunc('hour', "timestamp", 'UTC'), "timestamp" DESC
    ), days AS (
        SELECT "timestamp" AS at, total_value AS usd, is_good FROM {closes}
        WHERE {mine} AND "timestamp" BETWEEN greatest(%(since)s, %(booked)s) AND %(until)s AND is_good IS NOT NULL
            AND day < coalesce((SELECT min("timestamp" AT TIME ZONE 'UTC')::date FROM {states} WHERE {mine}),
                               'infinity')
    )
    SELECT * FROM days UNION ALL SELECT * FROM hours ORDER BY at
"""
_OF_USER = _WORTH.format(states=_MINE, closes="my_portfolio_closes", mine="true")
_OF_WORKER = _WORTH.format(states=_STATES, closes="portfolio_closes", mine="user_id = %(user)s")
_ROLLED_UP = (
    "SELECT bucket AS at, last_value AS value, lowest_value AS lowest, highest_value AS highest FROM {}"
    " WHERE bucket >= %s AND bucket < %s ORDER BY bucket LIMIT %s"
)
_HISTORY: Mapping[Interval, Any] = {
    "hour": (
        "SELECT date_trunc('hour', \"timestamp\", 'UTC') AS at,"
        ' (array_agg(total_value ORDER BY "timestamp" DESC))[1] AS value,'
        " min(total_value) AS lowest, max(total_value) AS highest FROM my_portfolio_rows"
        ' WHERE "timestamp" >= %s AND "timestamp" < %s GROUP BY 1 ORDER BY 1 LIMIT %s'
    ),
    "day": _ROLLED_UP.format("my_portfolio_daily"),
    "week": _ROLLED_UP.format("my_portfolio_weekly"),
}


_SINCE = f"""
    SELECT * FROM (SELECT {READ} FROM my_portfolio_rows WHERE "timestamp" <= %(at)s
                   ORDER BY "timestamp" DESC LIMIT 1) AS before
    UNION ALL
    SELECT * FROM (SELECT {READ} FROM my_portfolio_rows WHERE "timestamp" > %(at)s
                   ORDER BY "timestamp" LIMIT %(limit)s) AS later
    ORDER BY "timestamp"
"""  # noqa: S608 - our own columns
_UNPACKED = f"""
    SELECT {READ} FROM portfolio_rows WHERE packed IS NULL ORDER BY "timestamp", user_id LIMIT %s
"""  # noqa: S608 - our own columns
_REPACK = """
    UPDATE portfolio_rows SET base = %s, wallets = %s, packed = %s, extra = %s,
        assets = NULL, holders = NULL, units = NULL, readings = NULL,
        chain_breakdown = DEFAULT, asset_breakdown = DEFAULT, category_breakdown = DEFAULT
    WHERE user_id = %s AND job_id = %s AND "timestamp" = %s AND packed IS NULL
"""
_NEWEST_OF = f"""
    SELECT s.* FROM unnest(%s::uuid[]) AS a (user_id) CROSS JOIN LATERAL (
        SELECT {READ} FROM portfolio_rows s
        WHERE s.user_id = a.user_id AND s."timestamp" >= %s AND s."timestamp" < %s ORDER BY s."timestamp" DESC LIMIT 1
    ) AS s
"""  # noqa: S608 - our own columns


def _worth(connection: Connection[DictRow], statement: str, values: Mapping[str, Any]) -> list[Worth]:
    return [Worth.model_validate(row) for row in connection.execute(statement, values).fetchall()]


def _newest(
    connection: Connection[DictRow], relation: str, where: str, values: Sequence[Any], until: datetime
) -> Snapshot | None:
    """Return the newest snapshot, looked for near a time first: all days' partitions take long to plan alone."""
    lately = _one(connection, relation, f'{where} AND "timestamp" >= %s', (*values, until - _LATELY))
    return lately or _one(connection, relation, where, values)


def _one(connection: Connection[DictRow], relation: str, where: str, values: Sequence[Any]) -> Snapshot | None:
    statement = f'SELECT {READ} FROM {relation} WHERE {where} ORDER BY "timestamp" DESC LIMIT 1'  # noqa: S608 - our own
    rows = connection.execute(statement, values).fetchall()
    found = rebuilt(connection, rows, relation)
    return found[0].snapshot if found else None
