"""Numbers and orders that no history of a person has: told with line and field, and computed all the same."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from premium.tax.model import Remark, Transaction

_AMOUNT = Decimal(10) ** 24
"""More units than any coin has that people trade, a million times the largest supplies."""
_UNIT = Decimal(10) ** 12
"""A price a unit beyond any in any currency."""
_VALUE = Decimal(10) ** 18
"""More money than there is."""


def out_of_order(transactions: Iterable[Transaction]) -> list[Remark]:
    """As they stand in the file: one notice, with the first line that is earlier than one before it."""
    latest: int | None = None
    first: Transaction | None = None
    count = 0
    for tx in transactions:
        if latest is None or tx.instant >= latest:
            latest = tx.instant
            continue
        first = first or tx
        count += 1
    if first is None:
        return []
    text = f"earlier than a line before it, the first of {count} such: the history is taken by its times, not its lines"
    return [Remark("out_of_order", first.id, text, None, "timestamp")]


def absurd_numbers(transactions: Iterable[Transaction]) -> list[Remark]:
    """Amounts and values that cannot be meant. By multiplication only: no quotient is needed to see it."""
    notices = []
    for tx in transactions:
        value = tx.value
        if tx.amount > _AMOUNT:
            text = f"{tx.amount:.3E} {tx.asset} are more than there can be: maybe base units, or a slipped point"
            notices.append(Remark("absurd_amount", tx.id, text, None, "amount"))
        elif value is not None and (value > _VALUE or (value > 1 and value > tx.amount * _UNIT)):
            text = f"{tx.amount:.3E} {tx.asset} for {value:.3E} cannot be meant"
            notices.append(Remark("absurd_price", tx.id, text, None, "price"))
    return notices
