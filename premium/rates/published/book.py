"""Rates of many days, in which the rate of a moment is looked up.

The rate of a moment is that of its day in UTC; on a day without one (a weekend, a holiday, a day that is not published
yet) the last before it, no more than a week old.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from operator import attrgetter

from premium.prices.model import KnownPrice
from premium.rates.model import Quote, Rate

STATED = "stated"
CARRIED = timedelta(days=7)
"""The bank's longest pauses are five days, at Easter and Christmas."""
STATED_WITHIN = timedelta(hours=96)
"""Rates in the price history have an hour, and rest over weekends and holidays as well."""
_DOLLAR = "USD"
_ONE = Decimal(1)


class RateBook:
    """Rates of several sources.

    The first that has both currencies of a moment is asked alone.

    `stated` are prices of currencies in dollars, which count as the source `stated`.
    """

    def __init__(self, rates: Iterable[Rate], stated: Iterable[KnownPrice], order: Sequence[str]) -> None:
        self._order = tuple(order)
        self._bases: dict[str, str] = {}
        self._rates: dict[tuple[str, str], list[Rate]] = {}
        self._stated: dict[str, list[KnownPrice]] = {}
        for rate in rates:
            self._bases[rate.source] = rate.base
            self._rates.setdefault((rate.source, rate.currency), []).append(rate)
        for price in stated:
            self._stated.setdefault(price.asset, []).append(price)
        for several in self._rates.values():
            several.sort(key=attrgetter("day"))
        for prices in self._stated.values():
            prices.sort(key=attrgetter("at", "source"))

    def quote(self, stored: str, wanted: str, moment: datetime) -> Quote | None:
        """Return what one of `stored` costs in `wanted` at a moment.

        None where no source knows both.
        """
        for source in self._order:
            found = self._stated_quote(stored, wanted, moment) if source == STATED else None
            found = found or self._published(source, stored, wanted, moment.astimezone(UTC).date())
            if found is not None:
                return found
        return None

    def _published(self, source: str, stored: str, wanted: str, day: date) -> Quote | None:
        base = self._bases.get(source)
        if base is None:
            return None
        rates = [self._of_day(source, code, day) for code in (wanted, stored) if code != base]
        found = [rate for rate in rates if rate is not None]
        if not found or len(found) < len(rates):
            return None
        by_code = {rate.currency: rate.value for rate in found} | {base: _ONE}
        via = base if base not in (stored, wanted) else None
        return Quote(by_code[wanted], by_code[stored], source, min(rate.day for rate in found), via)

    def _of_day(self, source: str, code: str, day: date) -> Rate | None:
        known = self._rates.get((source, code), [])
        end = bisect_right(known, day, key=attrgetter("day"))
        if not end:
            return None
        rate = known[end - 1]
        last = rate.until if rate.until is not None else rate.day + CARRIED
        return rate if day <= last else None

    def _stated_quote(self, stored: str, wanted: str, moment: datetime) -> Quote | None:
        """Both in dollars: what one of `stored` costs, by what one of `wanted` does."""
        prices = [self._stated_at(code, moment) for code in (stored, wanted) if code != _DOLLAR]
        found = [price for price in prices if price is not None]
        if not found or len(found) < len(prices):
            return None
        dollars = {price.asset: price.usd for price in found} | {_DOLLAR: _ONE}
        source = "/".join(dict.fromkeys(price.source for price in found))
        via = _DOLLAR if _DOLLAR not in (stored, wanted) else None
        return Quote(dollars[stored], dollars[wanted], source, min(price.at for price in found).date(), via)

    def _stated_at(self, code: str, moment: datetime) -> KnownPrice | None:
        known = self._stated.get(code, [])
        end = bisect_right(known, moment, key=attrgetter("at"))
        if not end or moment - known[end - 1].at > STATED_WITHIN:
            return None
        return known[end - 1]
