"""The SQL of base fees by ten minutes, in the time-series database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from premium.gas.model import Ten
from premium.storage.timeseries import TimeSeries

TEN = timedelta(minutes=10)
_AGAIN, _ONCE_AN_HOUR = timedelta(minutes=30), timedelta(hours=6)
"""How far back is summed again: gaps are filled late, and reorganised blocks replaced."""
_KEPT = timedelta(days=100)


class TenStore:
    """Ten minutes by ten minutes, of all chains."""

    def __init__(self, timeseries: TimeSeries) -> None:
        self._timeseries = timeseries

    def sum_up(self, now: datetime, *, far: bool = False) -> None:
        """Sum up the newest blocks.

        `far`: those of six hours, and what is too old goes.
        """
        since = now - (_ONCE_AN_HOUR if far else _AGAIN)
        with self._timeseries.transaction() as connection:
            connection.execute(
                """INSERT INTO gas_tens AS t (chain, at, blocks, base_fee_first, base_fee_average)
                   SELECT chain, date_bin('10 minutes', "timestamp", 'epoch'), count(*),
                          (array_agg(base_fee ORDER BY number))[1], round(avg(base_fee))
                   FROM gas_history
                   WHERE base_fee > 0 AND "timestamp" >= date_bin('10 minutes', least(
                       %s, coalesce((SELECT max(at) FROM gas_tens), '-infinity')), 'epoch')
                   GROUP BY 1, 2
                   ON CONFLICT (chain, at) DO UPDATE SET blocks = excluded.blocks,
                       base_fee_first = excluded.base_fee_first, base_fee_average = excluded.base_fee_average
                   WHERE t.blocks <= excluded.blocks""",
                (since,),
            )
            if far:
                connection.execute("DELETE FROM gas_tens WHERE at < %s", (now - _KEPT,))

    def newest(self, chains: Sequence[str], since: datetime, now: datetime) -> dict[str, list[tuple[int, float]]]:
        """Return (time, average) of chains' ten minutes that are over, the oldest first."""
        with self._timeseries.transaction() as connection:
            rows = connection.execute(
                """SELECT chain, extract(epoch FROM at)::bigint AS at, base_fee_average::float8 AS average
                   FROM gas_tens WHERE chain = ANY (%s) AND at >= %s AND at <= %s ORDER BY chain, at""",
                (list(chains), since, now - TEN),
            ).fetchall()
        found: dict[str, list[tuple[int, float]]] = {}
        for row in rows:
            found.setdefault(row["chain"], []).append((row["at"], row["average"]))
        return found

    def closed(self, chain: str, since: datetime, now: datetime) -> list[Ten]:
        """Return the ten minutes of a chain that are over, the oldest first."""
        with self._timeseries.transaction() as connection:
            rows = connection.execute(
                """SELECT at, base_fee_first::float8 AS first, base_fee_average::float8 AS average FROM gas_tens
                   WHERE chain = %s AND at >= %s AND at <= %s ORDER BY at""",
                (chain, since, now - TEN),
            ).fetchall()
        return [Ten(row["at"], row["first"], row["average"]) for row in rows]
