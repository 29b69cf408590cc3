"""Close a document with what its reader should know: the report's warnings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from premium.tax.reports.layout.pages import Pages
from premium.tax.results.report import Report

EACH = 20
"""Warnings of one code that a document has; the audit CSV and the JSON have all."""


def write_warnings(pages: Pages, report: Report) -> None:
    """Add the warnings on pages of their own, where there are any."""
    if report.remarks:
        head = ["Warnings", "What was assumed, left out or not known. The figures before rest on it."]
        pages.text(head, _lines(report))


def _lines(report: Report) -> Iterator[str]:
    counts = Counter(notice.code for notice in report.remarks)
    seen = Counter[str]()
    for notice in report.remarks:
        seen[notice.code] += 1
        if seen[notice.code] <= EACH:
            yield f"{notice.code}: {notice.sentence}"
    for code, count in counts.items():
        if count > EACH:
            yield f"{code}: {count - EACH} more"
