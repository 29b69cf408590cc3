"""Take exchange rates from the shipped history, without a server."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from premium.tax.days import moment_of
from premium.tax.history.price_series import RATE, Price
from premium.tax.rules.base import LEGAL_TENDER

if TYPE_CHECKING:
    from premium.rates.published.book import RateBook

_FIRST = date(1999, 1, 4)


class PublishedRates:
    """Says what a currency costs in the report's, by the rate of its day."""

    def __init__(self, currency: str) -> None:
        self._currency = currency
        self._books: dict[str, RateBook] = {}

    def __call__(self, asset: str, instant: int) -> Price | None:
        """Return the rate of an instant's day, or the last before it.

        None for what is no money, or has no rate.
        """
        if asset not in LEGAL_TENDER or asset == self._currency or self._currency not in LEGAL_TENDER:
            return None
        quote = self._book(asset).quote(asset, self._currency, moment_of(instant))
        if quote is None:
            return None
        return Price(quote.of(Decimal(1)), instant, f"{RATE} {quote.origin} of {quote.day}")

    def _book(self, asset: str) -> RateBook:
        from premium.rates.model import ECB, EURO  # noqa: PLC0415 - loads longer than a small history computes
        from premium.rates.published.book import RateBook  # noqa: PLC0415 - see above
        from premium.rates.published.history import newest_day, shipped  # noqa: PLC0415 - see above

        if asset not in self._books:
            codes = frozenset({asset, self._currency}) - {EURO}
            self._books[asset] = RateBook(shipped(codes, _FIRST, newest_day()), (), (ECB,))
        return self._books[asset]
