"""The engine that carries out each method."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import localcontext

from premium.money import EXACT
from premium.tax.ledger.four_week import FourWeekLedger
from premium.tax.ledger.ledger import LotLedger
from premium.tax.ledger.specific import SpecificLedger
from premium.tax.ledger.transition import TransitionLedger
from premium.tax.matching.average import average
from premium.tax.matching.portfolio import portfolio
from premium.tax.matching.total_average import total_average
from premium.tax.matching.uk import section_104
from premium.tax.model import Outcome, Transaction
from premium.tax.rules.base import TRANSITION
from premium.tax.setup import Setup

Engine = Callable[[Sequence[Transaction], Setup], Outcome]


def run(transactions: Sequence[Transaction], setup: Setup) -> Outcome:
    """Run normalised transactions through the method's engine, in exact arithmetic."""
    with localcontext(EXACT):
        return ENGINES[setup.method](transactions, setup)


def _lots(transactions: Sequence[Transaction], setup: Setup) -> Outcome:
    return ledger_of(setup).run(transactions)


def ledger_of(setup: Setup) -> LotLedger:
    """Return the lot ledger of a method and scope."""
    if setup.method == "ie_fifo_four_week":
        return FourWeekLedger(setup)
    if setup.scope == TRANSITION:
        return TransitionLedger(setup)
    return SpecificLedger(setup) if setup.method == "specific_id" else LotLedger(setup)


ENGINES: dict[str, Engine] = {
    "fifo": _lots,
    "lifo": _lots,
    "hifo": _lots,
    "lofo": _lots,
    "specific_id": _lots,
    "ie_fifo_four_week": _lots,
    "section_104": section_104,
    "section_104_company": section_104,
    "acb": average,
    "average": average,
    "moving_average": average,
    "total_average": total_average,
    "fr_portfolio": portfolio,
}
"""By method; docs/tax-format.md says what each is."""
