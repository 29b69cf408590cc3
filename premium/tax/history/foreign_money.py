"""Foreign money apart from digital assets.

Another country's legal tender pays for assets at its value of the day. It has no lots, stands on no form of digital
assets, and its own gains are counted by a rule of their own (`ledger.currencies`).
"""

from __future__ import annotations

from premium.tax.model import Transaction
from premium.tax.setup import Setup


def parted(transactions: list[Transaction], setup: Setup) -> tuple[list[Transaction], list[Transaction]]:
    """Return what is of digital assets, and what is of foreign money.

    Income in foreign money is in both: it is income, and money that came in.
    """
    tender = setup.tender - setup.money
    if tender.isdisjoint(tx.asset for tx in transactions):
        return transactions, []
    foreign = [tx for tx in transactions if tx.asset in tender]
    return [tx for tx in transactions if tx.asset not in tender or tx.type == "income"], foreign
