"""Contracts that are the same asset as a symbol, shown by transactions that join both.

An exchange writes `LINK`, a chain `ethereum:0x514…`: where what left the one under a hash arrived under that hash at
the other, they are one asset. A symbol alone shows nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from premium.tax.model import Remark, Transaction
from premium.tax.neutral.kinds import OUTSIDE

_LOST = 20
"""At most this part may be lost on the way."""


def identified(transactions: list[Transaction], remarks: list[Remark]) -> list[Transaction]:
    """Give contracts the symbol under which they left or reached an exchange.

    Each is told of once.
    """
    names = _names(transactions, remarks)
    return [_renamed(tx, names) for tx in transactions] if names else transactions


def _names(transactions: Iterable[Transaction], remarks: list[Remark]) -> dict[str, str]:
    by_hash = defaultdict[str, list[Transaction]](list)
    for tx in transactions:
        if tx.type == "transfer" and tx.more.tx_hash is not None and OUTSIDE in (tx.wallet, tx.more.to_wallet):
            by_hash[tx.more.tx_hash].append(tx)
    found = defaultdict[str, dict[str, Transaction]](dict)
    for halves in by_hash.values():
        for leaving in (tx for tx in halves if tx.more.to_wallet == OUTSIDE):
            for arriving in (tx for tx in halves if tx.wallet == OUTSIDE and _fits(leaving, tx)):
                contract, symbol = sorted((leaving.asset, arriving.asset), key=lambda asset: ":" not in asset)
                found[contract][symbol] = leaving
    names = {contract: next(iter(symbols)) for contract, symbols in found.items() if len(symbols) == 1}
    for contract, symbol in sorted(names.items()):
        text = f"{contract} is {symbol}: what left as one arrived as the other, in one transaction"
        remarks.append(Remark("same_asset", found[contract][symbol].id, text, None, "asset"))
    return names


def _fits(leaving: Transaction, arriving: Transaction) -> bool:
    """Tell whether two halves of one hash may be one transfer of a symbol and a contract."""
    kinds = (":" in leaving.asset, ":" in arriving.asset)
    return kinds[0] is not kinds[1] and leaving.amount - leaving.amount / _LOST <= arriving.amount <= leaving.amount


def _renamed(tx: Transaction, names: dict[str, str]) -> Transaction:
    more = tx.more
    if more.fees:
        more = more._replace(fees=tuple(fee._replace(asset=names.get(fee.asset, fee.asset)) for fee in more.fees))
        tx = tx._replace(more=more)
    if more.fee_asset in names or more.to_asset in names:
        fee_asset, to_asset = more.fee_asset or "", more.to_asset or ""
        more = more._replace(
            fee_asset=names.get(fee_asset, more.fee_asset), to_asset=names.get(to_asset, more.to_asset)
        )
        tx = tx._replace(more=more)
    return tx._replace(asset=names[tx.asset]) if tx.asset in names else tx
