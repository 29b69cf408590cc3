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
        Item("", "Aggregate consideration", f"{cents(totals.proceeds)}"),
        Item("", "Chargeable gains", f"{cents(figures.gains)}"),
        Item("", "Allowable losses", f"{cents(figures.losses)}"),
        Item("", "Allowable losses of earlier years, used", f"{cents(figures.used)}"),
        Item("", _RING_FENCED, f"{cents(totals.ring_fenced_loss)}"),
        Item("", "Ring-fenced losses used against the gain on the reacquired asset", f"{cents(figures.borne)}"),
        Item("", taxed, f"{cents(figures.chargeable)}"),
        Item("", "Losses carried forward", f"{cents(figures.carried)}"),
        Item("", "Income", f"{cents(totals.income)}"),
    ]
