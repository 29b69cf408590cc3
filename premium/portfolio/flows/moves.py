"""Put transactions together: given twice they count once, in whatever order.

A transfer is known by its transaction, who tells of it, and its index; without an index by all that it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from premium.case_fields import Instant
from premium.cases import CaseError
from premium.chains.transfers.evidence import Sign, signs
from premium.portfolio.flows.asked import Reading, Transaction, Transfer

Pair = tuple[str, str]
"""A wallet and an asset."""
T = TypeVar("T")
_NOBODY = "0x" + "0" * 40


class Move(NamedTuple):
    """A transfer of one transaction; its place there is the index."""

    tx: str
    place: int | None
    by: str
    asset: str
    source: str
    target: str
    units: int

    def effects(self, wallets: frozenset[str]) -> dict[str, int]:
        """Return what it changes of each wallet, signed; of a transfer to oneself 0."""
        ends = [self.source, self.target]
        change = dict.fromkeys((end for end in ends if end in wallets), 0)
        for end, sign in zip(ends, (-1, 1), strict=True):
            if end in change:
                change[end] += sign * self.units
        return change


Leg = tuple[Move, str, int]
"""A movement, one of its wallets, and what it changes there."""


@dataclass
class Done:
    """A transaction, of all that was said of it."""

    tx: str
    block: int | None
    at: Instant | None
    sender: str | None
    gas_paid: int | None
    moves: dict[tuple[Any, ...], Move]
    signs: set[Sign] = field(default_factory=set)

    @property
    def order(self) -> tuple[int, str]:
        """By block, then by name."""
        return (-1 if self.block is None else self.block), self.tx

    def accrued(self, move: Move, wallet: str) -> int:
        """Return which part of a log's units is growth that the balance had before.

        A token of Aave's that is given again, or burned, mints its interest in the same transfer. What the token tells
        of itself alone counts, and only of what it mints and burns: it could grow without a word as well.
        """
        if move.by != "log" or _NOBODY not in (move.source.lower(), move.target.lower()):
            return 0
        of_it = ("accrued", wallet.lower(), str(move.units), move.asset.lower().rpartition(":")[2])
        return sum(sign.units or 0 for sign in self.signs if sign[:4] == of_it)


def transactions(given: Sequence[Transaction]) -> dict[str, Done]:
    """Return transactions by name, in the order of their blocks.

    CaseError where two of one name contradict each other.
    """
    found: dict[str, Done] = {}
    for number, row in enumerate(given):
        done = found.setdefault(row.tx, Done(row.tx, None, None, None, None, {}))
        place = f"transactions.{number}"
        done.block = _agreed(done.block, row.block, f"{place}.block", row.tx)
        done.sender = _agreed(done.sender, row.sender, f"{place}.sender", row.tx)
        done.gas_paid = _agreed(done.gas_paid, row.gas_paid, f"{place}.gas_paid", row.tx)
        if done.at is not None and row.at is not None and done.at.at != row.at.at:
            raise _differs(f"{place}.at", row.tx)
        done.at = done.at or row.at
        done.signs |= set(signs(each.model_dump() for each in row.events))
        for each, transfer in enumerate(row.transfers):
            move = _move(row.tx, transfer)
            key = move[1:] if move.place is None else (move.by, move.place)
            if done.moves.setdefault(key, move) != move:
                raise _differs(f"{place}.transfers.{each}", row.tx)
    return {done.tx: done for done in sorted(found.values(), key=lambda done: done.order)}


def readings(given: Iterable[Reading], name: str, wallets: frozenset[str]) -> dict[Pair, Reading]:
    """Return readings by wallet and asset; CaseError for two that differ, and for another's wallet."""
    found: dict[Pair, Reading] = {}
    for number, row in enumerate(given):
        if row.wallet not in wallets:
            raise CaseError("unknown_wallet", f"{name}.{number}.wallet: is none of wallets")
        if found.setdefault((row.wallet, row.asset), row) != row:
            raise CaseError("conflict", f"{name}.{number}: two readings of this wallet and asset differ")
    return found


def window(opening: Mapping[Pair, Reading], closing: Mapping[Pair, Reading], pair: Pair) -> tuple[int | None, ...]:
    """Return the blocks of both readings.

    An asset that was not there has that of the others, where they have one.
    """
    return tuple(_block(read, pair) for read in (opening, closing))


def _block(read: Mapping[Pair, Reading], pair: Pair) -> int | None:
    if pair in read:
        return read[pair].block
    blocks = {row.block for row in read.values()}
    return next(iter(blocks)) if len(blocks) == 1 else None


def _move(tx: str, row: Transfer) -> Move:
    return Move(tx, row.index, row.by, row.asset, row.source, row.target, row.units)


def _agreed(known: T | None, given: T | None, field: str, tx: str) -> T | None:
    if known is not None and given is not None and known != given:
        raise _differs(field, tx)
    return given if known is None else known


def _differs(field: str, tx: str) -> CaseError:
    return CaseError("conflict", f"{field}: differs from what was said of {tx[:80]} before")
