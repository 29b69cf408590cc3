"""A measurement by trading as answers show it."""

from __future__ import annotations

from typing import Any

from premium.abi.values import shown_address
from premium.simulation.trade.measure import Holders, Measured, Trade

PARTS = ("can_buy", "buy", "can_transfer", "transfer", "can_sell", "sell", "max_sell", "sells_after", "holders")


def shown_trade(made: Measured) -> dict[str, Any]:
    """Return purchase, transfer, sale, bounds and holders; None for what was not tried."""
    moved, wait = made.transfer, made.sells_after
    return {
        "can_buy": made.can_buy,
        "buy": _trade(made.buy),
        "can_transfer": None if moved is None else moved.revert is None,
        "transfer": None if moved is None else {"sent": str(moved.given), **_trade(moved)},
        "can_sell": made.can_sell,
        "sell": None if made.sell is None else {"sold": str(made.sell.given), **_trade(made.sell)},
        "max_sell": None if made.max_sell is None else str(made.max_sell),
        "sells_after": None if wait is None else {"blocks": str(wait[0]), "seconds": str(wait[1])},
        "holders": _holders(made.holders),
    }


def _trade(trade: Trade) -> dict[str, Any]:
    failed = trade.revert is not None
    return {
        "ideal": str(trade.ideal),
        "received": str(trade.received),
        "tax_bps": None if failed else str(trade.tax),
        "revert": trade.revert,
    }


def _holders(held: Holders) -> dict[str, Any]:
    return {
        "tried": str(held.tried), "sold": str(held.sold), "taxed": str(held.taxed),
        "trapped": [shown_address(each) for each in held.trapped],
    }  # fmt: skip
