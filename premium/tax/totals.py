"""Sums of a report: exact, by term, by calendar year and by tax year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from premium.money import EXACT, ZERO, plain
from premium.tax.days import Calendar
from premium.tax.model import Disposal, Income


@dataclass(slots=True)
class Totals:
    """Running sums; `add` and `earn` work under `money.EXACT`."""

    proceeds: Decimal = ZERO
    cost_basis: Decimal = ZERO
    total: Decimal = ZERO
    short_term: Decimal = ZERO
    long_term: Decimal = ZERO
    income: Decimal = ZERO
    denied_loss: Decimal = ZERO
    gains: Decimal = ZERO
    losses: Decimal = ZERO
    ring_fenced_loss: Decimal = ZERO
    disposals: int = 0

    def add(self, row: Disposal) -> None:
        gain = row.gain
        self.proceeds += row.proceeds
        self.cost_basis += row.cost_basis
        self.total += gain
        self.denied_loss += row.denied
        self.disposals += 1
        if row.term == "long":
            self.long_term += gain
        elif row.term == "short":
            self.short_term += gain
        if gain >= 0:
            self.gains += gain
        else:
            self.losses -= gain
            if row.ring_fenced:
                self.ring_fenced_loss -= gain

    def earn(self, event: Income) -> None:
        self.income += event.value

    @property
    def usable_loss(self) -> Decimal:
        """Losses that may be set against any gain."""
        return EXACT.subtract(self.losses, self.ring_fenced_loss)

    @property
    def not_long_term(self) -> Decimal:
        """Gains that no holding period takes out of the tax: a pool's, which have no term, too."""
        return EXACT.subtract(self.total, self.long_term)

    def as_text(self, *, terms: bool, losses: str | None = None) -> dict[str, str]:
        """The format's `totals`; `losses` names a jurisdiction that tells more apart (IE, CA, DE)."""
        text = {"proceeds": plain(self.proceeds), "cost_basis": plain(self.cost_basis), "total": plain(self.total)}
        if terms:
            text |= {"short_term": plain(self.short_term), "long_term": plain(self.long_term)}
        text |= {"income": plain(self.income), "denied_loss": plain(self.denied_loss)}
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


def sums(disposals: Iterable[Disposal], income: Iterable[Income], calendar: Calendar) -> Sums:
    """One pass over the rows; by_tax_year has every tax year that has an event, whatever its start."""
    whole, by_year, by_tax_year = Totals(), dict[int, Totals](), dict[int, Totals]()
    for row in disposals:
        whole.add(row)
        _of(by_year, calendar.year(row.day)).add(row)
        if not calendar.fiscal_is_calendar:
            _of(by_tax_year, calendar.tax_year(row.day)).add(row)
    for event in income:
        whole.earn(event)
        _of(by_year, calendar.year(event.day)).earn(event)
        if not calendar.fiscal_is_calendar:
            _of(by_tax_year, calendar.tax_year(event.day)).earn(event)
    if calendar.fiscal_is_calendar:
        by_tax_year = by_year
    return Sums(whole, dict(sorted(by_year.items())), dict(sorted(by_tax_year.items())))


def _of(years: dict[int, Totals], year: int) -> Totals:
    found = years.get(year)
    if found is None:
        found = years[year] = Totals()
    return found
