"""Halves of transfers that belong together: by what both name, else by amount and time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from premium.money import EXACT
from premium.tax.model import Transaction
from premium.tax.neutral.kinds import RETURNED

_HOUR = 3600 * 1_000_000
WINDOW = 72 * _HOUR
"""Microseconds in which what left may arrive."""
EARLY = 24 * _HOUR
"""Microseconds that it may seem to arrive before it left: the sources' clocks differ, or one has days alone."""
_SKEW = _HOUR
"""The same where the amounts differ too."""
_LOOKED_AT = 500
"""Halves that are compared with one; of more in its window the later ones are not its own."""
_LOST = 20
"""Without a name in common, at most this part may be lost on the way."""


class Joined(NamedTuple):
    """What arrived, for a half that left."""

    arriving: Transaction
    assumed: bool
    """By amount and time alone."""


Halves = Sequence[Transaction]
_Search = Callable[[Transaction], list[Transaction]]


def joined(out: Halves, into: Halves) -> dict[str, Joined]:
    """Return what arrived, by the id of what left; both in the order of time.

    What is returned first, to the wallet that it left; then by hash or group; then by the very amount, the amount less
    the fee that was stated, and a little less. Each half is taken once, the one that lost least first.
    """
    arrivals, pairs = _Arrivals(into), dict[str, Joined]()
    _returned(out, into, arrivals, pairs)
    searches: tuple[tuple[_Search, bool], ...] = (
        (arrivals.same_name, False),
        (arrivals.exact, True),
        (arrivals.less_fee, True),
        (arrivals.near, True),
    )
    for search, assumed in searches:
        for leaving in out:
            fits = [] if leaving.id in pairs else search(leaving)
            if fits:
                found = min(fits, key=partial(_distance, leaving))
                pairs[leaving.id] = Joined(found, assumed)
                arrivals.taken.add(found.id)
    return pairs


def _returned(out: Halves, into: Halves, arrivals: _Arrivals, pairs: dict[str, Joined]) -> None:
    """Join what a source calls returned with the last half of the other side that it takes back."""
    for back in (*into, *out):
        if back.more.kind != RETURNED:
            continue
        came = back.more.to_wallet if back in into else back.wallet
        others = [tx for tx in (out if back in into else into) if _may_be_taken_back(tx, back, pairs, arrivals)]
        same = [tx for tx in others if (tx.wallet if back in into else tx.more.to_wallet) == came]
        if not same:
            continue
        taken = max(same, key=lambda tx: (tx.amount == back.amount, tx.instant, tx.id))
        leaving, arriving = (taken, back) if back in into else (back, taken)
        pairs[leaving.id] = Joined(arriving, assumed=False)
        arrivals.taken.add(arriving.id)


def _may_be_taken_back(tx: Transaction, back: Transaction, pairs: Mapping[str, Joined], arrivals: _Arrivals) -> bool:
    free = tx.id not in pairs and tx.id not in arrivals.taken and tx.more.kind != RETURNED
    return free and tx.asset == back.asset and tx.amount == back.amount and tx.instant <= back.instant + EARLY


