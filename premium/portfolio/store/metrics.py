"""The SQL of days' closes with their splits and figures, in the time-series database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from premium.storage.timeseries import TimeSeries


class Close(NamedTuple):
    """A user's day at its last statement."""

    at: datetime
    total: Decimal
    is_good: bool
    splits: Mapping[str, Mapping[str, str]]
    figures: Mapping[str, Any]


class MetricStore:
    """Each user's days for good: worth by part, and figures of returns to that day."""

    def __init__(self, timeseries: TimeSeries) -> None:
        self._timeseries = timeseries

    def keep(self, user_id: UUID, close: Close) -> None:
        """Keep a day's close, the later one of two; worker role."""
        with self._timeseries.transaction() as connection:
            connection.execute(
                """INSERT INTO performance_metrics AS m (user_id, day, at, total_value, is_good, splits, figures)
                   VALUES (%s, %s, %s, %s, %s, %s, %s)
                   ON CONFLICT (user_id, day) DO UPDATE SET at = excluded.at, total_value = excluded.total_value,
                       is_good = excluded.is_good, splits = excluded.splits, figures = excluded.figures
                   WHERE m.at <= excluded.at""",
                (user_id, close.at.date(), close.at, close.total, close.is_good, Jsonb(dict(close.splits)),
                 Jsonb(dict(close.figures))),
            )  # fmt: skip

    def refigure(self, user_id: UUID, day: datetime, figures: Mapping[str, Any]) -> None:
        """Write a day's figures anew; worker role."""
        with self._timeseries.transaction() as connection:
            connection.execute(
                "UPDATE performance_metrics SET figures = %s WHERE user_id = %s AND day = %s",
                (Jsonb(dict(figures)), user_id, day.date()),
            )

    def last(self, user_id: UUID) -> datetime | None:
        """Return the time of the user's newest close; worker role."""
        with self._timeseries.transaction() as connection:
            row = connection.execute(
                "SELECT max(at) AS at FROM performance_metrics WHERE user_id = %s", (user_id,)
            ).fetchone()
        return row["at"] if row else None

    def figures(self, user_id: UUID, window: str) -> tuple[datetime, Mapping[str, Any]] | None:
        """Return the newest figures of a window, and to when they are."""
        with self._timeseries.as_user(user_id) as connection:
            row = connection.execute(
                "SELECT at, figures -> %s AS figures FROM my_performance_metrics ORDER BY day DESC LIMIT 1", (window,)
            ).fetchone()
        return (row["at"], row["figures"]) if row and row["figures"] else None

    def parts(
        self, user_id: UUID, scope: str, since: datetime, until: datetime
    ) -> list[tuple[datetime, bool, Mapping[str, str]]]:
        """Return by close, oldest first, whether it is good and what each part was worth."""
        with self._timeseries.as_user(user_id) as connection:
            rows = connection.execute(
                """SELECT at, is_good, coalesce(splits -> %s, '{}') AS parts FROM my_performance_metrics
                   WHERE at BETWEEN %s AND %s AND day >= %s ORDER BY day""",
                (scope, since, until, (since - timedelta(days=1)).date()),
            ).fetchall()
        return [(row["at"], row["is_good"], row["parts"]) for row in rows]
