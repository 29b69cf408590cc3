"""Write the sections of a summary behind its cover."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal

from premium.money import EXACT, ZERO
from premium.tax.days import date_of
from premium.tax.outcome import Derivative
from premium.tax.reports.layout import charts
from premium.tax.reports.layout.cents import Column as Sum
from premium.tax.reports.layout.cents import cents, smallest, units
from premium.tax.reports.layout.sheets import Column, Sheets
from premium.tax.reports.summary.figures import Fees, Group, Held, by_asset, by_kind, holdings, income, over_time
from premium.tax.reports.summary.statement import method_statement
from premium.tax.results.currencies import by_tax_year
from premium.tax.results.report import STATED, Report
from premium.tax.rules.derivatives import derivatives_treatment

EACH = 500
"""Warnings of one code that are printed; the exact JSON has all."""
_KINDS = {
    "sell": "Sales and exchanges",
    "fee": "Fees spent in kind",
    "gift_sent": "Gifts",
    "donation": "Donations",
    "lost": "Lost",
    "stolen": "Stolen",
}
_TERMS = {"short": "Short", "long": "Long", "none": ""}


def charts_of(sheets: Sheets, report: Report) -> None:
    """Draw gains by month, or by year where all are reported."""
    is_year = report.tax_year is not None
    sheets.heading("Gains and losses by month" if is_year else "Gains and losses by tax year", after=165)
    bars = over_time(report)
    if not any(bar.value for bar in bars):
        sheets.paragraph("No gain and no loss in this time.", soft=True)
        return
    charts.columns(sheets, bars)
    if is_year and report.setup.calendar.starts[1] != 1:
        sheets.paragraph(f"Months of the tax year begin on day {report.setup.calendar.starts[1]}.", soft=True)


def kinds(sheets: Sheets, report: Report) -> None:
    """Write the disposals by kind and term, with their total."""
    sheets.heading("Disposals by kind and term")
    columns = (
        Column("Kind", 22),
        Column("Term", 8),
        Column("Rows", 8, right=True),
        Column("Proceeds", 17, right=True),
        Column("Cost", 17, right=True),
        Column("Denied losses", 12, right=True),
        Column("Gain or loss", 16, right=True),
    )
    quantum = smallest(report.setup.currency)
    sums = [Sum(quantum), Sum(quantum), Sum(quantum)]
    groups = by_kind(report)
    rows = [_group(each, sums) for each in groups]
    if groups:
        proceeds, cost, denied = (each.printed for each in sums)
        count = f"{len(report.disposals):,}"
        rows.append(("Total", "", count, *_figures(proceeds, cost, denied)))
    sheets.table(columns, rows, total=bool(groups))


def _group(group: Group, sums: list[Sum]) -> tuple[str, ...]:
    totals = group.totals
    printed = (sums[0].line(totals.proceeds), sums[1].line(totals.cost_basis), sums[2].line(totals.denied_loss))
    name = _KINDS.get(group.kind, group.kind)
    return (name, _TERMS.get(group.term, group.term), f"{totals.disposals:,}", *_figures(*printed))


def _figures(proceeds: Decimal, cost: Decimal, denied: Decimal) -> tuple[str, ...]:
    gain = EXACT.add(EXACT.subtract(proceeds, cost), denied)
    return tuple(f"{value:,}" for value in (proceeds, cost, denied, gain))


def earnings(sheets: Sheets, report: Report, paid: Fees) -> None:
    """Write the income by kind and the fees, and what stands apart."""
    sheets.heading("Income by kind")
    quantum = smallest(report.setup.currency)
    total = Sum(quantum)
    rows = [
        (each.kind.replace("_", " "), f"{each.receipts:,}", f"{total.line(each.value):,}") for each in income(report)
    ]
    columns = (Column("Kind", 50), Column("Receipts", 20, right=True), Column("Value when received", 30, right=True))
    sheets.table(
        columns, [*rows, ("Total", f"{len(report.income):,}", f"{total.printed:,}")] if rows else [], total=bool(rows)
    )
    sheets.heading("Fees")
    spent = Sum(quantum)
    lines = (
        ("On purchases, within their cost", paid.bought),
        ("On sales, off their proceeds", paid.sold),
        ("Spent in kind, at their value: disposals of their own", paid.in_kind),
    )
    sheets.table(
        (Column("", 70), Column("Amount", 30, right=True)),
        [(text, f"{spent.line(value):,}") for text, value in lines],
    )
    if report.derivatives:
        _derivatives(sheets, report.derivatives, report)
    if report.currency_gains:
        sheets.heading("Foreign money")
        sheets.paragraph(report.setup.rules.currency_gains.source, soft=True)
        years = by_tax_year(report).items()
        columns = (Column("Tax year", 40), Column("Gain or loss", 30, right=True), Column("Counts", 30, right=True))
        printed = [
            (label, f"{cents(each.gain, quantum):,}", f"{cents(each.counted, quantum):,}") for label, each in years
        ]
        sheets.table(columns, printed)


def _derivatives(sheets: Sheets, made: Iterable[Derivative], report: Report) -> None:
    sheets.heading("Futures and margin, in no other total")
    treatment = derivatives_treatment(report.setup.rules.code)
    sheets.paragraph(f"Taken as {treatment.text} ({treatment.source}).", soft=True)
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for each in made:
        sums[each.kind] = EXACT.add(sums[each.kind], each.value)
    total = Sum(smallest(report.setup.currency))
    rows = [(kind, f"{total.line(value):,}") for kind, value in sorted(sums.items())]
    sheets.table(
        (Column("Kind", 70), Column("Amount", 30, right=True)), [*rows, ("Total", f"{total.printed:,}")], total=True
    )


def left(sheets: Sheets, report: Report) -> None:
    """Write what is held at the end.

    With what it was worth where that is known.
    """
    until = report.setup.until
    held = holdings(report)
    sheets.heading("Holdings" if until is None else f"Holdings on {date_of(until)}")
    price = report.outcome.acquisition_total
    bars = [bar for bar in by_asset(held) if bar.value]
    if bars:
        sheets.paragraph(f"By asset, at {'cost' if price is None else 'value'}:", soft=True)
        charts.rows(sheets, bars)
    columns = (
        Column("Asset", 17, lines=2),
        Column("Wallet", 16, lines=2),
        Column("Amount", 22, right=True),
        Column("Cost", 15, right=True),
        Column("Value", 15, right=True),
        Column("Unrealised", 15, right=True),
    )
    quantum = smallest(report.setup.currency)
    cost = Sum(quantum)
    rows = [_held(each, cost, quantum) for each in held]
    if rows:
        whole = cost.printed if price is None else cents(price, quantum)
        rows.append(("Total" if price is None else "Price of the portfolio", "", "", f"{whole:,}", "", ""))
    sheets.table(columns, rows, total=bool(rows))
    if any(each.value is None for each in held):
        sheets.paragraph("Without a price of the last 24 hours before, no value is stated.", soft=True)


def _held(each: Held, cost: Sum, quantum: Decimal) -> tuple[str, ...]:
    value = gain = ""
    if each.value is not None:
        value = f"{cents(each.value, quantum):,}"
        gain = "" if each.cost is None else f"{cents(EXACT.subtract(each.value, each.cost), quantum):,}"
    where = "all" if each.wallet == "*" else each.wallet
    paid = "" if each.cost is None else f"{cost.line(each.cost):,}"
    return each.asset, where, units(each.amount), paid, value, gain


def statement(sheets: Sheets, report: Report) -> None:
    """Write the method, then every assumption and warning."""
    sheets.heading("Method")
    for text in method_statement(report):
        sheets.paragraph(text)
    told = [notice for notice in report.remarks if notice.code in STATED]
    flaws = [notice for notice in report.remarks if notice.code not in STATED]
    for title, notices in (("Warnings", flaws), ("Assumptions", told)):
        sheets.heading(f"{title} ({len(notices):,})")
        if not notices:
            sheets.paragraph("None.", soft=True)
        seen = Counter[str]()
        for notice in sorted(notices, key=lambda each: each.code):
            seen[notice.code] += 1
            if seen[notice.code] == 1:
                sheets.paragraph(notice.code.replace("_", " ").capitalize(), strong=True)
            if seen[notice.code] <= EACH:
                sheets.paragraph(notice.sentence, indent=10)
            elif seen[notice.code] == EACH + 1:
                more = sum(each.code == notice.code for each in notices) - EACH
                sheets.paragraph(f"{more:,} more of this kind: the exact JSON names each.", indent=10, soft=True)
