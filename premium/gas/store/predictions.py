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


def _row(told: Mapping[str, Any], minute: datetime, row: Mapping[str, Any]) -> Sequence[Any]:
    best = datetime.fromtimestamp(row["optimal_time"], UTC)
    return (
        told["chain"], minute, row["horizon"], told["block"]["number"] + row["horizon"], told["next_base_fee"],
        row["point"], *row["p80"], *row["p95"], best, row["confidence"], row["model"], row["model_version"],
    )  # fmt: skip
