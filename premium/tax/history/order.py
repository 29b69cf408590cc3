"""The order of transactions: by instant, and by what moves within one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from premium.tax.model import Transaction

_RANK = {"buy": 0, "income": 0, "gift_received": 0, "neutral_in": 0, "fork": 1, "transfer": 2}
_HOPS = 100
"""Transfers of one instant that are looked at for hops; more are a file without times of day."""


def in_order(transactions: Iterable[Transaction]) -> list[Transaction]:
    """Return transactions by instant; what comes in stands before what goes out.

    Within one instant what comes in stands before what moves before what goes out, then by id. So a permutation of a
    file changes nothing, and two legs of one instant find each other.
    """
    made = sorted(transactions, key=_instant)
    start = 0
    for index in range(1, len(made) + 1):
        if index < len(made) and made[index].instant == made[start].instant:
            continue
        if index - start > 1:
            made[start:index] = _hops(sorted(made[start:index], key=_within_an_instant))
        start = index
    return made


def _hops(transactions: list[Transaction]) -> list[Transaction]:
    """Put a transfer into a wallet before one out of it, within one instant.

    So hops of one move arrive.
    """
    left = [tx for tx in transactions if tx.type == "transfer"]
    if not 1 < len(left) <= _HOPS:
        return transactions
    arriving = Counter(map(_there, left))
    ordered: list[Transaction] = []
    while left:
        # Nothing else is still to arrive where it starts; of a circle the first.
        free = (tx for tx in left if arriving[_here(tx)] == (1 if _here(tx) == _there(tx) else 0))
        ordered.append(next(free, left[0]))
        left.remove(ordered[-1])
        arriving[_there(ordered[-1])] -= 1
    moves = iter(ordered)
    return [next(moves) if tx.type == "transfer" else tx for tx in transactions]


def _here(tx: Transaction) -> tuple[str, str]:
    return (tx.wallet, tx.asset)


def _there(tx: Transaction) -> tuple[str, str]:
    return (tx.more.to_wallet or tx.wallet, tx.more.to_asset or tx.asset)


def _instant(tx: Transaction) -> int:
    return tx.instant


def _within_an_instant(tx: Transaction) -> tuple[int, list[Any], str]:
    return (_RANK.get(tx.type, 3), natural(tx.id), tx.id)


def natural(text: str) -> list[Any]:
    """Return a sort key that compares digits as numbers: `b2` before `b10`."""
    parts: list[Any] = []
    for character in text:
        digit = character.isascii() and character.isdigit()
        if digit and parts and isinstance(parts[-1], tuple) and parts[-1][0] == 0:
            parts[-1] = (0, parts[-1][1] * 10 + int(character), "")
        elif digit:
            parts.append((0, int(character), ""))
        elif parts and parts[-1][0] == 1:
            parts[-1] = (1, 0, parts[-1][2] + character)
        else:
            parts.append((1, 0, character))
    return parts
