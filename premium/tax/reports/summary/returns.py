"""Write what goes into the country's return, each figure with its box."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from premium.tax.reports.countries.items import Item, grouped
from premium.tax.reports.countries.japan import sheet_of
from premium.tax.reports.layout.cents import units
from premium.tax.reports.layout.pages import Field, Pages
from premium.tax.reports.layout.period import period_of
from premium.tax.reports.layout.sheets import Column, Sheets
from premium.tax.results.report import Report

_FORMS = {
    "US": "Form 8949, Schedule D and Schedule 1",
    "GB": "SA108 and SA100",
    "DE": "Anlage SO",
    "CA": "Schedule 3 and T1135",
    "AU": "myTax, capital gains",
    "FR": "Forms 2086 and 2042 C",
    "IE": "Form CG1",
    "JP": "暗号資産の計算書",
}
_BOXES = (Column("Box", 17, lines=2), Column("Item", 55), Column("Figure", 28, right=True))


def into_the_return(sheets: Sheets, report: Report, lines: list[Item]) -> None:
    """Write `lines`, those of the return of the report's year, or of each year."""
    form = _FORMS.get(report.setup.rules.code) if report.setup.national else None
    sheets.heading(f"What goes into the return: {form}" if form else "Figures of the year")
    if is_long(lines):
        sheets.paragraph("The sales of form 2086 follow behind the warnings, one a line.", soft=True)
    elif any(item.box.startswith("2086/") for item in lines):
        sheets.table(_COLUMNS, _rows_of_2086(lines))
    # Of Japan's, single assets stand in the sheet below.
    rows = [item for item in lines if not item.box.startswith("2086/") and item.text not in _ELSEWHERE]
    sheets.table(_BOXES, [(item.box, item.text, grouped(item.value)) for item in rows])
    if report.setup.rules.code == "JP" and report.setup.national:
        _japanese(sheets, report)


_ELSEWHERE = frozenset({"Part of the acquisition price (223 x 217 / 212)", "Sales", "Cost of sales"})
_2086 = ("211", "212", "213", "214", "218", "223", "224")
_COLUMNS = (
    Column("Cession", 8),
    Column("211 Date", 13),
    Column("212 Value of the portfolio", 15, right=True),
    Column("213 Price", 14, right=True),
    Column("214 Fees", 10, right=True),
    Column("218 Net price", 14, right=True),
    Column("223 Acquisition price", 15, right=True),
    Column("224 Gain or loss", 13, right=True),
)
_FIELDS = (
    Field("Cession", 9),
    Field("211|Date", 10),
    Field("212 Value of|the portfolio", 24, right=True),
    Field("213|Price", 20, right=True),
    Field("214|Fees", 14, right=True),
    Field("218|Net price", 20, right=True),
    Field("223 Acquisition|price", 24, right=True),
    Field("224|Gain or loss", 20, right=True),
)
MANY_SALES = 200
"""Sales that stand within the summary; more follow on pages of their own."""


def sales_of_2086(pages: Pages, report: Report, lines: list[Item]) -> None:
    """Write the sales of form 2086 that are too many for the summary's own pages."""
    if is_long(lines):
        titles = ["Form 2086: sales of the year", *period_of(report)]
        pages.sheet(titles, _FIELDS, _rows_of_2086(lines))


def is_long(lines: list[Item]) -> bool:
    """Tell whether the sales of form 2086 are written behind the summary."""
    return sum(item.box.endswith(" 211") for item in lines) > MANY_SALES


def _rows_of_2086(lines: Iterable[Item]) -> Iterator[tuple[str, ...]]:
    """One row a sale, a column a line of the form."""
    sales = (item for item in lines if item.box.startswith("2086/"))
    for number, of_sale in groupby(sales, key=lambda item: item.box.partition("/")[2].split()[0]):
        by_line = {item.box.split()[1]: item.value for item in of_sale}
        yield (number, *(grouped(by_line.get(line, "")) for line in _2086))


def _japanese(sheets: Sheets, report: Report) -> None:
    """The NTA's sheet: amounts and cost of each asset, from the year's start to its end."""
    sheets.heading("暗号資産の計算書 4, 5: cost of sales by asset")
    columns = (
        Column("暗号資産 Asset", 14, lines=2),
        Column("", 22),
        Column("数量 Amount", 30, right=True),
        Column("金額 Yen", 34, right=True),
    )
    rows: list[tuple[str, ...]] = []
    for asset, lines in sheet_of(report).items():
        rows.append((asset, "", "", ""))
        rows += [
            ("", line.label, "" if line.amount is None else units(line.amount), f"{line.money:,}") for line in lines
        ]
    sheets.table(columns, rows)
