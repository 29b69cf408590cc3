"""Write Schedule D as PDF, laid out like the form.

Part I, Part II, Part III, and the line of Schedule 1.
"""

from __future__ import annotations

from pathlib import Path

from premium.tax.reports.forms.places import places_of
from premium.tax.reports.forms.schedule_d import Line, lines
from premium.tax.reports.forms.taxpayer import NOBODY, Taxpayer
from premium.tax.reports.layout.cents import money
from premium.tax.reports.layout.pages import DISCLAIMER, Field, Pages
from premium.tax.reports.layout.paper import Paper
from premium.tax.reports.layout.warnings import write_warnings
from premium.tax.results.report import Report

FIELDS = (
    Field("Line", 10),
    Field("", 48),
    Field("(d) Proceeds|(sales price)", 28, right=True),
    Field("(e) Cost or|other basis", 28, right=True),
    Field("(g) Adjustments", 16, right=True),
    Field("(h) Gain or (loss)|(d) - (e) + (g)", 28, right=True),
)
_ROUNDING = (
    "In cents, each line the total of its sheets of Form 8949.",
    "Who files in whole dollars rounds these totals, and adds no rounded lines (Instructions for Form 1040).",
)
_PARTS = {"1b": "Part I - Short-term", "8b": "Part II - Long-term", "16": "Part III - Summary"}


def write(report: Report, path: Path, taxpayer: Taxpayer = NOBODY) -> None:
    """Write the schedule on one sheet."""
    year = "all years" if report.tax_year is None else str(report.tax_year)
    paper = Paper(path, f"Schedule D, {year}", DISCLAIMER)
    pages = Pages(paper)
    made = [cells for line in lines(report) for cells in _rows(line)]
    pages.sheet([f"Schedule D - Capital Gains and Losses, {year}", places_of(taxpayer), *_ROUNDING], FIELDS, made)
    write_warnings(pages, report)
    paper.save()


def _rows(line: Line) -> list[tuple[str, ...]]:
    heading = _PARTS.get(line.number)
    row = (line.number, line.text, *("" if cell is None else money(cell) for cell in line[2:5]), money(line.gain))
    return [row] if heading is None else [("",) * 6, ("", heading, "", "", "", ""), row]
