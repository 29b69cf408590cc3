"""The SQL of snapshots, in the time-series database.

The application role sees its user's through views; the worker role sees all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from premium.portfolio.model import ChainState, Holding, Interval, Point, Snapshot, Worth, ranked
from premium.storage.timeseries import TimeSeries


class SnapshotStore:
    """Snapshots of portfolios over time, and their roll-ups."""

    def __init__(self, timeseries: TimeSeries) -> None:
        self._timeseries = timeseries

    def add(self, user_id: UUID, snapshot: Snapshot, *, before_commit: Callable[[], None] = lambda: None) -> None:
        """Add a job's snapshot; a second insert for the same job changes nothing."""
        with self._timeseries.transaction() as connection:
            connection.execute(
                'INSERT INTO portfolio_snapshots (user_id, job_id, "timestamp", total_value, is_stale,'
                " chain_breakdown, asset_breakdown, category_breakdown, is_good)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (
                    user_id,
                    snapshot.job_id,
                    snapshot.timestamp,
                    snapshot.total_value,
                    snapshot.is_stale,
                    *_json(snapshot),
                    snapshot.is_good,
                ),
            )
            before_commit()

    def of_job(self, user_id: UUID, job_id: UUID, timestamp: datetime) -> Snapshot | None:
        """Return the snapshot that an earlier attempt of the job has left; worker role."""
        with self._timeseries.transaction() as connection:
            row = connection.execute(
                'SELECT * FROM portfolio_snapshots WHERE user_id = %s AND job_id = %s AND "timestamp" = %s',
                (user_id, job_id, timestamp),
            ).fetchone()
        return _snapshot(row) if row else None

    def before(self, user_id: UUID, timestamp: datetime) -> Snapshot | None:
        """Return the newest snapshot that is older than `timestamp`; worker role."""
        with self._timeseries.transaction() as connection:
            row = connection.execute(
                'SELECT * FROM portfolio_snapshots WHERE user_id = %s AND "timestamp" < %s'
                ' ORDER BY "timestamp" DESC LIMIT 1',
                (user_id, timestamp),
            ).fetchone()
        return _snapshot(row) if row else None

    def newest(self, user_id: UUID) -> Snapshot | None:
        """Return the user's newest snapshot."""
        with self._timeseries.as_user(user_id) as connection:
            row = connection.execute(
                'SELECT * FROM my_portfolio_snapshots ORDER BY "timestamp" DESC LIMIT 1'
            ).fetchone()
        return _snapshot(row) if row else None

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
        flows were booked.
        """
        with self._timeseries.as_user(user_id) as connection:
            rows = connection.execute(_WORTH, {"since": since, "until": until, "booked": booked_since}).fetchall()
        return [Worth.model_validate(row) for row in rows]

    def maintain(self, now: datetime) -> Any:
        """Make coming partitions and roll-ups, and drop what is too old; worker role."""
        with self._timeseries.transaction(statement_timeout_ms=90_000) as connection:
            row = connection.execute("SELECT maintain_timeseries(%s) AS done", (now,)).fetchone()
        return row and row["done"]


_WORTH = """
    WITH hours AS (
        SELECT DISTINCT ON (date_trunc('hour', "timestamp", 'UTC')) "timestamp" AS at, total_value AS usd, is_good
        FROM my_portfolio_snapshots
        WHERE "timestamp" BETWEEN %(since)s AND %(until)s AND is_good IS NOT NULL
        ORDER BY date_trunc('hour', "timestamp", 'UTC'), "timestamp" DESC
    ), days AS (
        SELECT bucket + interval '1 day' - interval '1 microsecond' AS at, last_value AS usd, true AS is_good
        FROM my_portfolio_daily
        WHERE bucket >= greatest(%(since)s, %(booked)s) AND bucket < %(until)s
            AND bucket < (SELECT date_trunc('day', min("timestamp"), 'UTC') FROM my_portfolio_snapshots)
    )
    SELECT * FROM days UNION ALL SELECT * FROM hours ORDER BY at
"""
_ROLLED_UP = (
    "SELECT bucket AS at, last_value AS value, lowest_value AS lowest, highest_value AS highest FROM {}"
    " WHERE bucket >= %s AND bucket < %s ORDER BY bucket LIMIT %s"
)
_HISTORY: Mapping[Interval, Any] = {
    "hour": (
        "SELECT date_trunc('hour', \"timestamp\", 'UTC') AS at,"
        ' (array_agg(total_value ORDER BY "timestamp" DESC))[1] AS value,'
        " min(total_value) AS lowest, max(total_value) AS highest FROM my_portfolio_snapshots"
        ' WHERE "timestamp" >= %s AND "timestamp" < %s GROUP BY 1 ORDER BY 1 LIMIT %s'
    ),
    "day": _ROLLED_UP.format("my_portfolio_daily"),
    "week": _ROLLED_UP.format("my_portfolio_weekly"),
}


def _json(snapshot: Snapshot) -> tuple[Jsonb, Jsonb, Jsonb]:
    """Return chains, assets and categories as columns, each with its value.

    The row can be read by SQL alone.
    """
    values = snapshot.value_by_chain
    chains = {
        name: state.model_dump(mode="json") | {"value": str(values[name])} for name, state in snapshot.chains.items()
    }
    assets = {
        holding.key: holding.model_dump(mode="json", exclude={"key"})
        | {"value": None if holding.value is None else str(holding.value)}
        for holding in snapshot.holdings
    }
    categories = {name: str(value) for name, value in snapshot.value_by_category.items()}
    return Jsonb(chains), Jsonb(assets), Jsonb(categories)


def _snapshot(row: Mapping[str, Any]) -> Snapshot:
    holdings = [Holding.model_validate({"key": key, **value}) for key, value in row["asset_breakdown"].items()]
    return Snapshot(
        job_id=row["job_id"],
        timestamp=row["timestamp"],
        holdings=ranked(holdings),
        chains={name: ChainState.model_validate(value) for name, value in row["chain_breakdown"].items()},
        net=row["total_value"],
        is_good=row["is_good"],
    )
