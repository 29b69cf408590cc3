"""Value loans: what is borrowed at its price, what is given back at its debt."""

from __future__ import annotations

from collections import deque
from decimal import Decimal

from premium.money import EXACT, ZERO, divide, readable
from premium.tax.model import PLAIN, Remark, Transaction
from premium.tax.neutral.kinds import LOAN, REPAYMENT
from premium.tax.setup import Setup

Debts = dict[str, deque[tuple[Decimal, Decimal]]]
"""By asset the loans that are not repaid: units and what they were worth, the oldest first."""


def repaid(transactions: list[Transaction], setup: Setup, remarks: list[Remark]) -> list[Transaction]:
    """Value what is given back at the debt that it discharges.

    Where the country's rules say so at its market value, as it is valued already. What is given back beyond what was
    borrowed keeps its market value, and is told of.
    """
    if not any(tx.more is not PLAIN and tx.more.kind in (LOAN, REPAYMENT) for tx in transactions):
        return transactions
    debts, values = Debts(), dict[str, Decimal]()
    for tx in sorted(transactions, key=lambda tx: (tx.instant, tx.type != "buy", tx.id)):
        if tx.more.kind == LOAN and tx.type == "buy":
            debts.setdefault(tx.asset, deque()).append((tx.amount, tx.value or ZERO))
        elif tx.more.kind == REPAYMENT and tx.type == "sell":
            debt, beyond = _discharged(debts.get(tx.asset, deque()), tx.amount)
            _remark_gap(tx, debt, beyond, setup, remarks)
            if beyond:
                units = f"{readable(beyond)} {tx.asset}"
                text = f"{units} are given back beyond what was borrowed here: they count at their price"
                remarks.append(Remark("repayment_without_loan", tx.id, text, None, "amount"))
            market = divide(EXACT.multiply(tx.value or ZERO, beyond), tx.amount)
            values[tx.id] = EXACT.add(debt, market)
    text = (
        f"units that are given back discharge a debt: {setup.rules.name} takes them {_HOW[setup.rules.loans_at_market]}"
    )
    remarks.append(Remark("loan_repaid", None, text))
    if setup.rules.loans_at_market:
        return transactions
    return [tx._replace(value=values[tx.id]) if tx.id in values else tx for tx in transactions]


def _remark_gap(tx: Transaction, debt: Decimal, beyond: Decimal, setup: Setup, remarks: list[Remark]) -> None:
    """Tell what a debt was worth beyond, or below, the units that discharged it.

    Where both are taken at market value, that difference is in no disposal: what a borrowed coin was sold for, and
    bought back for, nets to nothing.
    """
    if not setup.rules.loans_at_market or tx.value is None:
        return
    given = divide(EXACT.multiply(tx.value, EXACT.subtract(tx.amount, beyond)), tx.amount)
    if debt == given:
        return
    gap = readable(EXACT.subtract(debt, given))
    text = (
        f"a debt of {readable(debt)} was discharged by units worth {readable(given)}: the difference of {gap} is in no"
        f" figure, as the guidance has no rule for the debt itself ({setup.rules.conversions['loan'].source}):"
        " have it reviewed"
    )
    remarks.append(Remark("loan_gap_not_counted", tx.id, text, None, "value"))


_HOW = {True: "as sold at their market value", False: "at what the loan was worth when it was received"}


def _discharged(debts: deque[tuple[Decimal, Decimal]], amount: Decimal) -> tuple[Decimal, Decimal]:
    """Return the value of the oldest debts that units discharge, and the units beyond them."""
    value, left = ZERO, amount
    while left and debts:
        units, worth = debts.popleft()
        part = min(units, left)
        share = worth if part == units else divide(EXACT.multiply(worth, part), units)
        value, left = EXACT.add(value, share), EXACT.subtract(left, part)
        if part < units:
            debts.appendleft((EXACT.subtract(units, part), EXACT.subtract(worth, share)))
    return value, left
