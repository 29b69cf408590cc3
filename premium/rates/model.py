"""Values of exchange rates."""

from __future__ import annotations

from datetime import date
from decimal import Context, Decimal
from typing import NamedTuple

from premium.money import EXACT, divide

ECB, EURO = "ecb", "EUR"


class Rate(NamedTuple):
    """Units of a currency for one of the base.

    As a source published it for a day.

    `until` is the last day it is meant for; None for a rate that holds until the next one.
    """

    source: str
    base: str
    currency: str
    day: date
    value: Decimal
    until: date | None = None


class Quote(NamedTuple):
    """What a currency costs in another, as an exact fraction.

    With whose rates of when it rests on.
    """

    numerator: Decimal
    denominator: Decimal
    source: str
    day: date
    """The day of the rate: of two, the earlier."""
    via: str | None = None
    """The currency that both rates are in, where neither of the two is it."""

    def rate(self, context: Context) -> Decimal:
        """Return the quotient, rounded as a context says."""
        return context.divide(self.numerator, self.denominator)

    def of(self, amount: Decimal) -> Decimal:
        """Return what an amount is in the other currency, to 76 digits."""
        return divide(EXACT.multiply(amount, self.numerator), self.denominator)

    @property
    def origin(self) -> str:
        """Say whose rate it is: `ecb via EUR`."""
        return f"{self.source} via {self.via}" if self.via else self.source
