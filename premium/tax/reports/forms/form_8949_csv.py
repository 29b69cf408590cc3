"""Write Form 8949 as CSV, with a total line a box."""

from __future__ import annotations

import csv
from pathlib import Path

from premium.cells import safe
from premium.tax.outcome import Disposal
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


_NAME, _LOT, _WALLET = map(Disposal._fields.index, ("transaction", "lot", "wallet"))


class Wallets(dict[str, str]):
    """Names that no spreadsheet takes for a formula, each looked at once."""

    def __missing__(self, name: str) -> str:
        made = self[name] = safe(name)
        return made


def write(report: Report, path: Path) -> None:
    """Write one line a disposal and lot."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerow(HEADER)
        for sheet in sheets(report):
            part = part_of(sheet.letter)
            letter = sheet.letter
            wallets = Wallets()
            out.writerows(
                (
                    part,
                    letter,
                    text,
                    acquired,
                    sold,
                    proceeds,
                    cost,
                    code,
                    adjustment,
                    gain,
                    name if (name := row[_NAME])[:1].isalnum() else safe(name),
                    lot if (lot := row[_LOT] or "")[:1].isalnum() else safe(lot),
                    wallets[row[_WALLET]],
                    note,
                )
                for text, acquired, sold, proceeds, cost, code, adjustment, gain, row, note in sheet.tuples()
            )
            proceeds, cost, adjustment, gain = sheet.totals
            out.writerow((part, sheet.letter, "TOTAL", "", "", proceeds, cost, "", adjustment, gain, "", "", "", ""))
