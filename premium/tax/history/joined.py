"""What one wallet gave and received in one transaction of a chain: an exchange, though each half was told alone.

Explorers list the coin and each token in files of their own; only the hash says that they belong together.
"""

from __future__ import annotations

from collections.abc import Iterable

from premium.tax.history.kinds import OUTSIDE
from premium.tax.model import Remark, Transaction


def exchanged(halves: Iterable[Transaction], notices: list[Remark]) -> dict[str, Transaction]:
    """Legs by id, of the halves of transfers that share hash and wallet and go both ways; others are left out."""
    shared: dict[tuple[str, str], list[Transaction]] = {}
    for tx in halves:
        if tx.more.tx_hash is not None and tx.more.group is None and tx.more.basis is None:
            shared.setdefault((tx.more.tx_hash, _wallet(tx)), []).append(tx)
    legs: dict[str, Transaction] = {}
    for (name, wallet), together in shared.items():
        given = {tx.asset for tx in together if _is_given(tx)}
        received = {tx.asset for tx in together if not _is_given(tx)}
        if given and received and given.isdisjoint(received):
            legs |= {tx.id: _leg(tx, name) for tx in together}
            first = min(tx.id for tx in together if _is_given(tx))
            text = f"what {wallet or 'the wallet'} gave and received in {name} is taken as an exchange"
            notices.append(Remark("exchange_by_hash", first, text, None, "tx_hash"))
    return legs


def _is_given(tx: Transaction) -> bool:
    return tx.more.to_wallet == OUTSIDE


def _wallet(tx: Transaction) -> str:
    return tx.wallet if _is_given(tx) else tx.more.to_wallet or ""


def _leg(tx: Transaction, name: str) -> Transaction:
    side = "sell" if _is_given(tx) else "buy"
    return tx._replace(type=side, wallet=_wallet(tx), more=tx.more._replace(to_wallet=None, group=f"hash:{name}"))
