"""Refuse rates that make no sense beside those before them.

The largest steps of a working day since 1999, of any currency, were 68 % (the lira, in February 2001) and 49 % (the
krona, in November 2008); of the dollar, the pound, the yen and the like 7 %. A new currency comes with a new code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from premium.rates.model import Rate

MAX_STEP, STEADY_STEP = Decimal("1.8"), Decimal("1.25")
STEADY = frozenset({"USD", "GBP", "JPY", "CHF", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "SGD", "HKD"})
_COMPARABLE_DAYS = 14
"""After a longer silence a rate is compared to nothing: Iceland's was of ten years before."""


class Refusal(NamedTuple):
    """A rate that was not taken, and the one that it was compared to."""

    rate: Rate
    before: Rate

    @property
    def text(self) -> str:
        """Say it in a sentence."""
        rate, before = self.rate, self.before
        return f"{rate.currency} at {rate.value} on {rate.day} after {before.value} on {before.day}"


def sensible(rates: Iterable[Rate], last: Mapping[str, Rate]) -> tuple[list[Rate], list[Refusal]]:
    """Part rates into those to take and those to refuse.

    They come in the order of their days.

    `last` is the newest known rate of each currency before them. A refused one is compared to by nobody.
    """
    known, taken, refused = dict(last), list[Rate](), list[Refusal]()
    for rate in rates:
        before = known.get(rate.currency)
        if before is not None and _near(before.day, rate.day) and _step(before, rate) > _most(rate.currency):
            refused.append(Refusal(rate, before))
            continue
        known[rate.currency] = rate
        taken.append(rate)
    return taken, refused


def _near(one: date, other: date) -> bool:
    return abs((other - one).days) <= _COMPARABLE_DAYS


def _step(before: Rate, rate: Rate) -> Decimal:
    return max(rate.value / before.value, before.value / rate.value)


def _most(currency: str) -> Decimal:
    return STEADY_STEP if currency in STEADY else MAX_STEP
