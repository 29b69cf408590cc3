"""List the lines of Form CG1, or panel Q of Form 11."""

from __future__ import annotations

from premium.tax.reports.countries.items import Item
from premium.tax.reports.layout.cents import cents
from premium.tax.results import gains
from premium.tax.results.report import Report
from premium.tax.results.totals import Totals

_RING_FENCED = "Ring-fenced losses (s 581(3)), usable against the reacquired asset only"


def ireland(report: Report, year: int, totals: Totals) -> list[Item]:
    """Return the lines of a year."""
    figures = gains.ireland(report)[year]
    taxed = f"Chargeable gain after losses and the personal exemption of {figures.exempt}"
    return [
        Item("CG1", "Aggregate consideration", f"{cents(totals.proceeds)}"),
        Item("CG1", "Chargeable gains", f"{cents(figures.gains)}"),
        Item("CG1", "Allowable losses", f"{cents(figures.losses)}"),
        Item("CG1", "Allowable losses of earlier years, used", f"{cents(figures.used)}"),
        Item("CG1", _RING_FENCED, f"{cents(totals.ring_fenced_loss)}"),
        Item("CG1", "Ring-fenced losses used against the gain on the reacquired asset", f"{cents(figures.borne)}"),
        Item("CG1", taxed, f"{cents(figures.chargeable)}"),
        Item("CG1", "Losses carried forward", f"{cents(figures.carried)}"),
        Item("Form 11", "Income", f"{cents(totals.income)}"),
    ]
