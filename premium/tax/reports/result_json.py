"""The whole report in the neutral format."""

from __future__ import annotations

from pathlib import Path

from premium.tax.results.report import Report
from premium.tax.writing import write_json


def write(report: Report, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        write_json(report, file)
