"""Write Form 8949 as CSV, with a total line a box."""

from __future__ import annotations

from itertools import repeat
from pathlib import Path

from premium.cells import safe
from premium.tax.reports.forms.form_8949 import part_of, sheets
from premium.tax.reports.layout.lines import ColumnsWriter
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


class Wallets(dict[str, str]):
    """Names that no spreadsheet takes for a formula, each looked at once."""

    def __missing__(self, name: str) -> str:
        made = self[name] = safe(name)
        return made


def write(report: Report, path: Path) -> None:
    """Write one line a disposal and lot."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = ColumnsWriter(file, len(HEADER))
        out.row(HEADER)
        for sheet in sheets(report):
            head = part_of(sheet.letter), sheet.letter
            wallets = Wallets()
            for part, columns in sheet.columns():
                *what, proceeds, cost, codes, adjustments, gains, notes = columns
                names = [name if name[:1].isalnum() else safe(name) for name in part.column("transaction")]
                lots = [lot if lot[:1].isalnum() else safe(lot) for lot in map(_text, part.column("lot"))]
                of_wallets = map(wallets.__getitem__, part.column("wallet"))
                amounts = (map(str, proceeds), map(str, cost), codes, map(str, adjustments), map(str, gains))
                out.rows((*map(repeat, head), *what, *amounts, names, lots, of_wallets, notes))
            sums = sheet.totals
            money = (sums.proceeds, sums.cost, "", sums.adjustment, sums.gain)
            out.row((*head, "TOTAL", "", "", *money, "", "", "", ""))


def _text(name: str | None) -> str:
    return name or ""
