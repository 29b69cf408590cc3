"""The door of the exchange rates: what other services ask."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from premium.errors import InvalidInput
from premium.money import divide
from premium.prices.store import StoredPrices
from premium.rates.manifest import RateSettings
from premium.rates.model import ECB, EURO, Quote, Rate
from premium.rates.published.book import CARRIED, STATED, STATED_WITHIN, RateBook
from premium.rates.published.codes import PUBLISHED
from premium.rates.published.history import newest_day, shipped
from premium.rates.store import RateStore

if TYPE_CHECKING:
    from premium.bootstrap import Platform

__all__ = ["ExchangeRates", "Quote", "RateBook", "publishes"]
_DOLLAR = "USD"


def publishes(currency: str) -> bool:
    """Return whether the central bank has ever published a currency's rate."""
    return currency in PUBLISHED


class ExchangeRates:
    """Rates of currencies by day.

    Of the shipped history, of what was fetched or loaded since, and of the price history.

    `order` are the sources that count, the first that has both currencies of a day.
    """

    def __init__(self, store: RateStore, stated: StoredPrices, order: Sequence[str]) -> None:
        self._store, self._stated, self._order = store, stated, tuple(order)

    @classmethod
    def of(cls, platform: Platform) -> Self:
        """Return the rates of a worker's platform."""
        order = platform.settings.of(RateSettings).exchange_rate_sources.split(",")
        return cls(RateStore(platform.worker_database), StoredPrices(platform.timeseries), order)

    @classmethod
    def of_function(cls, platform: Platform) -> Self:
        """Return the central bank's rates as a handler may read them."""
        return cls(RateStore(platform.database), StoredPrices(platform.timeseries), (ECB,))

    def for_a_dollar(self, currency: str) -> tuple[Decimal, date] | None:
        """Return the newest known price of a dollar in a currency, and its day.

        Of two rates the earlier day's; None where there is none.
        """
        if currency == _DOLLAR:
            return None
        newest = self.newest()
        known = [newest.get(code) for code in (_DOLLAR, currency) if code != EURO]
        rates = [rate for rate in known if rate is not None]
        if len(rates) < len(known):
            return None
        other = Decimal(1) if currency == EURO else rates[-1].value
        return divide(other, rates[0].value), min(rate.day for rate in rates)

    def book(self, asked: Collection[tuple[str, datetime]]) -> RateBook:
        """Return the rates for these currencies at these moments, to be looked up in."""
        if not asked:
            return RateBook((), (), self._order)
        days = [moment.astimezone(UTC).date() for _, moment in asked]
        codes = frozenset(code for code, _ in asked)
        rates = self._published(codes, min(days), max(days))
        stated = sorted(one for one in set(asked) if one[0] != _DOLLAR)
        prices = self._stated.before(stated, STATED_WITHIN) if STATED in self._order else []
        return RateBook(rates, prices, self._order)

    def add(self, rates: Sequence[Rate]) -> int:
        """Store what a source has published; InvalidInput where its earlier rates say otherwise."""
        for source in {rate.source for rate in rates}:
            bases = {rate.base for rate in self._store.newest(source).values()} | {
                rate.base for rate in rates if rate.source == source
            }
            if len(bases) > 1:
                raise InvalidInput(
                    f"the rates of {source} are in {' and in '.join(sorted(bases))}: one source, one base"
                )
        if different := self._store.different(rates):
            rate = different[0]
            raise InvalidInput(
                f"{len(different)} rates differ from what {rate.source} has said before: {rate.currency} of {rate.day}"
                f" is stored as {rate.value}; load a correction under another source's name"
            )
        return self._store.add(rates)

    def newest(self) -> dict[str, Rate]:
        """Return the central bank's newest known rate of each currency."""
        last = newest_day()
        known = {rate.currency: rate for rate in shipped(None, last, last)}
        stored = self._store.newest(ECB).items()
        return known | {code: rate for code, rate in stored if code not in known or known[code].day <= rate.day}

    def _published(self, codes: frozenset[str], first: date, last: date) -> list[Rate]:
        """Return the rates that may hold on these days: what is stored stands before what is shipped."""
        since, sources = first - CARRIED, [source for source in self._order if source != STATED]
        stored = self._store.between(sources, sorted(codes), since, last)
        if ECB not in sources:
            return stored
        known = {(rate.currency, rate.day) for rate in stored if rate.source == ECB}
        past = shipped(codes - {EURO}, since, last)
        return [*stored, *(rate for rate in past if (rate.currency, rate.day) not in known)]
