"""Write TXF V042 for TurboTax and others, one record a line of Form 8949.

Reference numbers by copy of Form 8949 as in the TXF specification (Intuit, version 042 of 30 November 2011, section
IV): copy A 321 and 323, copy B 711 and 713, copy C 712 and 714, short and long. It is older than the boxes G to L and
has no number for them, so these go by their counterparts A to F: the program that reads the file shows the box of a
1099-B, which has to be changed by hand. It knows no adjustments either: the basis is the one that gives the form's
gain.
"""

from __future__ import annotations

from pathlib import Path

from premium.money import EXACT
from premium.tax.reports.forms.form_8949 import sheets
from premium.tax.results.report import Report

REFERENCE = {"A": 321, "B": 711, "C": 712, "D": 323, "E": 713, "F": 714}
REFERENCE |= {"G": 321, "H": 711, "I": 712, "J": 323, "K": 713, "L": 714}


def write(report: Report, path: Path) -> None:
    """Write the records after a header.

    The header's date is the year's last day, not the clock's, so that the same year gives the same bytes.
    """
    year = report.tax_year or max(report.sums.by_year, default=1970)
    with path.open("w", encoding="ascii", errors="backslashreplace", newline="") as file:
        file.write(f"V042\r\nAPremium\r\nD 12/31/{year}\r\n^\r\n")
        for sheet in sheets(report):
            reference = REFERENCE[sheet.letter]
            for line in sheet.lines():
                acquired = "" if line.acquired == "VARIOUS" else line.acquired
                file.write(
                    f"TD\r\nN{reference}\r\nC1\r\nL1\r\nP{_one_line(line.description)}\r\nD{acquired}\r\nD{line.sold}\r\n"
                    f"${EXACT.subtract(line.proceeds, line.gain)}\r\n${line.proceeds}\r\n^\r\n"
                )


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("^", "")
