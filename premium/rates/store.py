"""The SQL of published exchange rates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from premium.rates.model import Rate
from premium.storage.postgres import Database

_ADD = """
INSERT INTO exchange_rates (source, base, currency, day, value, until)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::date[], %s::numeric[], %s::date[])
ON CONFLICT DO NOTHING
"""
_BETWEEN = """
SELECT source, base, currency, day, value, until FROM exchange_rates
WHERE source = ANY(%s) AND currency = ANY(%s) AND coalesce(until, day) >= %s AND day <= %s
ORDER BY source, currency, day
"""
_DIFFERENT = """
SELECT stored.source, stored.base, stored.currency, stored.day, stored.value, stored.until
FROM unnest(%s::text[], %s::text[], %s::date[], %s::numeric[]) AS given (source, currency, day, value)
JOIN exchange_rates stored USING (source, currency, day)
WHERE stored.value <> given.value
ORDER BY stored.day, stored.currency
"""


class RateStore:
    """Rates as each source has published them: what was said of a day stays."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, rates: Iterable[Rate]) -> int:
        """Store rates, all or none; return how many were new."""
        rows = list(rates)
        columns = [[getattr(rate, name) for rate in rows] for name in Rate._fields]
        with self._database.transaction() as connection:
            return connection.execute(_ADD, columns).rowcount

    def different(self, rates: Iterable[Rate]) -> list[Rate]:
        """Return the stored rates that another value is given for."""
        rows = list(rates)
        columns = [[getattr(rate, name) for rate in rows] for name in ("source", "currency", "day", "value")]
        with self._database.transaction() as connection:
            return [Rate(**row) for row in connection.execute(_DIFFERENT, columns).fetchall()]

    def between(self, sources: Sequence[str], currencies: Sequence[str], first: date, last: date) -> list[Rate]:
        """Return the rates of these currencies that hold on days from `first` to `last`."""
        with self._database.transaction() as connection:
            rows = connection.execute(_BETWEEN, (list(sources), list(currencies), first, last)).fetchall()
        return [Rate(**row) for row in rows]

    def newest(self, source: str) -> dict[str, Rate]:
        """Return the newest rate of each currency of a source."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT DISTINCT ON (currency) source, base, currency, day, value, until FROM exchange_rates"
                " WHERE source = %s ORDER BY currency, day DESC",
                (source,),
            ).fetchall()
        return {row["currency"]: Rate(**row) for row in rows}
