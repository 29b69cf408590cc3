"""Find what money rotki's values are in, by all lines of a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from premium.tax.importers.base import Line, Made, Told
from premium.tax.rules.base import LEGAL_TENDER


class MainCurrency(NamedTuple):
    """The money that `fiat_value` is in, which no column names."""

    code: str | None
    """None where it is another than the report's, and nothing says which: its values are left out."""
    notice: str | None = None
    told: bool | None = None


def main_currency(lines: Iterable[Line], currency: str) -> MainCurrency:
    """Return the main currency, in which alone money is worth its own amount."""
    same, other, valued = set[str](), set[str](), False
    for line in lines:
        code = line["asset_symbol"] or line["asset"]
        try:
            amount, worth = line.notation.read(line["amount"]), line.notation.read(line["fiat_value"] or "0")
        except ValueError:
            continue  # whoever reads the line says so
        valued = valued or bool(worth)
        if code in LEGAL_TENDER and amount and worth:
            (same if amount == worth else other).add(code)
    found = same - other
    if len(found) == 1 or not valued:
        return MainCurrency(next(iter(found), currency), told=True)
    advice = f"set rotki's main currency to {currency} and export again"
    if currency in other or found:
        text = f"`fiat_value` is in rotki's main currency, which the file does not tell and which is not {currency}"
        return MainCurrency(None, f"{text}: the values are left out; {advice}")
    return MainCurrency(
        currency, f"`fiat_value` is taken as {currency}, rotki's main currency stands nowhere; else {advice}"
    )


def telling(made: Iterable[Made], money: MainCurrency) -> Iterator[Made]:
    """Yield what an event reads as, and what is told of the main currency."""
    yield from made
    if money.notice is not None:
        yield Told("value_currency_assumed", money.notice)
