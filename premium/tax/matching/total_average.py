"""Japan's total average of a year's opening balance and acquisitions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from premium.tax.matching.average import AverageLedger
from premium.tax.model import ACQUISITIONS, Outcome, Transaction
from premium.tax.setup import Setup


def total_average(transactions: Sequence[Transaction], setup: Setup) -> Outcome:
    """Run each calendar year in two passes: what came in, then what went out."""
    ledger = AverageLedger(setup)
    calendar, reported = setup.calendar, False
    for _, year in groupby(transactions, key=lambda tx: calendar.tax_year(calendar.day(tx.instant))):
        of_year = list(year)
        if setup.until is not None and not reported and calendar.day(of_year[0].instant) > setup.until:
            ledger.report_holdings()
            reported = True
        for tx in _passes(of_year):
            ledger.apply(tx, calendar.day(tx.instant))
    if not reported:
        ledger.report_holdings()
    return ledger.outcome


def _passes(of_year: Sequence[Transaction]) -> Iterator[Transaction]:
    yield from (tx for tx in of_year if tx.type in ACQUISITIONS)
    yield from (tx for tx in of_year if tx.type not in ACQUISITIONS)
