"""Sums of a report: exact, by term, by calendar year and by tax year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import compress, groupby
from operator import itemgetter
from typing import Any

from premium.money import EXACT, ZERO, plain
from premium.tax.days import Calendar
from premium.tax.outcome import Derivative, Disposal, Disposals, Income

_MANY = 8
"""So many rows of a day are quicker by columns."""
_Sums = tuple[Decimal, Decimal, Decimal, str, bool]
"""Proceeds, cost, denied loss, term, and whether a loss is ring-fenced."""


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
        self.add_all([(row.proceeds, row.cost_basis, row.denied, row.term, row.ring_fenced)])

    def add_all(self, rows: Sequence[_Sums]) -> None:
        """Add disposals of a day, each by what counts of it."""
        for proceeds, cost, denied, term, fenced in rows:
            gain = proceeds - cost
            self.proceeds += proceeds
            self.cost_basis += cost
            if denied:
                gain += denied
                self.denied_loss += denied
            if term == "long":
                self.long_term += gain
            elif term == "short":
                self.short_term += gain
            if not gain.is_signed():
                self.gains += gain
            else:
                self.losses -= gain
                if fenced:
                    self.ring_fenced_loss -= gain
        self.disposals += len(rows)

    def add_plain(self, proceeds: list[Decimal], costs: list[Decimal], terms: Sequence[str]) -> None:
        """Add disposals of a day of which nothing is denied or fenced, by columns."""
        gains = list(map(EXACT.subtract, proceeds, costs))
        losses = sum((gain for gain in gains if gain.is_signed()), ZERO)
        self.proceeds += sum(proceeds, ZERO)
        self.cost_basis += sum(costs, ZERO)
        self.long_term += sum(compress(gains, map("long".__eq__, terms)), ZERO)
        self.short_term += sum(compress(gains, map("short".__eq__, terms)), ZERO)
        self.losses -= losses
        self.gains += sum(gains, ZERO) - losses
        self.disposals += len(gains)

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
    disposals: Disposals, income: Iterable[Income], calendar: Calendar, derivatives: Iterable[Derivative] = ()
) -> Sums:
    """Return the sums of rows by calendar and tax year.

    One pass over the rows, day by day; by_tax_year has every tax year that has an event, whatever its start.
    """
    by_day, by_year, by_tax_year = _ByTime(Totals), _ByTime(Totals), _ByTime(Totals)
    whole = Totals()
    for day, rows in groupby(_counted(disposals), key=itemgetter(0)):
        _add(by_day[day], list(rows))
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


def _counted(rows: Disposals) -> Iterator[tuple[Any, ...]]:
    """Yield what counts of each row, with its day."""
    return zip(*map(rows.column, ("day", "proceeds", "cost_basis", "denied", "term", "ring_fenced")), strict=True)


def _add(totals: Totals, rows: list[tuple[Any, ...]]) -> None:
    _, proceeds, costs, denied, terms, fenced = zip(*rows, strict=True)
    if len(rows) < _MANY or any(denied) or any(fenced):
        totals.add_all([row[1:] for row in rows])
    else:
        totals.add_plain(list(proceeds), list(costs), terms)
