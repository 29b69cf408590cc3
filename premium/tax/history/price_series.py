"""Prices from outside a history: the newest at or before a moment, no older than a bound. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from premium.tax.days import text_of

DAY = 86_400_000_000
"""Microseconds: how old a price may be."""


class Price(NamedTuple):
    """A unit price in the report's currency, of what instant it is, and who said it ('' for an own trade)."""

    unit: Decimal
    instant: int
    source: str = ""

    @property
    def origin(self) -> str:
        """For people: `the price of provider at 2024-01-02T10:00:00Z`."""
        return f"the price of {self.source} at {text_of(self.instant)}" if self.source else "the price of the same day"

    @property
    def mark(self) -> str:
        """For the audit's table."""
        return f"{self.source} {text_of(self.instant)}" if self.source else f"own trade {text_of(self.instant)}"


class PriceSeries:
    """(asset, instant, unit price, source), in whatever order."""

    def __init__(self, prices: Iterable[tuple[str, int, Decimal, str]] = (), *, within: int = DAY) -> None:
        self._within = within
        self._known: dict[str, list[tuple[int, str, Decimal]]] = {}
        for asset, instant, unit, source in prices:
            self._known.setdefault(asset, []).append((instant, source, unit))
        for known in self._known.values():
            known.sort()

    def before(self, asset: str, instant: int) -> Price | None:
        """The newest at or before `instant`; None where it is older than the bound."""
        known = self._known.get(asset, ())
        at = bisect_right(known, instant, key=_instant)
        if not at or instant - known[at - 1][0] > self._within:
            return None
        moment, source, unit = known[at - 1]
        return Price(unit, moment, source)


def _instant(entry: tuple[int, str, Decimal]) -> int:
    return entry[0]
