"""The price table of a region: unit, tiers and source of each row."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

FOLDER = Path(__file__).parent / "prices"
READ_ON = date(2026, 11, 29)
"""When the rows of every region were last gone through."""
STALE_DAYS = 180
HOURS = Decimal(730)
"""Hours of a month, as AWS counts them."""


class PriceError(Exception):
    """The table has no region of that name, or a row that cannot be read."""


@dataclass(frozen=True)
class Price:
    """What one unit costs; `tiers` are (from this quantity on, dollars), the first from 0."""

    key: str
    service: str
    unit: str
    tiers: tuple[tuple[Decimal, Decimal], ...]
    source: str
    checked: str
    """Who else publishes the same figure, and when; empty where nobody was found."""
    note: str

    def of(self, quantity: Decimal) -> Decimal:
        """Return dollars for a month's quantity, each part of it at its own tier's price."""
        ends = [start for start, _ in self.tiers[1:]] + [None]
        total = Decimal(0)
        for (start, dollars), end in zip(self.tiers, ends, strict=True):
            within = quantity - start if end is None else min(quantity, end) - start
            total += max(within, Decimal(0)) * dollars
        return total


def prices(region: str) -> dict[str, Price]:
    """Return the prices of a region by key; PriceError where there are none."""
    path = FOLDER / f"{region}.csv"
    if not path.exists():
        known = ", ".join(sorted(each.stem for each in FOLDER.glob("*.csv")))
        raise PriceError(f"there are no prices of {region} (there are of {known}): add {path.name} from AWS's pages")
    with path.open(newline="") as file:
        return {row["key"]: _price(row) for row in csv.DictReader(file)}


def _price(row: dict[str, str]) -> Price:
    try:
        tiers = tuple(_tier(text) for text in row["tiers"].split())
    except (ArithmeticError, ValueError) as error:
        raise PriceError(f"{row['key']}: {row['tiers']!r} is no list of tiers") from error
    starts = [start for start, _ in tiers]
    if not tiers or starts[0] != 0 or starts != sorted(set(starts)) or not row["source"].startswith("https://"):
        raise PriceError(f"{row['key']}: tiers start at 0 and rise, and a source is an https address")
    return Price(row["key"], row["service"], row["unit"], tiers, row["source"], row["checked"], row["note"])


def _tier(text: str) -> tuple[Decimal, Decimal]:
    start, found, dollars = text.rpartition(":")
    return Decimal(start) if found else Decimal(0), Decimal(dollars)
