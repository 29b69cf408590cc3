"""Prices from outside a history, by asset and time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import NamedTuple

from premium.tax.days import text_of

DAY = 86_400_000_000
"""Microseconds: how old a price may be."""


RATE = "the rate of"
"""How the source of a price begins that is a currency's rate of a day."""


class Price(NamedTuple):
    """A unit price in the report's currency, its instant and its source.

    The source is '' for an own trade; `by` is then the price of what was paid, where that was no value of its own.
    """

    unit: Decimal
    instant: int
    source: str = ""
    by: str = ""

    @property
    def origin(self) -> str:
        """Describe the price for people: `the price of provider at 2024-01-02T10:00:00Z`."""
        if self.source.startswith(RATE):
            return self.source
        if self.source:
            return f"the price of {self.source} at {text_of(self.instant)}"
        return f"the price of the same day, paid at {self.by}" if self.by else "the price of the same day"

    @property
    def mark(self) -> str:
        """Describe the price for the audit's table."""
        if self.source.startswith(RATE):
            return self.source
        by = f" at {self.by}" if self.by else ""
        return f"{self.source} {text_of(self.instant)}" if self.source else f"own trade {text_of(self.instant)}{by}"


Rates = Callable[[str, int], Price | None]
"""What a currency costs at an instant, in the report's; None for what is none, or has no rate then."""


class PriceSeries:
    """Prices of assets, from (asset, instant, unit price, source) in whatever order."""

    def __init__(
        self,
        prices: Iterable[tuple[str, int, Decimal, str]] = (),
        *,
        within: int = DAY,
        money: Rates | None = None,
    ) -> None:
        """`money` says what a currency costs that has no price here."""
        self._within, self._money = within, money
        self._known: dict[str, list[tuple[int, str, Decimal]]] = {}
        for asset, instant, unit, source in prices:
            self._known.setdefault(asset, []).append((instant, source, unit))
        for known in self._known.values():
            known.sort()

    def before(self, asset: str, instant: int) -> Price | None:
        """Return the newest price before an instant, within the bound, or its day's rate."""
        known = self._known.get(asset, ())
        end = bisect_right(known, instant, key=_instant)
        if not end or instant - known[end - 1][0] > self._within:
            return self._money(asset, instant) if self._money else None
        moment, source, unit = known[end - 1]
        return Price(unit, moment, source)


def _instant(entry: tuple[int, str, Decimal]) -> int:
    return entry[0]
