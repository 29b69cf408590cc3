"""The SQL of predictions, in the time-series database; the worker role's alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from premium.storage.timeseries import TimeSeries


class PredictionStore:
    """What was said of base fees, a row a minute and horizon."""

    def __init__(self, timeseries: TimeSeries) -> None:
        self._timeseries = timeseries

    def add(self, told: Mapping[str, Any], now: datetime) -> None:
        """Write what a chain's document says of its minute; a second time changes nothing."""
        minute, rows = now.replace(second=0, microsecond=0), told["predictions"]
        with self._timeseries.transaction() as connection, connection.cursor() as cursor:
            cursor.executemany(
                """INSERT INTO gas_predictions (chain, "timestamp", horizon, block, current_gas_price,
                       predicted_gas_price, p80_low, p80_high, p95_low, p95_high, optimal_time, confidence, model,
                       model_version)
                   VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
                [_row(told, minute, row) for row in rows],
            )

    def add_hours(self, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
        """Write a minute's predictions of hours; a second time changes nothing."""
        minute = now.replace(second=0, microsecond=0)
        columns = list(zip(*(_hours(row, minute) for row in rows), strict=True))
        if not columns:
            return
        with self._timeseries.transaction() as connection:
            connection.execute(
                """INSERT INTO gas_predictions (chain, "timestamp", horizon, current_gas_price, predicted_gas_price,
                       p80_low, p80_high, p95_low, p95_high, optimal_time, confidence, model, model_version, unit)
                   SELECT *, 'minute' FROM unnest(%s::text[], %s::timestamptz[], %s::int[], %s::numeric[],
                       %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[], %s::timestamptz[],
                       %s::float8[],
                       %s::text[], %s::text[]) ON CONFLICT DO NOTHING""",
                [list(each) for each in columns],
            )


def _hours(row: Mapping[str, Any], minute: datetime) -> Sequence[Any]:
    best, minutes = datetime.fromtimestamp(row["optimal_time"], UTC), int(row["horizon"].removesuffix("h")) * 60
    return (row["chain"], minute, minutes, row["now"], row["point"], *row["p80"], *row["p95"], best,
            row["confidence"], row["model"], row["model_version"])  # fmt: skip


def _row(told: Mapping[str, Any], minute: datetime, row: Mapping[str, Any]) -> Sequence[Any]:
    best = datetime.fromtimestamp(row["optimal_time"], UTC)
    return (
        told["chain"], minute, row["horizon"], told["block"]["number"] + row["horizon"], told["next_base_fee"],
        row["point"], *row["p80"], *row["p95"], best, row["confidence"], row["model"], row["model_version"],
    )  # fmt: skip
