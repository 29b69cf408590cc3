"""Which engine carries out a method."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import localcontext

from premium.money import EXACT
from premium.tax.ledger.ledger import LotLedger
from premium.tax.ledger.specific import SpecificLedger
from premium.tax.ledger.transition import TransitionLedger
from premium.tax.model import Outcome, Transaction
from premium.tax.setup import TRANSITION, Setup

Engine = Callable[[Sequence[Transaction], Setup], Outcome]


def run(transactions: Sequence[Transaction], under: Setup) -> Outcome:
    """Normalised transactions through the method's engine, in exact arithmetic."""
    with localcontext(EXACT):
        return engine_of(under)(transactions, under)


def engine_of(under: Setup) -> Engine:
    return _lots


def _lots(transactions: Sequence[Transaction], under: Setup) -> Outcome:
    return ledger_of(under).run(transactions)


def ledger_of(under: Setup) -> LotLedger:
    """The lot ledger of a method and scope."""
    if under.scope == TRANSITION:
        return TransitionLedger(under)
    return SpecificLedger(under) if under.method == "specific_id" else LotLedger(under)
