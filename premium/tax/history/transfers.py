"""Halves of transfers that belong together: what left one own wallet is what reached another."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from decimal import Decimal
from functools import partial

from premium.money import EXACT, divide
from premium.tax.history.joined import exchanged
from premium.tax.history.kinds import OUTSIDE
from premium.tax.model import Remark, Transaction

WINDOW = 72 * 3600 * 1_000_000
"""Microseconds in which what left may arrive."""
_LOOKED_AT = 500
"""Halves that are compared with one; of more in its window the later ones are not its own."""
_LOST = 20
"""Without a name in common, at most this part may be lost on the way."""


def pair_transfers(transactions: list[Transaction], notices: list[Remark]) -> list[Transaction]:
    """Each half with a counterpart becomes one transfer (the difference is burnt); others keep the unknown wallet.

    What one wallet gave and received of different assets in one transaction of a chain becomes the legs of an exchange.
    """
    out = [tx for tx in transactions if tx.type == "transfer" and tx.more.to_wallet == OUTSIDE]
    into = [tx for tx in transactions if tx.type == "transfer" and tx.wallet == OUTSIDE]
    if not out and not into:
        return transactions
    replaced = _pairs(sorted(out, key=_when), sorted(into, key=_when))
    replaced |= exchanged((tx for tx in (*out, *into) if tx.id not in replaced), notices)
    for tx in (*out, *into):
        if tx.id in replaced:
            continue
        alone = replaced[tx.id] = _alone(tx)
        if alone.type == "transfer":
            where = "left for" if tx.more.to_wallet == OUTSIDE else "came from"
            text = f"{tx.amount} {tx.asset} {where} an unknown wallet: no matching half was found"
            notices.append(Remark("unmatched_transfer", tx.id, text))
    made = (replaced.get(tx.id, tx) for tx in transactions)
    return [tx for tx in made if tx is not None]


class _Arrivals:
    """Halves that came in and belong to nothing yet, by hash or group, and by asset and time."""

    def __init__(self, into: list[Transaction]) -> None:
        self._by_asset: dict[str, list[Transaction]] = {}
        self._by_name: dict[tuple[str, str], list[Transaction]] = {}
        self._by_amount: dict[tuple[str, Decimal], list[Transaction]] = {}
        self._passed: dict[tuple[str, Decimal], int] = {}
        self.taken: set[str] = set()
        for tx in into:
            self._by_asset.setdefault(tx.asset, []).append(tx)
            self._by_amount.setdefault((tx.asset, tx.amount), []).append(tx)
            for name in {tx.more.tx_hash, tx.more.group} - {None}:
                self._by_name.setdefault((str(name), tx.asset), []).append(tx)

    def same_name(self, leaving: Transaction) -> list[Transaction]:
        """What shares the hash or the group of what left."""
        names = {leaving.more.tx_hash, leaving.more.group} - {None}
        found = {tx.id: tx for name in names for tx in self._by_name.get((str(name), leaving.asset), ())}
        return [tx for tx in found.values() if self._fits(leaving, tx)]

    def exact(self, leaving: Transaction) -> list[Transaction]:
        """The first free half of the very amount within the window; halves are asked for in the order of time."""
        key = (leaving.asset, leaving.amount)
        same, at = self._by_amount.get(key, []), self._passed.get(key, 0)
        while at < len(same) and (same[at].id in self.taken or same[at].instant < leaving.instant):
            at += 1
        self._passed[key] = at
        soon = (tx for tx in same[at : at + _LOOKED_AT] if tx.instant <= leaving.instant + WINDOW)
        return [tx for tx in soon if self._fits(leaving, tx)][:1]

    def near(self, leaving: Transaction) -> list[Transaction]:
        """What arrived within the window, less at most a twentieth."""
        candidates = self._by_asset.get(leaving.asset, [])
        first = bisect_left(candidates, leaving.instant, key=_time)
        last = bisect_right(candidates, leaving.instant + WINDOW, key=_time)
        least = EXACT.subtract(leaving.amount, leaving.amount / _LOST)
        within = candidates[first : min(last, first + _LOOKED_AT)]
        return [tx for tx in within if tx.amount >= least and self._fits(leaving, tx)]

    def _fits(self, leaving: Transaction, arriving: Transaction) -> bool:
        elsewhere = arriving.more.to_wallet != leaving.wallet
        return arriving.id not in self.taken and elsewhere and arriving.amount <= leaving.amount


def _pairs(out: list[Transaction], into: list[Transaction]) -> dict[str, Transaction | None]:
    """By hash or group first, then by amount and time; each half once, the one that lost least first."""
    arrivals, replaced = _Arrivals(into), dict[str, Transaction | None]()
    for candidates in (arrivals.same_name, arrivals.exact, arrivals.near):
        for leaving in out:
            fits = candidates(leaving) if leaving.id not in replaced else []
            if fits:
                arriving = min(fits, key=partial(_distance, leaving))
                arrivals.taken.add(arriving.id)
                replaced[leaving.id] = _joined(leaving, arriving)
                replaced[arriving.id] = None
    return replaced


def _joined(leaving: Transaction, arriving: Transaction) -> Transaction:
    """One transfer; what is burnt is worth its part of what either half says the whole is worth."""
    burnt = EXACT.subtract(leaving.amount, arriving.amount)
    more = leaving.more._replace(to_wallet=arriving.more.to_wallet, burnt=burnt)
    priced = leaving if leaving.value is not None else arriving
    return leaving._replace(value=_part_of(priced, burnt), more=more)


def _alone(tx: Transaction) -> Transaction:
    """A half without its other: it burns what it says; what came in with its basis stated is a lot of that basis."""
    if tx.wallet == OUTSIDE and tx.more.basis is not None:
        return tx._replace(type="buy", wallet=tx.more.to_wallet or "", more=tx.more._replace(to_wallet=None))
    return tx._replace(value=_part_of(tx, tx.more.burnt))


def _part_of(tx: Transaction, burnt: Decimal) -> Decimal | None:
    """What a part of the amount is worth, where the whole's value is stated."""
    return divide(EXACT.multiply(tx.value, burnt), tx.amount) if burnt and tx.value is not None else None


def _when(tx: Transaction) -> tuple[int, str]:
    return (tx.instant, tx.id)


def _distance(leaving: Transaction, arriving: Transaction) -> tuple[Decimal, int, str]:
    lost = EXACT.subtract(leaving.amount, arriving.amount)
    return (lost, abs(arriving.instant - leaving.instant), arriving.id)


def _time(tx: Transaction) -> int:
    return tx.instant
