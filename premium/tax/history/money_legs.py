"""Money in a history: the report's own currency is no asset.

Its legs of an exchange are worth their amount, and leave once the exchange is settled; a fee in it is a fee.
Alone it moves nothing that is taxed: such lines are left out, except income. `Setup.money` says what is money.
"""

from __future__ import annotations

from premium.money import ZERO, plain
from premium.tax.events.derivatives import is_derivative
from premium.tax.model import Remark, Transaction
from premium.tax.setup import Setup
from premium.tax.trail import Trail


def valued_money(
    transactions: list[Transaction], setup: Setup, remarks: list[Remark], trail: Trail
) -> list[Transaction]:
    """Value legs in money at their amount, and leave out lines that only move money."""
    money = setup.money
    if money.isdisjoint(tx.asset for tx in transactions) and money.isdisjoint(tx.more.fee_asset for tx in transactions):
        return transactions
    made = []
    for tx in transactions:
        kept = _with_fee(tx) if tx.more.fee_asset == setup.currency else tx
        if kept.asset not in money:
            made.append(kept)
        elif (kept.more.group is not None and kept.type in ("buy", "sell")) or kept.type == "income":
            made.append(kept._replace(value=kept.amount) if kept.asset == setup.currency else kept)
        elif is_derivative(kept) and kept.asset == setup.currency:
            trail.derivatives.append(kept._replace(value=kept.amount))
            trail.absorbed[kept.id] = f"a profit or loss of {kept.amount} {kept.asset} in money, listed in derivatives"
        else:
            text = f"{kept.asset} is money here, not an asset: the line is left out"
            remarks.append(Remark("money_left_out", kept.id, text, None, "asset"))
            trail.absorbed[kept.id] = f"{kept.type} of {plain(kept.amount)} {kept.asset}, which is money here: left out"
    return made


def _with_fee(tx: Transaction) -> Transaction:
    """A fee in the report's currency is no fee in kind."""
    more = tx.more
    return tx._replace(fee=tx.fee or more.fee_amount, more=more._replace(fee_asset=None, fee_amount=ZERO))
