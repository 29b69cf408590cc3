"""Write the country's summary as CSV."""

from __future__ import annotations

import csv
from pathlib import Path

from premium.cells import safe
from premium.tax.reports.countries.summaries import items
from premium.tax.results.report import Report


def write(report: Report, path: Path) -> None:
    """Write one line an item of the country's return."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerow(("box", "item", "value", "currency"))
        # A figure may begin with a minus sign: it is ours, not a formula.
        currency = report.setup.currency
        out.writerows((safe(item.box), safe(item.text), item.value, currency) for item in items(report))
