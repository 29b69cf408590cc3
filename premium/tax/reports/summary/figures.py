"""Figures of a report that its summary shows and no form asks for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from premium.money import EXACT, ZERO
from premium.tax.days import date_of
from premium.tax.model import ACQUISITIONS, DISPOSALS
from premium.tax.reports.layout.charts import Bar
from premium.tax.results.report import Report
from premium.tax.results.totals import Totals

SHOWN = 10
"""Assets that the chart of holdings names; the others are one bar."""


class Group(NamedTuple):
    """Disposals of one kind and term."""

    kind: str
    term: str
    totals: Totals


class Earned(NamedTuple):
    """Income of one kind."""

    kind: str
    receipts: int
    value: Decimal


class Fees(NamedTuple):
    """What trading cost: within costs, off proceeds, and in kind at its value."""

    bought: Decimal
    sold: Decimal
    in_kind: Decimal


class Held(NamedTuple):
    """What is left of an asset in a wallet.

    With its worth where a price is known.
    """

    asset: str
    wallet: str
    amount: Decimal
    cost: Decimal | None
    """None where the law knows no cost of a single asset (France)."""
    value: Decimal | None


def by_kind(report: Report) -> list[Group]:
    """Return the disposals by kind and term, sales first, with their sums."""
    groups: dict[tuple[str, str], Totals] = defaultdict(Totals)
    for row in report.disposals:
        groups[row.type, row.term].add(row)
    return [Group(kind, term, groups[kind, term]) for kind, term in sorted(groups, key=_rank)]


def _rank(key: tuple[str, str]) -> tuple[bool, str, str]:
    return key[0] != "sell", key[0], key[1]


def over_time(report: Report) -> list[Bar]:
    """Return gains by month of the tax year.

    By tax year where all are reported.
    """
    calendar, year = report.setup.calendar, report.tax_year
    if year is None:
        return [Bar(calendar.label(start), totals.total) for start, totals in report.sums.by_tax_year.items()]
    starts = calendar.starts
    sums = [ZERO] * 12
    for row in report.disposals:
        month = _month(date_of(row.day), starts)
        sums[month] = EXACT.add(sums[month], row.gain)
    names = [date(2000, (starts[0] - 1 + number) % 12 + 1, 1).strftime("%b") for number in range(12)]
    return [Bar(name, value) for name, value in zip(names, sums, strict=True)]


def _month(day: date, starts: tuple[int, int]) -> int:
    """The month of a tax year, which may begin within one of the calendar."""
    return (day.month - starts[0] - (day.day < starts[1])) % 12


def income(report: Report) -> list[Earned]:
    """Return the income by kind, the largest first."""
    sums: dict[str, tuple[int, Decimal]] = defaultdict(lambda: (0, ZERO))
    for event in report.income:
        count, value = sums[event.kind or "other"]
        sums[event.kind or "other"] = count + 1, EXACT.add(value, event.value)
    return sorted((Earned(kind, *sum_) for kind, sum_ in sums.items()), key=lambda each: (-each.value, each.kind))


def fees(report: Report) -> Fees:
    """Return the year's fees.

    One that was paid in kind is a disposal of its own.
    """
    bought, sold, in_kind = ZERO, ZERO, ZERO
    calendar, year = report.setup.calendar, report.tax_year
    for tx in report.transactions:
        if not tx.fee or (year is not None and calendar.tax_year(calendar.day(tx.instant)) != year):
            continue
        if tx.type in ACQUISITIONS:
            bought = EXACT.add(bought, tx.fee)
        elif tx.type in DISPOSALS:
            sold = EXACT.add(sold, tx.fee)
    for row in report.disposals:
        if row.type == "fee":
            in_kind = EXACT.add(in_kind, row.proceeds)
    return Fees(bought, sold, in_kind)


def holdings(report: Report) -> list[Held]:
    """Return what is left at the end of the reported time, the highest cost first."""
    made, has_cost = [], report.outcome.acquisition_total is None
    for item in report.outcome.holdings:
        if not item.amount:
            continue
        price = report.closing.get(item.asset)
        value = None if price is None else EXACT.multiply(item.amount, price.unit)
        made.append(Held(item.asset, item.wallet, item.amount, item.cost_basis if has_cost else None, value))
    return sorted(made, key=lambda held: (-(held.cost or ZERO), -(held.value or ZERO), held.asset, held.wallet))


def by_asset(held: Iterable[Held]) -> list[Bar]:
    """Return what is held by asset, the largest first, the small ones together.

    At cost, or at its value where the law knows no cost of a single asset.
    """
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for each in held:
        worth = each.value if each.cost is None else each.cost
        sums[each.asset] = EXACT.add(sums[each.asset], worth or ZERO)
    ranked = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    bars = [Bar(asset, cost) for asset, cost in ranked[:SHOWN]]
    rest = ZERO
    for _, cost in ranked[SHOWN:]:
        rest = EXACT.add(rest, cost)
    return [*bars, Bar(f"{len(ranked) - SHOWN:,} others", rest)] if len(ranked) > SHOWN else bars
