"""The SQL of gas history, in the time-series database; the worker role's alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from premium.gas.model import GasBlock, Hole
from premium.gas.store.predictions import PredictionStore
from premium.gas.store.tens import TenStore
from premium.storage.timeseries import TimeSeries

_TOP = 2**63 - 1
"""Above every height."""
WINDOW = 5_000
"""Blocks behind the newest in which holes are filled."""
_TIPS = GasBlock._fields.index("tips")
_AROUND = timedelta(days=2)
"""Blocks of one height lie no further apart: it bounds the partitions that are looked into."""


class GasHistory:
    """Blocks of chains, as they are on the chain now."""

    def __init__(self, timeseries: TimeSeries) -> None:
        self._timeseries = timeseries
        self.predictions = PredictionStore(timeseries)
        self.tens = TenStore(timeseries)

    def newest(self, chain: str, count: int) -> list[GasBlock]:
        """Return the newest blocks, the oldest of them first."""
        with self._timeseries.transaction() as connection:
            rows = connection.execute(
                """SELECT number, "timestamp", hash, parent, base_fee, gas_used, gas_limit, tips, lowest_taken,
                          transactions, blob_gas_used, excess_blob_gas, basis
                   FROM gas_history WHERE chain = %s ORDER BY number DESC LIMIT %s""",
                (chain, count),
            ).fetchall()
        return [_block(row) for row in reversed(rows)]

    def fees(self, chain: str, count: int) -> list[tuple[datetime, float]]:
        """Return time and base fee, in wei, of the newest blocks, the oldest first.

        Those without a market, of a base fee of 0, are passed over.
        """
        with self._timeseries.transaction() as connection:
            rows = connection.execute(
                """SELECT "timestamp", base_fee::float8 AS fee FROM gas_history
                   WHERE chain = %s AND base_fee > 0 ORDER BY number DESC LIMIT %s""",
                (chain, count),
            ).fetchall()
        return [(row["timestamp"], row["fee"]) for row in reversed(rows)]

    def append(self, chain: str, blocks: Sequence[GasBlock]) -> None:
        """Write blocks that follow one another as the chain's newest.

        What stood at their heights or above is another branch's, and goes.
        """
        self._replace(chain, blocks, _TOP)

    def fill(self, chain: str, blocks: Sequence[GasBlock]) -> None:
        """Write blocks that follow one another into a hole."""
        self._replace(chain, blocks, blocks[-1].number)

    def hole(self, chain: str, since: int) -> Hole | None:
        """Return the newest break of the chain from a height on.

        None where there is none.

        Blocks that are missing, or one that is not the parent of the next.
        """
        with self._timeseries.transaction() as connection:
            row = connection.execute(
                """SELECT least(before + 1, number - 1) AS low, number - 1 AS high, parent FROM (
                       SELECT number, parent, lag(number) OVER chained AS before, lag(hash) OVER chained AS hash
                       FROM gas_history WHERE chain = %s AND number >= %s WINDOW chained AS (ORDER BY number)
                   ) AS pairs
                   WHERE number > before + 1 OR hash <> parent ORDER BY number DESC LIMIT 1""",
                (chain, since),
            ).fetchone()
        return Hole(row["low"], row["high"], bytes(row["parent"])) if row else None

    def newest_hole(self, chain: str) -> Hole | None:
        """Return the newest break within WINDOW, None where there is none."""
        newest = self.newest(chain, 1)
        return self.hole(chain, newest[0].number - WINDOW) if newest else None

    def keep_up(self, now: datetime) -> None:
        """Roll closed hours up and drop what is older than 90 days.

        Partitions of the next days are made.
        """
        with self._timeseries.transaction() as connection:
            connection.execute("SELECT gas_upkeep(%s)", (now,))

    def _replace(self, chain: str, blocks: Sequence[GasBlock], last: int) -> None:
        """Write blocks in the place of those from the first one's height to `last`."""
        columns: list[list[Any]] = [list(column) for column in zip(*blocks, strict=True)]
        columns[_TIPS] = [f"{{{','.join(map(str, each))}}}" for each in columns[_TIPS]]
        with self._timeseries.transaction() as connection:
            connection.execute(
                """DELETE FROM gas_history
                   WHERE chain = %s AND "timestamp" >= %s AND number BETWEEN %s AND %s""",
                (chain, blocks[0].timestamp - _AROUND, blocks[0].number, last),
            )
            connection.execute(
                """INSERT INTO gas_history (chain, number, "timestamp", hash, parent, base_fee, gas_used, gas_limit,
                                            tips, lowest_taken, transactions, blob_gas_used, excess_blob_gas, basis)
                   SELECT %s, n, at, h, p, fee, used, most, tips::numeric[], low, txs, blob, excess, basis
                   FROM unnest(%s::bigint[], %s::timestamptz[], %s::bytea[], %s::bytea[], %s::numeric[], %s::bigint[],
                               %s::bigint[], %s::text[], %s::numeric[], %s::integer[], %s::bigint[], %s::bigint[],
                               %s::text[])
                   AS new (n, at, h, p, fee, used, most, tips, low, txs, blob, excess, basis)
                   ON CONFLICT DO NOTHING""",
                (chain, *columns),
            )


def _block(row: dict[str, Any]) -> GasBlock:
    lowest = row["lowest_taken"]
    return GasBlock(
        number=row["number"], timestamp=row["timestamp"], hash=bytes(row["hash"]), parent=bytes(row["parent"]),
        base_fee=int(row["base_fee"]), gas_used=row["gas_used"], gas_limit=row["gas_limit"],
        tips=tuple(int(each) for each in row["tips"]), lowest_taken=None if lowest is None else int(lowest),
        transactions=row["transactions"], blob_gas_used=row["blob_gas_used"], excess_blob_gas=row["excess_blob_gas"],
        basis=row["basis"],
    )  # fmt: skip
