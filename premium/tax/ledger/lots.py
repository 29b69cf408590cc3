"""Lots, and the order in which each method takes them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from premium.money import ZERO, divide


class Lot:
    """What is left of one acquisition in one place.

    It keeps its date, its rank and its basis wherever it goes.
    """

    __slots__ = ("acquired", "amount", "basis", "id", "long_from", "low", "received", "seq", "unit")

    def __init__(  # noqa: PLR0917 - made for every acquisition and every piece that moves
        self,
        id: str,  # noqa: A002 - the field's own name in the format
        seq: int,
        acquired: int,
        long_from: int,
        amount: Decimal,
        basis: Decimal,
        *,
        low: Decimal | None = None,
        received: tuple[int, int] | None = None,
    ) -> None:
        self.id = id
        self.seq = seq
        self.acquired = acquired
        self.long_from = long_from
        self.amount = amount
        self.basis = basis
        self.low = low
        """US: the lower value at the gift, which counts for a loss."""
        self.received = received
        """US: the instant of the gift, from which a loss is dated, and the first day on which that is long-term."""
        self.unit: Decimal | None = None
        """Basis a unit, fee included, fixed at the acquisition; computed only by the methods that rank by it."""

    def part(self, amount: Decimal, basis: Decimal, low: Decimal | None) -> Lot:
        """Return a piece that was taken off, as a lot of its own."""
        piece = Lot(self.id, self.seq, self.acquired, self.long_from, amount, basis, low=low, received=self.received)
        piece.unit = self.unit
        return piece

    def __lt__(self, other: Lot) -> bool:
        # Heaps compare lots only where rank and sequence are equal: pieces of one acquisition, which rank alike.
        return False


Entry = tuple[Any, int, Lot]


def _unit(lot: Lot) -> Decimal:
    if lot.unit is None:
        lot.unit = divide(lot.basis, lot.amount) if lot.amount else ZERO
    return lot.unit


def _fifo(lot: Lot) -> Entry:
    return (lot.acquired, lot.seq, lot)


def _lifo(lot: Lot) -> Entry:
    return (-lot.acquired, -lot.seq, lot)


def _hifo(lot: Lot) -> Entry:
    return ((-_unit(lot), lot.acquired), lot.seq, lot)


def _lofo(lot: Lot) -> Entry:
    return ((_unit(lot), lot.acquired), lot.seq, lot)


ORDER: dict[str, Callable[[Lot], Entry]] = {
    "fifo": _fifo,
    "lifo": _lifo,
    "hifo": _hifo,
    "lofo": _lofo,
    "specific_id": _fifo,
}
"""Heap entries by method; specific identification falls back to FIFO (Treas. Reg. § 1.1012-1(j)(3))."""
