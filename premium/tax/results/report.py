"""A calculated report, of which every form and file is made."""

from __future__ import annotations

from dataclasses import dataclass

from premium.tax.history.history import History
from premium.tax.model import Disposal, Income, Missing, Outcome, Remark, Removal
from premium.tax.results.totals import Sums
from premium.tax.setup import Setup


@dataclass(frozen=True, kw_only=True)
class Report:
    """What every form and file is made of: one year's rows, or all."""

    setup: Setup
    tax_year: int | None
    transactions: History
    """Normalised, of the whole history, in order."""
    outcome: Outcome
    disposals: list[Disposal]
    income: list[Income]
    missing: list[Missing]
    removals: list[Removal]
    sums: Sums
    notices: list[Remark]
