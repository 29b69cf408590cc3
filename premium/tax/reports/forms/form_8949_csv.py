"""Write Form 8949 as CSV, with a total line a box."""

from __future__ import annotations

import csv
from pathlib import Path

from premium.cells import safe
from premium.tax.reports.forms.form_8949 import part_of, sheets
from premium.tax.results.report import Report

HEADER = (
    "Part",
    "Box",
    "(a) Description of property",
    "(b) Date acquired",
    "(c) Date sold or disposed of",
    "(d) Proceeds",
    "(e) Cost or other basis",
    "(f) Code",
    "(g) Adjustment",
    "(h) Gain or (loss)",
    "Transaction",
    "Lot",
    "Wallet",
    "Note",
)


def write(report: Report, path: Path) -> None:
    """Write one line a disposal and lot."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerow(HEADER)
        for sheet in sheets(report):
            part = part_of(sheet.letter)
            letter = sheet.letter
            out.writerows(
                (
                    part,
                    letter,
                    safe(text),
                    acquired,
                    sold,
                    proceeds,
                    cost,
                    code,
                    adjustment,
                    gain,
                    safe(row.transaction),
                    safe(row.lot or ""),
                    safe(row.wallet),
                    note,
                )
                for text, acquired, sold, proceeds, cost, code, adjustment, gain, row, note in sheet.lines()
            )
            proceeds, cost, adjustment, gain = sheet.totals
            out.writerow((part, sheet.letter, "TOTAL", "", "", proceeds, cost, "", adjustment, gain, "", "", "", ""))