class _Arrivals:
    """Halves that came in and belong to nothing yet.

    By hash or group, and by asset and time.
    """

    def __init__(self, into: Halves) -> None:
        self._by_asset: dict[str, list[Transaction]] = {}
        self._by_name: dict[tuple[str, str], list[Transaction]] = {}
        self._by_amount: dict[tuple[str, Decimal], list[Transaction]] = {}
        self._passed: dict[tuple[str, Decimal], int] = {}
        self.taken: set[str] = set()
        for tx in into:
            self._by_asset.setdefault(tx.asset, []).append(tx)
            self._by_amount.setdefault((tx.asset, tx.amount), []).append(tx)
            for name in _names(tx):
                self._by_name.setdefault((name, tx.asset), []).append(tx)

    def same_name(self, leaving: Transaction) -> list[Transaction]:
        """Return what shares the hash or the group of what left."""
        found = {tx.id: tx for name in _names(leaving) for tx in self._by_name.get((name, leaving.asset), ())}
        return [tx for tx in found.values() if self._fits(leaving, tx)]

    def exact(self, leaving: Transaction) -> list[Transaction]:
        """Return the free halves of the very amount within the window, both ways.

        Halves are asked for in the order of time.
        """
        return self._of_amount(leaving, leaving.amount)

    def less_fee(self, leaving: Transaction) -> list[Transaction]:
        """Return the free halves of the amount less the fee in kind: some sources state the whole."""
        more = leaving.more
        if more.fee_asset != leaving.asset or not more.fee_amount or more.fee_amount >= leaving.amount:
            return []
        return self._of_amount(leaving, EXACT.subtract(leaving.amount, more.fee_amount))

    def _of_amount(self, leaving: Transaction, amount: Decimal) -> list[Transaction]:
        key = (leaving.asset, amount)
        same, index = self._by_amount.get(key, []), self._passed.get(key, 0)
        while index < len(same) and (same[index].id in self.taken or same[index].instant < leaving.instant - WINDOW):
            index += 1
        self._passed[key] = index
        near = (tx for tx in same[index : index + _LOOKED_AT] if -EARLY <= tx.instant - leaving.instant <= WINDOW)
        # What came after is likelier than what seems to have come before.
        found = sorted((tx for tx in near if self._may_be(leaving, tx)), key=lambda tx: _order(leaving, tx))
        return found[:1]

    def near(self, leaving: Transaction) -> list[Transaction]:
        """Return what arrived within the window, less at most a twentieth."""
        candidates = self._by_asset.get(leaving.asset, [])
        first = bisect_left(candidates, leaving.instant - _SKEW, key=_time)
        last = bisect_right(candidates, leaving.instant + WINDOW, key=_time)
        least = EXACT.subtract(leaving.amount, leaving.amount / _LOST)
        within = candidates[first : min(last, first + _LOOKED_AT)]
        return [tx for tx in within if tx.amount >= least and self._may_be(leaving, tx)]

    def _may_be(self, leaving: Transaction, arriving: Transaction) -> bool:
        return self._fits(leaving, arriving) and _agree(leaving, arriving)

    def _fits(self, leaving: Transaction, arriving: Transaction) -> bool:
        chains = (leaving.more.chain, arriving.more.chain)
        # One address holds coins on many chains.
        elsewhere = arriving.more.to_wallet != leaving.wallet or (None not in chains and chains[0] != chains[1])
        return arriving.id not in self.taken and elsewhere and arriving.amount <= leaving.amount


def _agree(leaving: Transaction, arriving: Transaction) -> bool:
    """Tell whether nothing that both halves state speaks against one transfer.

    Two hashes of one chain are two transactions; of two chains they may be the ends of a bridge. Groups that differ
    are how a user says that two halves are none of one transfer.
    """
    ours, theirs = leaving.more, arriving.more
    if ours.group is not None and theirs.group is not None:
        return False
    hashes = {_hash(tx) for tx in (leaving, arriving)} - {None}
    chains = {tx.more.chain for tx in (leaving, arriving)} - {None}
    return len(chains) < 2 if len(hashes) < 2 else len(chains) == 2


def _hash(tx: Transaction) -> str | None:
    return None if tx.more.tx_hash is None else tx.more.tx_hash.lower().removeprefix("0x")


def _names(tx: Transaction) -> set[str]:
    """The hash and the group, by which two halves know each other."""
    hashed = _hash(tx)
    return {name for name in (tx.more.group, None if hashed is None else f"0x{hashed}") if name is not None}


def _order(leaving: Transaction, arriving: Transaction) -> tuple[bool, int, str]:
    return (arriving.instant < leaving.instant, abs(arriving.instant - leaving.instant), arriving.id)


def _distance(leaving: Transaction, arriving: Transaction) -> tuple[Decimal, bool, int, str]:
    return (EXACT.subtract(leaving.amount, arriving.amount), *_order(leaving, arriving))


def _time(tx: Transaction) -> int:
    return tx.instant
