"""Make a history ready for an engine, stage by stage.

Each stage takes the whole list and hands it on.
"""

from __future__ import annotations

from decimal import localcontext

from premium.money import EXACT
from premium.tax.events.loans import repaid
from premium.tax.events.unsourced import unsourced
from premium.tax.history.exchanges import exchanges_of
from premium.tax.history.identities import identified
from premium.tax.history.money_legs import valued_money
from premium.tax.history.order import in_order
from premium.tax.history.price_series import PriceSeries
from premium.tax.history.prices import prices_near
from premium.tax.history.receipts import received
from premium.tax.history.settlement import settled
from premium.tax.history.transfers import pair_transfers
from premium.tax.history.values import valued
from premium.tax.model import Remark, Transaction
from premium.tax.setup import Setup
from premium.tax.trail import Trail


def normalise(
    transactions: list[Transaction],
    setup: Setup,
    remarks: list[Remark],
    outside: PriceSeries | None = None,
    trail: Trail | None = None,
) -> list[Transaction]:
    """Return transactions ready for an engine; what was assumed stands in `remarks`.

    `outside` prices what states no value, beside the history's own trades. `trail` is told where rows went that are
    none of their own any more.
    """
    trail = trail or Trail()
    with localcontext(EXACT):
        trades = valued_money(identified(transactions, remarks), setup, remarks, trail)
        remarks += unsourced(trades, setup)
        told = list[Remark]()
        paired = received(pair_transfers(trades, told, trail), setup, remarks)
        remarks += _but_of_money(told, trades, setup)
        exchanges = exchanges_of(paired, setup)
        prices = prices_near(paired, exchanges, trades, outside, setup.tender)
        made = settled(paired, exchanges, prices, setup, remarks=remarks, trail=trail)
        made = repaid(valued(made, prices, setup, remarks), setup, remarks)
        return in_order(made)


def _but_of_money(told: list[Remark], transactions: list[Transaction], setup: Setup) -> list[Remark]:
    """Leave out that money came from a bank or went to one: that is no wallet which lacks."""
    if not any(remark.code == "unmatched_transfer" for remark in told):
        return told
    money = {tx.id for tx in transactions if tx.asset in setup.tender}
    return [each for each in told if each.code != "unmatched_transfer" or each.transaction not in money]
