"""A history walked once, with what is held told of when the reported year has ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from premium.tax.model import Outcome, Transaction
from premium.tax.setup import Setup


class Ledger(Protocol):
    """What a pooled method keeps."""

    setup: Setup
    outcome: Outcome

    def apply(self, tx: Transaction, day: int) -> None: ...

    def tell(self) -> None:
        """Write what is held now into the outcome."""


def walk(ledger: Ledger, transactions: Sequence[Transaction]) -> Outcome:
    """Applies every transaction; `tell` comes once: before the first after the last reported day, or at the end."""
    until, told = ledger.setup.until, False
    for tx in transactions:
        day = ledger.setup.calendar.day(tx.instant)
        if until is not None and not told and day > until:
            ledger.tell()
            told = True
        ledger.apply(tx, day)
    if not told:
        ledger.tell()
    return ledger.outcome
