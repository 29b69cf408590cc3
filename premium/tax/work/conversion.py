"""Convert stored values into the report's currency, at the rate of their hour.

An import keeps what currency its values are in; rows that say none are in the report's. Rates are the price history's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Context, Decimal
from typing import Any

from premium.errors import Unprocessable
from premium.money import EXACT, plain
from premium.tax.days import instant_of
from premium.tax.history.price_series import PriceSeries
from premium.tax.model import Remark
from premium.tax.work.rates import DOLLAR

_MONEY = ("price", "value", "to_value", "fee", "basis", "donor_basis", "portfolio_value")
_STATED = ("proceeds", "basis")
_RATE = Context(prec=28)
"""Rates are published with five digits or six: so many more keep a value's own digits, and products stay short."""


class Conversion:
    """Converts rows into one currency from each that was stored.

    `dollars` is what one of each costs at the full hours of the rows to come.
    """

    def __init__(self, dollars: PriceSeries, currency: str) -> None:
        self._currency = currency
        self._dollars = dollars
        self._rates: dict[tuple[str, datetime], Decimal] = {}
        self._converted_rows: Counter[str] = Counter()

    def rows(self, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield neutral rows in the report's currency; Unprocessable names the first without a rate."""
        for row in rows:
            stored = row.pop("currency", None)
            yield row if stored in (None, self._currency) else self._converted(row, stored)

    def remarks(self) -> list[Remark]:
        """Tell what was converted, once all rows have been."""
        return [
            Remark("currency_converted", None, f"{count} transactions are in {stored}: taken at their hour's rate")
            for stored, count in sorted(self._converted_rows.items())
        ]

    def _converted(self, row: dict[str, Any], stored: str) -> dict[str, Any]:
        rate = self._rate(stored, datetime.fromisoformat(row["timestamp"]).astimezone(UTC))
        self._converted_rows[stored] += 1
        made = row | _times(row, _MONEY, rate)
        stated = row.get("form_1099")
        if isinstance(stated, Mapping):
            made["form_1099"] = {**stated, **_times(stated, _STATED, rate)}
        return made

    def _rate(self, stored: str, moment: datetime) -> Decimal:
        hour = moment.replace(minute=0, second=0, microsecond=0)
        found = self._rates.get((stored, hour))
        if found is None:
            dollars = self._dollars_of(stored, hour), self._dollars_of(self._currency, hour)
            found = self._rates[stored, hour] = _RATE.divide(*dollars)
        return found

    def _dollars_of(self, code: str, hour: datetime) -> Decimal:
        if code == DOLLAR:
            return Decimal(1)
        filled = self._dollars.before(code, instant_of(hour))
        if filled is None:
            raise Unprocessable(
                f"transactions of {hour:%Y-%m-%d} are not in {self._currency}, and no exchange rate of {code} is known"
                " for the 96 hours before them",
                details={"currency": code, "day": f"{hour:%Y-%m-%d}"},
            )
        return filled.unit


def _times(row: Mapping[str, Any], names: tuple[str, ...], rate: Decimal) -> dict[str, str]:
    """Multiply those of these members that are there; what is no number stays for the reader to refuse."""
    return {name: plain(EXACT.multiply(Decimal(row[name]), rate)) for name in names if row.get(name) not in (None, "")}
