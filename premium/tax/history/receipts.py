"""Take what comes in without being bought as the country's table says."""

from __future__ import annotations

from collections.abc import Iterable

from premium.money import ZERO
from premium.tax.model import Remark, Transaction
from premium.tax.rules.receipts import FORKED_FROM, Receipt, kind_of
from premium.tax.setup import Setup


def received(transactions: Iterable[Transaction], setup: Setup, remarks: list[Remark]) -> list[Transaction]:
    """Turn receipts that are no income in this country into what they are.

    A purchase for nothing, one at market value, or a fork that takes a part of the cost of the coin it came from.
    Each is told of, with where that stands written. What the rows state as `basis` counts everywhere.
    """
    receipts, currency = setup.rules.receipts, setup.currency
    made = []
    for each in transactions:
        tx = _of_money(each) if each.type == "income" and each.asset in setup.tender else each
        if tx.type == "income" and tx.asset != currency:
            receipt = receipts.get(kind_of(tx.more.kind))
            if receipt is not None and receipt.treatment != "income":
                remarks.append(_told(tx, receipt, setup))
                made.append(_taken(tx, receipt))
                continue
        made.append(tx)
    return made


def _of_money(tx: Transaction) -> Transaction:
    """Name what money earns interest: it secures no chain, whatever the exchange's line calls it."""
    earns = kind_of(tx.more.kind) in ("staking", "liquidity_reward")
    return tx._replace(more=tx.more._replace(kind="interest")) if earns else tx


def _taken(tx: Transaction, receipt: Receipt) -> Transaction:
    more = tx.more
    if receipt.treatment == "market" or more.basis is not None:
        return tx._replace(type="buy")
    if receipt.treatment == "split":
        parent = more.from_asset or FORKED_FROM.get(tx.asset)
        if parent is not None and parent != tx.asset:
            return tx._replace(type="fork", more=more._replace(from_asset=parent))
    return tx._replace(type="buy", value=None, more=more._replace(basis=ZERO))


def _told(tx: Transaction, receipt: Receipt, setup: Setup) -> Remark:
    cost = {"market": "its market value is its cost", "nothing": "its cost is nothing"}.get(receipt.treatment)
    if receipt.treatment == "split":
        parent = tx.more.from_asset or FORKED_FROM.get(tx.asset)
        cost = f"its cost is a part of that of {parent}" if parent else "its cost is nothing: from_asset is not stated"
    if tx.more.basis is not None:
        cost = "its stated basis is its cost"
    text = f"{kind_of(tx.more.kind)}: no income in {setup.rules.name}, {cost} ({receipt.source})"
    return Remark("no_income", tx.id, text, None, "kind")


def without_price(tx: Transaction, remarks: list[Remark], lacking: str) -> Transaction:
    """Return a fork whose cost cannot be split, as a purchase for nothing."""
    text = f"the cost of {tx.more.from_asset} is not split: no price is known for {lacking} on that day"
    remarks.append(Remark("cost_not_split", tx.id, text, None, "price"))
    return tx._replace(type="buy", value=None, more=tx.more._replace(basis=ZERO))
