"""Australia's method statement (ITAA 1997 s 102-5).

Current losses, earlier losses, then the discount.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from premium.money import EXACT, ZERO
from premium.tax.model import Disposal
from premium.tax.setup import Setup


class NetGain(NamedTuple):
    """One income year's net capital gain.

    `eligible` are the discount gains before losses, `carried` the losses left over.
    """

    net: Decimal
    eligible: Decimal
    discount: Decimal
    carried: Decimal


class _Year:
    __slots__ = ("eligible", "losses", "other")

    def __init__(self) -> None:
        self.eligible = self.other = self.losses = ZERO

    def add(self, row: Disposal) -> None:
        """Add a disposal."""
        if row.gain < 0:
            self.losses = EXACT.subtract(self.losses, row.gain)
        elif row.term == "long":
            self.eligible = EXACT.add(self.eligible, row.gain)
        else:
            self.other = EXACT.add(self.other, row.gain)


def net_capital_gains(disposals: Iterable[Disposal], setup: Setup) -> dict[int, NetGain]:
    """Return the net capital gain of each income year, in order.

    Losses go against gains without discount first, which leaves the taxpayer the most.
    """
    years: dict[int, _Year] = {}
    for row in disposals:
        years.setdefault(setup.calendar.tax_year(row.day), _Year()).add(row)
    rate, carried, results = setup.rules.discount_rate or ZERO, ZERO, dict[int, NetGain]()
    for year in sorted(years):
        results[year] = _net(years[year], carried, rate)
        carried = results[year].carried
    return results


def _net(year: _Year, carried: Decimal, rate: Decimal) -> NetGain:
    losses = EXACT.add(year.losses, carried)
    used = min(losses, year.other)
    other, losses = EXACT.subtract(year.other, used), EXACT.subtract(losses, used)
    used = min(losses, year.eligible)
    eligible, losses = EXACT.subtract(year.eligible, used), EXACT.subtract(losses, used)
    discount = EXACT.multiply(eligible, rate)
    return NetGain(EXACT.add(other, EXACT.subtract(eligible, discount)), year.eligible, discount, losses)
