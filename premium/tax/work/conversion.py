"""Convert stored values into the report's currency, at the rate of their day.

An import keeps what currency its values are in; rows that say none are in the report's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from typing import Any

from premium.errors import Unprocessable
from premium.money import EXACT, plain
from premium.rates.service import Quote, RateBook
from premium.tax.model import Remark

_MONEY = ("price", "value", "to_value", "fee", "basis", "donor_basis", "portfolio_value")
_VALUES = frozenset({"price", "value", "to_value"})
_STATED = ("proceeds", "basis")
_SHOWN = 5
_READ = Context(prec=6)
"""Digits of a rate in a message."""
_RATE = Context(prec=28)
"""Rates are published with five digits or six: so many more keep a value's own digits, and products stay short."""


@dataclass
class _Converted:
    """What was converted from one currency by one source."""

    rows: int = 0
    values: int = 0
    rates: dict[date, str] = field(default_factory=dict)
    """By day, as a person reads it."""
    carried: dict[date, date] = field(default_factory=dict)

    def note(self, day: date, quote: Quote, rate: Decimal, values: int) -> None:
        self.rows += 1
        self.values += values
        self.rates[day] = plain(_READ.plus(rate))
        if quote.day != day:
            self.carried[day] = quote.day


class Conversion:
    """Converts rows into one currency from each that was stored.

    `book` has the rates of the full hours of the rows to come.
    """

    def __init__(self, book: RateBook, currency: str) -> None:
        self._currency = currency
        self._book = book
        self._quotes: dict[tuple[str, datetime], Quote] = {}
        self._told_of: dict[tuple[str, str], _Converted] = {}

    def rows(self, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield neutral rows in the report's currency; Unprocessable names the first without a rate."""
        for row in rows:
            stored = row.pop("currency", None)
            yield row if stored in (None, self._currency) else self._converted(row, stored)

    def remarks(self) -> list[Remark]:
        """Tell what was converted by whose rates, once all rows have been."""
        return [
            Remark("currency_converted", None, self._told(converted, *by))
            for by, converted in sorted(self._told_of.items())
        ]

    def _told(self, converted: _Converted, stored: str, origin: str) -> str:
        values, rows = _counted(converted.values, "value"), _counted(converted.rows, "transaction")
        text = f"{values} of {rows}, imported in {stored}, converted into {self._currency} by the rates of {origin}"
        days = sorted(converted.rates)
        shown = _listed([f"{converted.rates[day]} on {day}" for day in days], "days more")
        text = f"{text}, each at the rate of its day: one {stored} at {shown}"
        carried = sorted(converted.carried.items())
        if not carried:
            return text
        last = _listed([f"for {day} that of {rated}" for day, rated in carried], "days more")
        return f"{text}; of days without a rate the last published before counts: {last}"

    def _converted(self, row: dict[str, Any], stored: str) -> dict[str, Any]:
        own = row.get("value_currency")  # of a value that the file states in a currency of its own
        names = [name for name in _MONEY if row.get(name) not in (None, "") and not (own and name in _VALUES)]
        stated, fees = row.get("form_1099"), row.get("fees")
        reported = [name for name in _STATED if isinstance(stated, Mapping) and stated.get(name) not in (None, "")]
        charged = [fee for fee in fees if fee.get("value") not in (None, "")] if isinstance(fees, list) else []
        if not names and not reported and not charged:
            return row  # what moved no value of that money needs no rate
        moment = datetime.fromisoformat(row["timestamp"]).astimezone(UTC)
        quote = self._quote(stored, moment)
        rate = quote.rate(_RATE)
        told = self._told_of.setdefault((stored, quote.origin), _Converted())
        told.note(moment.date(), quote, rate, len(names) + len(reported) + len(charged))
        made = row | _times(row, names, rate)
        if reported and isinstance(stated, Mapping):
            made["form_1099"] = {**stated, **_times(stated, reported, rate)}
        if charged and isinstance(fees, list):
            made["fees"] = [{**fee, **_times(fee, ("value",) if fee in charged else (), rate)} for fee in fees]
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


def _times(row: Mapping[str, Any], names: Iterable[str], rate: Decimal) -> dict[str, str]:
    """Multiply these members; what is no number stays for the reader to refuse."""
    return {name: plain(EXACT.multiply(Decimal(row[name]), rate)) for name in names}


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _listed(each: Sequence[str], more: str) -> str:
    rest = f" and {len(each) - _SHOWN} {more}" if len(each) > _SHOWN else ""
    return ", ".join(each[:_SHOWN]) + rest
