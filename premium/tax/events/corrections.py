"""Income that was taken back: it lessens what was received before."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from premium.money import EXACT, ZERO, divide, plain
from premium.tax.model import Remark, Transaction
from premium.tax.neutral.kinds import CORRECTION
from premium.tax.trail import Trail


def corrected(transactions: list[Transaction], remarks: list[Remark], trail: Trail) -> list[Transaction]:
    """Lessen the latest earlier income of the same asset, wallet and kind by each correction.

    What no income covers leaves as lost, and is told of: nothing was received for it.
    """
    if not any(tx.type == CORRECTION for tx in transactions):
        return transactions
    left: dict[str, Transaction | None] = {}
    income: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for tx in sorted(transactions, key=lambda tx: (tx.instant, tx.type == CORRECTION, tx.id)):
        if tx.type == "income":
            income[tx.asset, tx.wallet].append(tx.id)
            left[tx.id] = tx
        elif tx.type == CORRECTION:
            left[tx.id] = _taken_back(tx, income[tx.asset, tx.wallet], left, remarks, trail)
    made = (left.get(tx.id, tx) for tx in transactions)
    return [tx for tx in made if tx is not None]


def _taken_back(
    tx: Transaction, income: list[str], left: dict[str, Transaction | None], remarks: list[Remark], trail: Trail
) -> Transaction | None:
    amount, names = tx.amount, list[str]()
    for name in reversed(income):
        earlier = left[name]
        if not amount or earlier is None or (tx.more.kind and earlier.more.kind != tx.more.kind):
            continue
        part = min(amount, earlier.amount)
        left[name] = _less(earlier, part)
        amount, names = EXACT.subtract(amount, part), [*names, name]
    if names:
        text = f"takes back {plain(EXACT.subtract(tx.amount, amount))} {tx.asset} of the income {', '.join(names)}"
        remarks.append(Remark("income_corrected", tx.id, text))
        trail.absorbed[tx.id] = f"a correction that {text}"
    if not amount:
        return None
    text = f"takes back {plain(amount)} {tx.asset} that no earlier income here brought: they count as lost"
    remarks.append(Remark("correction_unmatched", tx.id, text, None, "amount"))
    return tx._replace(type="lost", amount=amount, value=None)


def _less(tx: Transaction, part: Decimal) -> Transaction | None:
    """What is left of an income; nothing where all of it is taken back."""
    rest = EXACT.subtract(tx.amount, part)
    if not rest:
        return None
    value = None if tx.value is None else divide(EXACT.multiply(tx.value, rest), tx.amount)
    return tx._replace(amount=rest, value=value, fee=tx.fee or ZERO)
