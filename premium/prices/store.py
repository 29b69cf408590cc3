"""The SQL of stored prices, in the time-series database; the worker role's alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from premium.prices.model import KnownPrice, Price
from premium.storage.timeseries import TimeSeries

_BATCH = 5_000
_NEAREST = """
SELECT DISTINCT found.asset, found."timestamp", found.price_usd, found.source
FROM unnest(%s::text[], %s::timestamptz[]) AS asked (asset, moment)
CROSS JOIN LATERAL (
    SELECT asset, "timestamp", price_usd, source FROM price_history
    WHERE asset = asked.asset AND "timestamp" <= asked.moment AND "timestamp" >= asked.moment - %s
    ORDER BY "timestamp" DESC, source LIMIT 1
) AS found
ORDER BY found.asset, found."timestamp", found.source
"""


class StoredPrices:
    """What assets cost at past moments, as each source has said it."""

    def __init__(self, timeseries: TimeSeries) -> None:
        self._timeseries = timeseries

    def add(self, prices: Iterable[KnownPrice]) -> int:
        """Store prices and return how many were new.

        What a source has said of a moment stays. Prices of zero say nothing and are left out.
        """
        rows = sorted({price for price in prices if price.usd > 0})
        added = 0
        for start in range(0, len(rows), _BATCH):
            columns = zip(*rows[start : start + _BATCH], strict=True)
            with self._timeseries.transaction() as connection:
                added += connection.execute(
                    """INSERT INTO price_history (asset, "timestamp", price_usd, source)
                       SELECT * FROM unnest(%s::text[], %s::timestamptz[], %s::numeric[], %s::text[])
                       ON CONFLICT DO NOTHING""",
                    [list(column) for column in columns],
                ).rowcount
        return added

    def keep(self, prices: Iterable[Price]) -> int:
        """Store current prices for those who ask later; return how many were new."""
        return self.add(KnownPrice(price.key, price.at, price.usd, price.source) for price in prices)

    def kept(self, assets: Sequence[str]) -> frozenset[str]:
        """Return those assets of which any price is stored."""
        with self._timeseries.transaction() as connection:
            rows = connection.execute(
                "SELECT name FROM unnest(%s::text[]) AS name"
                " WHERE EXISTS (SELECT FROM price_history WHERE asset = name)",
                (list(assets),),
            ).fetchall()
        return frozenset(row["name"] for row in rows)

    def before(self, asked: Sequence[tuple[str, datetime]], within: timedelta) -> list[KnownPrice]:
        """Return the newest price at or before each moment, no older than `within`.

        `asked` are assets and moments; those without a price are left out.
        """
        found: list[KnownPrice] = []
        for start in range(0, len(asked), _BATCH):
            part = asked[start : start + _BATCH]
            values = ([asset for asset, _ in part], [moment for _, moment in part], within)
            with self._timeseries.transaction() as connection:
                rows = connection.execute(_NEAREST, values).fetchall()
            found += [KnownPrice(row["asset"], row["timestamp"], row["price_usd"], row["source"]) for row in rows]
        return found
