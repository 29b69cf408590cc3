"""Sums of a report: exact, by term, by calendar year and by tax year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from premium.money import EXACT, ZERO, plain
from premium.tax.days import Calendar
from premium.tax.outcome import Derivative, Disposal, Income


@dataclass(slots=True)
class Totals:
    """Running sums of disposals and income.

    `add` and `earn` work under `money.EXACT`.
    """

    proceeds: Decimal = ZERO
    cost_basis: Decimal = ZERO
    short_term: Decimal = ZERO
    long_term: Decimal = ZERO
    income: Decimal = ZERO
    denied_loss: Decimal = ZERO
    gains: Decimal = ZERO
    losses: Decimal = ZERO
    ring_fenced_loss: Decimal = ZERO
    disposals: int = 0
    derivatives: Decimal = ZERO
    """Profits less losses of futures and margin, which stand apart."""

    def add(self, row: Disposal) -> None:
        """Add a disposal."""
        proceeds, cost, denied = row.proceeds, row.cost_basis, row.denied
        gain = proceeds - cost
        self.proceeds += proceeds
        self.cost_basis += cost
        if denied:
            gain += denied
            self.denied_loss += denied
        self.disposals += 1
        if row.term == "long":
            self.long_term += gain
        elif row.term == "short":
            self.short_term += gain
        if not gain.is_signed():
            self.gains += gain
        else:
            self.losses -= gain
            if row.ring_fenced:
                self.ring_fenced_loss -= gain

    def earn(self, event: Income) -> None:
        """Add an income."""
        self.income += event.value

    def make(self, event: Derivative) -> None:
        """Add a profit or loss of a derivative."""
        self.derivatives += event.value

    def include(self, other: Totals) -> None:
        """Add the sums of other rows."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def total(self) -> Decimal:
        """Gains less losses, after denial."""
        return EXACT.add(EXACT.subtract(self.proceeds, self.cost_basis), self.denied_loss)

    @property
    def usable_loss(self) -> Decimal:
        """Losses that may be set against any gain."""
        return EXACT.subtract(self.losses, self.ring_fenced_loss)

    @property
    def not_long_term(self) -> Decimal:
        """Gains that no holding period takes out of the tax.

        A pool's, which have no term, too.
        """
        return EXACT.subtract(self.total, self.long_term)

    def as_text(self, *, terms: bool, losses: str | None = None) -> dict[str, str]:
        """Return the format's `totals`.

        `losses` names a jurisdiction that tells more apart (IE, CA, DE).
        """
        text = {"proceeds": plain(self.proceeds), "cost_basis": plain(self.cost_basis), "total": plain(self.total)}
        if terms:
            text |= {"short_term": plain(self.short_term), "long_term": plain(self.long_term)}
        text |= {"income": plain(self.income), "denied_loss": plain(self.denied_loss)}
        text |= {"derivatives": plain(self.derivatives)} if self.derivatives else {}
        if losses == "DE":
            text |= {"taxable": plain(self.not_long_term), "exempt": plain(self.long_term)}
        elif losses is not None:
            fenced = self.denied_loss if losses == "CA" else self.ring_fenced_loss
            text |= {"usable_loss": plain(self.usable_loss), "ring_fenced_loss": plain(fenced)}
        return text


@dataclass(slots=True)
class Sums:
    """Totals of a whole report and of each of its years."""

    whole: Totals
    by_year: dict[int, Totals]
    by_tax_year: dict[int, Totals]


_ByTime = defaultdict[int, Totals]
"""By day or year."""


def sums(
    disposals: Iterable[Disposal], income: Iterable[Income], calendar: Calendar, derivatives: Iterable[Derivative] = ()
) -> Sums:
    """Return the sums of rows by calendar and tax year.

    One pass over the rows, day by day; by_tax_year has every tax year that has an event, whatever its start.
    """
    by_day, by_year, by_tax_year = _ByTime(Totals), _ByTime(Totals), _ByTime(Totals)
    whole = Totals()
    for row in disposals:
        by_day[row.day].add(row)
    for event in income:
        by_day[event.day].earn(event)
    for made in derivatives:
        by_day[made.day].make(made)
    for day, totals in by_day.items():
        whole.include(totals)
        by_year[calendar.year(day)].include(totals)
        if not calendar.fiscal_is_calendar:
            by_tax_year[calendar.tax_year(day)].include(totals)
    if calendar.fiscal_is_calendar:
        by_tax_year = by_year
    return Sums(whole, dict(sorted(by_year.items())), dict(sorted(by_tax_year.items())))
