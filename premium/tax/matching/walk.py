"""One pass over a history, which reports holdings when the reported year has ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from premium.tax.model import Outcome, Transaction
from premium.tax.setup import Setup


class Ledger(Protocol):
    """A ledger of a pooled method."""

    setup: Setup
    outcome: Outcome

    def apply(self, tx: Transaction, day: int) -> None:
        """Apply one transaction of a day."""

    def report_holdings(self) -> None:
        """Write what is held now into the outcome."""


def walk(ledger: Ledger, transactions: Sequence[Transaction]) -> Outcome:
    """Apply every transaction, and report holdings once.

    When the reported days are over, or at the end.
    """
    until, reported = ledger.setup.until, False
    for tx in transactions:
        day = ledger.setup.calendar.day(tx.instant)
        if until is not None and not reported and day > until:
            ledger.report_holdings()
            reported = True
        ledger.apply(tx, day)
    if not reported:
        ledger.report_holdings()
    return ledger.outcome
