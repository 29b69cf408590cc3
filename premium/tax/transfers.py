"""Halves of transfers that belong together: what left one own wallet is what reached another."""

from __future__ import annotations

from premium.money import EXACT
from premium.tax.kinds import OUTSIDE
from premium.tax.model import Notice, Transaction

WINDOW = 72 * 3600 * 1_000_000
"""Microseconds in which what left may arrive."""


def pair_transfers(transactions: list[Transaction], notices: list[Notice]) -> list[Transaction]:
    """Each half with a counterpart becomes one transfer (the difference is burnt); others keep the unknown wallet."""
    out = [tx for tx in transactions if tx.type == "transfer" and tx.more.to_wallet == OUTSIDE]
    into = [tx for tx in transactions if tx.type == "transfer" and tx.wallet == OUTSIDE]
    if not out and not into:
        return transactions
    replaced = _pairs(sorted(out, key=_when), sorted(into, key=_when))
    for tx in (*out, *into):
        if tx.id not in replaced:
            where = "left for" if tx.more.to_wallet == OUTSIDE else "came from"
            text = f"{tx.amount} {tx.asset} {where} an unknown wallet: no matching half was found"
            notices.append(Notice("unmatched_transfer", tx.id, text))
    made = (replaced.get(tx.id, tx) for tx in transactions)
    return [tx for tx in made if tx is not None]


def _pairs(out: list[Transaction], into: list[Transaction]) -> dict[str, Transaction | None]:
    """By transaction hash first, then by amount and time; each half once, the nearest first."""
    replaced: dict[str, Transaction | None] = {}
    by_asset: dict[str, list[Transaction]] = {}
    for tx in into:
        by_asset.setdefault(tx.asset, []).append(tx)
    for same_hash in (True, False):
        for leaving in out:
            if leaving.id in replaced:
                continue
            candidates = [tx for tx in by_asset.get(leaving.asset, ()) if tx.id not in replaced]
            fits = [tx for tx in candidates if _fits(leaving, tx, same_hash=same_hash)]
            if fits:
                arriving = min(
                    fits, key=lambda tx: (leaving.amount - tx.amount, abs(tx.instant - leaving.instant), tx.id)
                )
                replaced[leaving.id] = _joined(leaving, arriving)
                replaced[arriving.id] = None
    return replaced


def _fits(leaving: Transaction, arriving: Transaction, *, same_hash: bool) -> bool:
    if arriving.amount > leaving.amount or arriving.more.to_wallet == leaving.wallet:
        return False
    if same_hash:
        known = leaving.more.tx_hash or leaving.more.group
        return known is not None and known in (arriving.more.tx_hash, arriving.more.group)
    close = leaving.amount - arriving.amount <= leaving.amount / 20
    return close and 0 <= arriving.instant - leaving.instant <= WINDOW


def _joined(leaving: Transaction, arriving: Transaction) -> Transaction:
    burnt = EXACT.subtract(leaving.amount, arriving.amount)
    more = leaving.more._replace(to_wallet=arriving.more.to_wallet, burnt=burnt)
    return leaving._replace(more=more)


def _when(tx: Transaction) -> tuple[int, str]:
    return (tx.instant, tx.id)
