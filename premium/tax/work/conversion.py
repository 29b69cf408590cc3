"""Convert stored values into the report's currency, at the rate of their day.

An import keeps what currency its values are in; rows that say none are in the report's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from typing import Any

from premium.errors import Unprocessable
from premium.money import EXACT, plain
from premium.rates.service import Quote, RateBook
from premium.tax.model import Remark

_MONEY = ("price", "value", "to_value", "fee", "basis", "donor_basis", "portfolio_value")
_STATED = ("proceeds", "basis")
_SHOWN = 5
_RATE = Context(prec=28)
"""Rates are published with five digits or six: so many more keep a value's own digits, and products stay short."""


class Conversion:
    """Converts rows into one currency from each that was stored.

    `book` has the rates of the full hours of the rows to come.
    """

    def __init__(self, book: RateBook, currency: str) -> None:
        self._currency = currency
        self._book = book
        self._quotes: dict[tuple[str, datetime], Quote] = {}
        self._converted_rows: Counter[tuple[str, str]] = Counter()
        self._carried: dict[tuple[str, str], dict[date, date]] = {}

    def rows(self, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield neutral rows in the report's currency; Unprocessable names the first without a rate."""
        for row in rows:
            stored = row.pop("currency", None)
            yield row if stored in (None, self._currency) else self._converted(row, stored)

    def remarks(self) -> list[Remark]:
        """Tell what was converted by whose rates, once all rows have been."""
        return [
            Remark("currency_converted", None, self._told(count, *by))
            for by, count in sorted(self._converted_rows.items())
        ]

    def _told(self, count: int, stored: str, origin: str) -> str:
        text = f"{count} transactions are in {stored}: taken at the rate of their day in {self._currency} ({origin})"
        carried = sorted(self._carried.get((stored, origin), {}).items())
        if not carried:
            return text
        shown = ", ".join(f"{day} that of {rated}" for day, rated in carried[:_SHOWN])
        more = f" and {len(carried) - _SHOWN} days more" if len(carried) > _SHOWN else ""
        return f"{text}; of days without a rate the last published before counts: for {shown}{more}"

    def _converted(self, row: dict[str, Any], stored: str) -> dict[str, Any]:
        moment = datetime.fromisoformat(row["timestamp"]).astimezone(UTC)
        quote = self._quote(stored, moment)
        by = stored, quote.origin
        self._converted_rows[by] += 1
        if quote.day != moment.date():
            self._carried.setdefault(by, {})[moment.date()] = quote.day
        rate = quote.rate(_RATE)
        made = row | _times(row, _MONEY, rate)
        stated = row.get("form_1099")
        if isinstance(stated, Mapping):
            made["form_1099"] = {**stated, **_times(stated, _STATED, rate)}
        return made

    def _quote(self, stored: str, moment: datetime) -> Quote:
        hour = moment.replace(minute=0, second=0, microsecond=0)
        found = self._quotes.get((stored, hour)) or self._book.quote(stored, self._currency, hour)
        if found is None:
            raise Unprocessable(
                f"transactions of {hour:%Y-%m-%d} are in {stored}, and no exchange rate of {stored} in {self._currency}"
                " is known for that day or the week before",
                details={"currency": stored, "day": f"{hour:%Y-%m-%d}"},
            )
        self._quotes[stored, hour] = found
        return found


def _times(row: Mapping[str, Any], names: tuple[str, ...], rate: Decimal) -> dict[str, str]:
    """Multiply those of these members that are there; what is no number stays for the reader to refuse."""
    return {name: plain(EXACT.multiply(Decimal(row[name]), rate)) for name in names if row.get(name) not in (None, "")}
