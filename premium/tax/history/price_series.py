"""Prices from outside a history, by asset and time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from premium.tax.days import text_of

DAY = 86_400_000_000
"""Microseconds: how old a price may be."""


class Price(NamedTuple):
    """A unit price in the report's currency, its instant and its source.

    The source is '' for an own trade.
    """

    unit: Decimal
    instant: int
    source: str = ""

    @property
    def origin(self) -> str:
        """Describe the price for people: `the price of provider at 2024-01-02T10:00:00Z`."""
        return f"the price of {self.source} at {text_of(self.instant)}" if self.source else "the price of the same day"

    @property
    def mark(self) -> str:
        """Describe the price for the audit's table."""
        return f"{self.source} {text_of(self.instant)}" if self.source else f"own trade {text_of(self.instant)}"


class PriceSeries:
    """Prices of assets, from (asset, instant, unit price, source) in whatever order."""

    def __init__(self, prices: Iterable[tuple[str, int, Decimal, str]] = (), *, within: int = DAY) -> None:
        self._within = within
        self._known: dict[str, list[tuple[int, str, Decimal]]] = {}
        for asset, instant, unit, source in prices:
            self._known.setdefault(asset, []).append((instant, source, unit))
        for known in self._known.values():
            known.sort()

    def before(self, asset: str, instant: int) -> Price | None:
        """Return the newest price at or before an instant, within the bound."""
        known = self._known.get(asset, ())
        end = bisect_right(known, instant, key=_instant)
        if not end or instant - known[end - 1][0] > self._within:
            return None
        moment, source, unit = known[end - 1]
        return Price(unit, moment, source)


def _instant(entry: tuple[int, str, Decimal]) -> int:
    return entry[0]
