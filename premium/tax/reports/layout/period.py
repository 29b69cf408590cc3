"""Say under a document's heading which days its tax year has."""

from __future__ import annotations

from premium.tax.results.report import Report


def period_of(report: Report) -> list[str]:
    """Return the line that names the year's days; none for all years."""
    if report.tax_year is None:
        return []
    first, last = report.setup.rules.period(report.tax_year)
    return [f"Tax year from {first} to {last}, days of {report.setup.calendar.zone}."]
