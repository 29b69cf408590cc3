"""State in sentences by which method and which assumptions a report was made."""

from __future__ import annotations

from collections.abc import Iterator

from premium.tax.reports.explanation import ORDER
from premium.tax.results.report import Report
from premium.tax.rules.base import TRANSITION
from premium.tax.rules.derivatives import derivatives_treatment

_METHODS = {
    "section_104": "same_day thirty_day section_104",
    "section_104_company": "same_day ten_day section_104",
    "ie_fifo_four_week": "four_week fifo",
    "specific_id": "specific_id",
}
_POOLS = {
    "acb": "Each asset is one pool at its average cost: a disposal takes its share of the pool's cost (ITA s 47).",
    "average": "Each asset is one pool at its average cost.",
    "total_average": "The cost of a unit is one average a year: of what was carried over and what the year acquired.",
    "moving_average": "The cost of a unit is averaged anew with each acquisition.",
    "fr_portfolio": "A sale for money takes the share of the portfolio's total price that its price is of the"
    " portfolio's value; exchanges between digital assets are neutral (art. 150 VH bis CGI).",
}
_SCOPES = {
    "universal": "All wallets share one queue of lots an asset.",
    "per_wallet": "Each wallet has its own lots; a transfer moves them with their date and cost.",
    "pool": "All wallets share one pool an asset.",
    "portfolio": "All assets and wallets are one portfolio.",
    TRANSITION: "All wallets share one queue of lots until 2024; from 2025-01-01 each wallet has its own"
    " (Rev. Proc. 2024-28).",
}


def method_statement(report: Report) -> Iterator[str]:
    """Yield the sentences of the method, one a paragraph."""
    setup = report.setup
    rules = setup.rules
    words = _POOLS.get(setup.method)
    if words is None:
        parts = (ORDER[name] for name in _METHODS.get(setup.method, setup.method).split())
        words = f"{'; then '.join(parts)}."
    yield f"Method {setup.method.replace('_', ' ')}: {words[0].lower() if words[1].islower() else words[0]}{words[1:]}"
    yield _SCOPES.get(setup.scope, setup.scope)
    zone = "" if setup.own_days else " Nobody said where the taxpayer lives: days are taken as UTC's."
    yield f"Days and years are those of {setup.calendar.zone.key}.{zone}"
    yield (
        "A fee on a purchase adds to its cost, one on a sale lowers its proceeds; a fee paid in a coin is also a"
        " disposal of that coin at its value. Units without a known purchase have a cost of zero and are named below."
    )
    yield (
        "Every figure is computed exactly and rounded once, where it is printed; printed columns are steps of their"
        " rounded running sum, so that they add up."
    )
    if report.derivatives:
        treatment = derivatives_treatment(rules.code)
        yield f"Futures and margin stand apart, as {treatment.text} ({treatment.source})."
    if report.currency_gains:
        yield f"Gains on foreign money stand apart: {rules.currency_gains.source}."
    if rules.source:
        yield f"Rules: {rules.source}."
