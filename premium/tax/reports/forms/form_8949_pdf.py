"""Write Form 8949 as PDF, laid out like the form.

A sheet a part and box, page by page, subtotals carried.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from premium.tax.reports.forms.form_8949 import WORDING, Sheet, part_of, sheets
from premium.tax.reports.forms.places import places_of
from premium.tax.reports.forms.schedule_d import LINES
from premium.tax.reports.forms.taxpayer import NOBODY, Taxpayer
from premium.tax.reports.layout.cents import money
from premium.tax.reports.layout.pages import DISCLAIMER, Field, Mark, Pages, Places, shortened
from premium.tax.reports.layout.paper import Paper
from premium.tax.reports.layout.warnings import write_warnings
from premium.tax.results.report import Report

FIELDS = (
    Field("(a) Description of property|(Example: 1.5 BTC)", 42),
    Field("(b) Date|acquired", 10),
    Field("(c) Date|sold or|disposed of", 11),
    Field("(d) Proceeds|(sales price)", 17, right=True),
    Field("(e) Cost or|other basis", 17, right=True),
    Field("(f)|Code", 4),
    Field("(g) Amount of|adjustment", 13, right=True),
    Field("(h) Gain or (loss)|(d) - (e) + (g)", 18, right=True),
    Field("Lot", 20),
)
_CHANGED = 2025
_TERMS = {"I": "Short-term: held one year or less", "II": "Long-term: held more than one year"}
_MARK = "* basis unknown"
_FOOTNOTE = (
    "* No purchase of these units is known: their basis counts as zero, and column (b) is open. See the warnings."
)
_ROUNDING = (
    "In cents: each line is the step of the rounded running sum, and may differ by a cent from its own figure rounded.",
    "So the lines add up to the total, which is the exact sum rounded once.",
)
_BOXES = ("ABC", "DEF", "GHI", "JKL")
_SINCE_2025 = ("ABCGHI", "DEFJKL")
"""The form of 2025 lists the boxes of digital assets below the others."""
_SCHEDULE_D = {letter: number for number, (_, letters) in LINES.items() for letter in letters}


def write(report: Report, path: Path, taxpayer: Taxpayer = NOBODY) -> None:
    """Write all sheets of the report; a year without disposals says so."""
    year = "all years" if report.tax_year is None else str(report.tax_year)
    paper = Paper(path, f"Form 8949, {year}", DISCLAIMER)
    pages = Pages(paper)
    empty = True
    for sheet in sheets(report):
        pages.table(_head(sheet, year, taxpayer), FIELDS, _rows(sheet), lambda label, of=sheet: _sums(of, label))  # type: ignore[misc] # a default binds the sheet of this turn
        empty = False
    if empty:
        pages.text(
            [f"Form 8949 - Sales and Other Dispositions of Capital Assets, {year}", places_of(taxpayer)],
            ["No disposals in this year."],
        )
    write_warnings(pages, report)
    paper.save()


def _head(sheet: Sheet, year: str, taxpayer: Taxpayer) -> list[str | Mark | Places]:
    part = part_of(sheet.letter)
    boxes = _boxes(sheet.letter, year)
    return [
        f"Form 8949 - Sales and Other Dispositions of Capital Assets, {year}",
        places_of(taxpayer),
        f"Part {part} - {_TERMS[part]}",
        *(Mark(letter == sheet.letter, f"({letter}) {WORDING[letter]}") for letter in boxes),
        *_ROUNDING,
        *([_FOOTNOTE] if sheet.is_marked else []),
    ]


def _boxes(letter: str, year: str) -> str:
    """The boxes that the year's form lists in the part of a box."""
    groups = _SINCE_2025 if year.isdecimal() and int(year) >= _CHANGED else _BOXES
    return next(letters for letters in groups if letter in letters)


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
            _MARK if line.note else shortened(line.row.lot or "", FIELDS[-1].width),
        )


def _sums(sheet: Sheet, label: str) -> tuple[str, ...]:
    proceeds, cost, adjustment, gain = (money(value) for value in sheet.totals)
    if label == "Total":
        label = f"2 Totals (to Schedule D, line {_SCHEDULE_D[sheet.letter]})"
    return (label, "", "", proceeds, cost, "", adjustment, gain, "")
