"""Where units that no lot covers may have come from: looked up by asset and time, so that many are as quick as one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from premium.tax.history.kinds import OUTSIDE
from premium.tax.model import ACQUISITIONS, Missing, Transaction

_LOOKED_AT = 200
"""Candidates before a sale that are looked at, the latest first."""


class _Candidate(NamedTuple):
    """What of a transaction says whether missing units came from it: a history has too many to keep them whole."""

    instant: int
    id: str
    wallet: str
    amount: Decimal
    leaves: bool
    """For an unknown wallet."""


class Sources:
    """Acquisitions, and transfers that never arrived, of the assets that are missing."""

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
        """What left for an unknown wallet, else another wallet that acquired enough, else that something is missing."""
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
        at = bisect_right(candidates, self._instants.get(item.transaction, 0), key=lambda tx: tx.instant)
        return reversed(candidates[max(0, at - _LOOKED_AT) : at])
