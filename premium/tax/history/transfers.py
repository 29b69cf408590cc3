"""Transfers between one's own wallets, joined from their halves."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from decimal import Decimal
from functools import partial

from premium.money import EXACT, divide
from premium.tax.model import Remark, Transaction
from premium.tax.neutral.kinds import OUTSIDE

WINDOW = 72 * 3600 * 1_000_000
"""Microseconds in which what left may arrive."""
_LOOKED_AT = 500
"""Halves that are compared with one; of more in its window the later ones are not its own."""
_LOST = 20
"""Without a name in common, at most this part may be lost on the way."""


def pair_transfers(transactions: list[Transaction], remarks: list[Remark]) -> list[Transaction]:
    """Join each half of a transfer with its counterpart.

    The difference is burnt; others keep the unknown wallet. What one wallet gave and received of different assets in
    one transaction of a chain becomes the legs of an exchange.
    """
    out = [tx for tx in transactions if tx.type == "transfer" and tx.more.to_wallet == OUTSIDE]
    into = [tx for tx in transactions if tx.type == "transfer" and tx.wallet == OUTSIDE]
    if not out and not into:
        return transactions
    pairs = _pairs(sorted(out, key=_when), sorted(into, key=_when))
    joined = pairs.keys() | {tx.id for tx in pairs.values()}
    single = {tx.id: tx for tx in (*out, *into) if tx.id not in joined}
    legs = _exchanged(single.values(), remarks)
    _remark_unmatched((tx for tx in single.values() if tx.id not in legs), remarks)
    arrived = {tx.id for tx in pairs.values()}
    made = []
    for tx in transactions:
        if tx.id in legs:
            made.append(legs[tx.id])
        elif tx.id in pairs or tx.id in single:
            made.append(_whole(tx, pairs.get(tx.id)))
        elif tx.id not in arrived:
            made.append(tx)
    return made


class _Arrivals:
    """Halves that came in and belong to nothing yet.

    By hash or group, and by asset and time.
    """

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
        """Return what shares the hash or the group of what left."""
        names = {leaving.more.tx_hash, leaving.more.group} - {None}
        found = {tx.id: tx for name in names for tx in self._by_name.get((str(name), leaving.asset), ())}
        return [tx for tx in found.values() if self._fits(leaving, tx)]

    def exact(self, leaving: Transaction) -> list[Transaction]:
        """Return the first free half of the very amount within the window.

        Halves are asked for in the order of time.
        """
        key = (leaving.asset, leaving.amount)
        same, index = self._by_amount.get(key, []), self._passed.get(key, 0)
        while index < len(same) and (same[index].id in self.taken or same[index].instant < leaving.instant):
            index += 1
        self._passed[key] = index
        soon = (tx for tx in same[index : index + _LOOKED_AT] if tx.instant <= leaving.instant + WINDOW)
        return [tx for tx in soon if self._fits(leaving, tx)][:1]

    def near(self, leaving: Transaction) -> list[Transaction]:
        """Return what arrived within the window, less at most a twentieth."""
        candidates = self._by_asset.get(leaving.asset, [])
        first = bisect_left(candidates, leaving.instant, key=_time)
        last = bisect_right(candidates, leaving.instant + WINDOW, key=_time)
        least = EXACT.subtract(leaving.amount, leaving.amount / _LOST)
        within = candidates[first : min(last, first + _LOOKED_AT)]
        return [tx for tx in within if tx.amount >= least and self._fits(leaving, tx)]

    def _fits(self, leaving: Transaction, arriving: Transaction) -> bool:
        elsewhere = arriving.more.to_wallet != leaving.wallet
        return arriving.id not in self.taken and elsewhere and arriving.amount <= leaving.amount


def _pairs(out: list[Transaction], into: list[Transaction]) -> dict[str, Transaction]:
    """Return what arrived, by the id of what left.

    By hash or group first, then by amount and time. Each half is taken once, the one that lost least first.
    """
    arrivals, pairs = _Arrivals(into), dict[str, Transaction]()
    for candidates in (arrivals.same_name, arrivals.exact, arrivals.near):
        for leaving in out:
            known = leaving.id in pairs or leaving.id in arrivals.taken
            fits = [] if known else candidates(leaving)
            if fits:
                pairs[leaving.id] = min(fits, key=partial(_distance, leaving))
                arrivals.taken.add(pairs[leaving.id].id)
    return pairs


def _exchanged(halves: Iterable[Transaction], remarks: list[Remark]) -> dict[str, Transaction]:
    """Return legs by id, of halves that share hash and wallet.

    They go both ways; others are left out. Explorers list the coin and each token in files of their own; only the
    hash says that they belong together.
    """
    shared: dict[tuple[str, str], list[Transaction]] = {}
    for tx in halves:
        if tx.more.tx_hash is not None and tx.more.group is None and tx.more.basis is None:
            shared.setdefault((tx.more.tx_hash, _own_wallet(tx)), []).append(tx)
    legs: dict[str, Transaction] = {}
    for (name, wallet), together in shared.items():
        given = {tx.asset for tx in together if _is_given(tx)}
        received = {tx.asset for tx in together if not _is_given(tx)}
        if given and received and given.isdisjoint(received):
            legs |= {tx.id: _leg(tx, name) for tx in together}
            first = min(tx.id for tx in together if _is_given(tx))
            text = f"what {wallet or 'the wallet'} gave and received in {name} is taken as an exchange"
            remarks.append(Remark("exchange_by_hash", first, text, None, "tx_hash"))
    return legs


def _is_given(half: Transaction) -> bool:
    return half.more.to_wallet == OUTSIDE


def _own_wallet(half: Transaction) -> str:
    return half.wallet if _is_given(half) else half.more.to_wallet or ""


def _leg(half: Transaction, name: str) -> Transaction:
    side, more = "sell" if _is_given(half) else "buy", half.more._replace(to_wallet=None, group=f"hash:{name}")
    return half._replace(type=side, wallet=_own_wallet(half), more=more)


def _remark_unmatched(halves: Iterable[Transaction], remarks: list[Remark]) -> None:
    for tx in halves:
        if _is_given(tx) or tx.more.basis is None:
            where = "left for" if _is_given(tx) else "came from"
            text = f"{tx.amount} {tx.asset} {where} an unknown wallet: no matching half was found"
            remarks.append(Remark("unmatched_transfer", tx.id, text))


def _whole(half: Transaction, arriving: Transaction | None) -> Transaction:
    """Make one transfer of two halves, or of one.

    What came in alone with its basis stated is a lot of that basis. What is burnt is worth its part of what either
    half says the whole is worth.
    """
    more, priced = half.more, half
    if arriving is not None:
        burnt = EXACT.subtract(half.amount, arriving.amount)
        more = more._replace(to_wallet=arriving.more.to_wallet, burnt=burnt)
        priced = half if half.value is not None else arriving
    elif half.wallet == OUTSIDE and more.basis is not None:
        return half._replace(type="buy", wallet=more.to_wallet or "", more=more._replace(to_wallet=None))
    if not more.burnt or priced.value is None:
        return half._replace(value=None, more=more)
    return half._replace(value=divide(EXACT.multiply(priced.value, more.burnt), priced.amount), more=more)


def _when(tx: Transaction) -> tuple[int, str]:
    return (tx.instant, tx.id)


def _distance(leaving: Transaction, arriving: Transaction) -> tuple[Decimal, int, str]:
    lost = EXACT.subtract(leaving.amount, arriving.amount)
    return (lost, abs(arriving.instant - leaving.instant), arriving.id)


def _time(tx: Transaction) -> int:
    return tx.instant
