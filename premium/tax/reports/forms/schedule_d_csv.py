"""Write Schedule D's lines as CSV."""

from __future__ import annotations

import csv
from pathlib import Path

from premium.tax.reports.forms.schedule_d import lines
from premium.tax.results.report import Report

HEADER = ("Line", "Text", "(d) Proceeds", "(e) Cost", "(g) Adjustments", "(h) Gain or (loss)")


def write(report: Report, path: Path) -> None:
    """Write one line a line of the schedule."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerow(HEADER)
        out.writerows(["" if cell is None else cell for cell in line] for line in lines(report))
