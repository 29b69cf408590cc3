"""Form 8949 as PDF, laid out like the form: a sheet a part and box, page by page, subtotals carried."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from premium.tax.calculate import Report
from premium.tax.reports.cents import money
from premium.tax.reports.form_8949 import WORDING, Sheet, part_of, sheets
from premium.tax.reports.pages import Field, Pages

DISCLAIMER = "Prepared from the transactions given; this is no tax advice."
FIELDS = (
    Field("(a) Description of property|(Example: 1.5 BTC)", 44),
    Field("(b) Date|acquired", 10),
    Field("(c) Date|disposed of", 11),
    Field("(d) Proceeds|(sales price)", 18, right=True),
    Field("(e) Cost or|other basis", 18, right=True),
    Field("(f)|Code", 4),
    Field("(g) Amount of|adjustment", 13, right=True),
    Field("(h) Gain or (loss)|(d) - (e) + (g)", 18, right=True),
    Field("Lot", 20),
)


def write(report: Report, path: Path) -> None:
    """All sheets of the report; a year without disposals says so."""
    year = "all years" if report.tax_year is None else str(report.tax_year)
    pages = Pages(path, f"Form 8949, {year}", DISCLAIMER)
    empty = True
    for sheet in sheets(report):
        pages.table(_head(sheet, year), FIELDS, _rows(sheet), lambda label, of=sheet: _sums(of, label))  # type: ignore[misc] # a default binds the sheet of this turn
        empty = False
    if empty:
        pages.text(
            [f"Form 8949 - Sales and Other Dispositions of Capital Assets, {year}"], ["No disposals in this year."]
        )
    pages.save()


def _head(sheet: Sheet, year: str) -> list[str]:
    term = "Short-term: held one year or less" if part_of(sheet.letter) == "I" else "Long-term: held more than one year"
    return [
        f"Form 8949 - Sales and Other Dispositions of Capital Assets, {year}",
        f"Part {part_of(sheet.letter)} - {term}",
        f"[X] ({sheet.letter}) {WORDING[sheet.letter]}",
    ]


def _rows(sheet: Sheet) -> Iterator[tuple[str, ...]]:
    for line in sheet.lines():
        yield (
            line.description,
            line.acquired,
            line.sold,
            money(line.proceeds),
            money(line.cost),
            line.code,
            money(line.adjustment),
            money(line.gain),
            line.row.lot or "",
        )


def _sums(sheet: Sheet, label: str) -> tuple[str, ...]:
    proceeds, cost, gain = (money(value) for value in sheet.totals)
    return (label, "", "", proceeds, cost, "", money(sheet.totals[0] - sheet.totals[0]), gain, "")
