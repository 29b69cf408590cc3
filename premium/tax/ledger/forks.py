"""Share the cost of a coin with the one that split from it."""

from __future__ import annotations

from decimal import Decimal

from premium.money import ZERO, divide
from premium.tax.model import Remark, Transaction


def shared(tx: Transaction, held: Decimal, cost: Decimal) -> Decimal:
    """Return the part of a cost that goes to what split from it.

    By market values: what was received to all of both; `held` are units of the coin that it came from.
    """
    value = tx.value or ZERO
    worth = held * (tx.more.from_price or ZERO) + value
    return divide(cost * value, worth) if held and worth else ZERO


def unforked(tx: Transaction) -> Remark:
    """Return the remark on a fork of a coin of which nothing is held."""
    text = f"nothing is held of {tx.more.from_asset}, from which {tx.asset} split: its cost counts as nothing"
    return Remark("fork_without_parent", tx.id, text, None, "from_asset")
