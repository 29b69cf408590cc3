"""Profits and losses of futures and margin, a kind of their own."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from premium.money import ZERO
from premium.tax.days import Calendar
from premium.tax.model import PLAIN, Transaction
from premium.tax.neutral.kinds import DERIVATIVE
from premium.tax.outcome import Derivative

_MARK = f"{DERIVATIVE}:"


def is_derivative(tx: Transaction) -> bool:
    """Tell whether a transaction is a derivative's profit or loss.

    A profit is a purchase at its value, a loss a sale.
    """
    return tx.more is not PLAIN and tx.more.kind is not None and tx.more.kind.startswith(_MARK)


def derivatives_of(transactions: Iterable[Transaction], calendar: Calendar) -> list[Derivative]:
    """Return what futures and margin made, in the order of time; losses are negative."""
    found = sorted((tx for tx in transactions if is_derivative(tx)), key=lambda tx: (tx.instant, tx.id))
    return [_derivative(tx, calendar) for tx in found]


def _derivative(tx: Transaction, calendar: Calendar) -> Derivative:
    value, kind = tx.value or ZERO, (tx.more.kind or "").removeprefix(_MARK)
    signs = (tx.amount, value) if tx.type == "buy" else (_less(tx.amount), _less(value))
    return Derivative(tx.id, calendar.day(tx.instant), kind, tx.asset, *signs)


def _less(value: Decimal) -> Decimal:
    return value.copy_negate()
