"""Write the disposals as a plain CSV for countries without a form.

Local days, cents (or whole units, as of yen) that add up.
"""

from __future__ import annotations

import csv
from pathlib import Path

from premium.cells import safe
from premium.money import EXACT, readable
from premium.tax.days import date_of
from premium.tax.reports.layout.cents import Column, smallest
from premium.tax.results.report import Report

HEADER = (
    "asset",
    "amount",
    "acquired",
    "disposed",
    "proceeds",
    "cost",
    "denied_loss",
    "gain",
    "term",
    "rule",
    "transaction",
    "lot",
)


def write(report: Report, path: Path) -> None:
    """Write one line a disposal and lot, and a line of totals."""
    quantum = smallest(report.setup.currency)
    proceeds, cost, denied = Column(quantum), Column(quantum), Column(quantum)
    day = report.setup.calendar.day
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerow(HEADER)
        for row in report.disposals:
            figures = proceeds.line(row.proceeds), cost.line(row.cost_basis), denied.line(row.denied)
            gain = EXACT.add(EXACT.subtract(figures[0], figures[1]), figures[2])
            acquired = row.matched_day if row.acquired is None else day(row.acquired)
            out.writerow(
                (
                    safe(row.asset),
                    readable(row.amount),
                    "" if acquired is None else date_of(acquired).isoformat(),
                    date_of(row.day).isoformat(),
                    *figures,
                    gain,
                    row.term,
                    row.rule,
                    safe(" ".join(row.sources)),
                    safe(row.lot or ""),
                )
            )
        whole = EXACT.add(EXACT.subtract(proceeds.printed, cost.printed), denied.printed)
        out.writerow(("TOTAL", "", "", "", proceeds.printed, cost.printed, denied.printed, whole, "", "", "", ""))
