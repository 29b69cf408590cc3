"""Shortfalls: units without a lot, and wallets that give too much."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from premium.money import ZERO, readable
from premium.tax.model import ACQUISITIONS, Remark, Transaction
from premium.tax.neutral.kinds import OUTSIDE
from premium.tax.outcome import Missing

_LOOKED_AT = 200
"""Candidates before a sale that are looked at, the latest first."""


def below_zero(ready: Iterable[Transaction]) -> list[Remark]:
    """Remark on the first time that a wallet falls below zero.

    It gives more of an asset than it has received.
    """
    balances: dict[tuple[str, str], Decimal] = {}
    known: set[tuple[str, str]] = set()
    remarks = []
    for tx in ready:
        key = (tx.wallet, tx.asset)
        if tx.type in ACQUISITIONS or tx.type == "neutral_in":
            balances[key] = balances.get(key, ZERO) + tx.amount
            continue
        if tx.type == "transfer" and tx.more.to_wallet == tx.wallet and not tx.more.burnt and not tx.more.to_asset:
            continue  # what came and was taken back at once, or went and came back: nothing was lacking
        left = balances[key] = balances.get(key, ZERO) - tx.amount
        if left < 0 and tx.wallet != OUTSIDE and key not in known:
            known.add(key)
            text = f"{tx.wallet or 'the wallet'} falls to {readable(left)} {tx.asset}"
            remarks.append(Remark("negative_balance", tx.id, text, None, "amount"))
        if tx.type == "transfer":
            _arrive(tx, balances)
    return remarks


def _arrive(tx: Transaction, balances: dict[tuple[str, str], Decimal]) -> None:
    more = tx.more
    there = (more.to_wallet or tx.wallet, more.to_asset or tx.asset)
    arriving = tx.amount - more.burnt if more.to_amount is None else more.to_amount
    balances[there] = balances.get(there, ZERO) + arriving


def shortfalls(missing: Iterable[Missing], ready: Iterable[Transaction], negative: Iterable[Remark]) -> list[Remark]:
    """Remark on units without a lot, and on wallets below zero.

    Each lacking unit with its likeliest source; of `negative`, those that are not named already.
    """
    found = list(missing)
    sources = Sources(found, ready)
    remarks = []
    for item in found:
        units = f"{readable(item.amount)} {item.asset}"
        text = f"{units} have no lot: their basis counts as zero; {sources.likeliest(item)}"
        remarks.append(Remark("missing_basis", item.transaction, text, None, "amount"))
    named = {item.transaction for item in found}
    return remarks + [remark for remark in negative if remark.transaction not in named]


class _Candidate(NamedTuple):
    """What of a transaction says whether missing units came from it."""

    instant: int
    id: str
    wallet: str
    amount: Decimal
    leaves: bool
    """For an unknown wallet."""


class Sources:
    """Likely sources of the assets that are missing.

    Acquisitions, and transfers that never arrived, looked up by asset and time, so that many are as quick as one.
    """

    def __init__(self, missing: Iterable[Missing], ready: Iterable[Transaction]) -> None:
        assets, names = set(), set()
        for item in missing:
            assets.add(item.asset)
            names.add(item.transaction)
        self._instants: dict[str, int] = {}
        self._candidates: dict[str, list[_Candidate]] = {asset: [] for asset in assets}
        for tx in ready if assets else ():
            if tx.id in names:
                self._instants[tx.id] = tx.instant
            leaves = tx.more.to_wallet == OUTSIDE
            if tx.asset in assets and (tx.type in ACQUISITIONS or leaves):
                self._candidates[tx.asset].append(_Candidate(tx.instant, tx.id, tx.wallet, tx.amount, leaves))

    def likeliest(self, item: Missing) -> str:
        """Name the likeliest source of missing units.

        What left for an unknown wallet, else another wallet that acquired enough, else that something is missing.
        """
        bought: _Candidate | None = None
        for tx in self._before(item):
            if tx.wallet == item.wallet or tx.amount < item.amount:
                continue
            if tx.leaves:
                return f"likeliest source: {tx.id}, which left {tx.wallet} for an unknown wallet"
            bought = bought or tx
        if bought is None and not self._candidates[item.asset]:
            return f"nothing here brings {item.asset}; likeliest missing: its purchase, or another name that it has"
        if bought is None:
            return "likeliest missing: the purchase, or a transfer from a wallet that was not imported"
        where = bought.wallet or "another wallet"
        return f"likeliest missing: a transfer from {where}, where {bought.id} acquired enough"

    def _before(self, item: Missing) -> Iterator[_Candidate]:
        candidates = self._candidates[item.asset]
        end = bisect_right(candidates, self._instants.get(item.transaction, 0), key=lambda tx: tx.instant)
        return reversed(candidates[max(0, end - _LOOKED_AT) : end])
