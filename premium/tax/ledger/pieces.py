"""Units taken off a lot, and the disposal row that they make."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from premium.money import ZERO, divide
from premium.tax.ledger.lots import Lot
from premium.tax.model import Disposal, Transaction


class Piece(NamedTuple):
    """Units taken off a lot with their basis.

    `lot` is None for units that no lot covers; `low` is their part of the lower value at a gift.
    """

    lot: Lot | None
    amount: Decimal
    basis: Decimal
    low: Decimal | None
    rule: str | None


def cut(lot: Lot, amount: Decimal, rule: str | None = None) -> Piece:
    """Take an amount, less than there is, off a lot.

    The quotient's remainder stays with the lot.
    """
    basis = divide(lot.basis * amount, lot.amount)
    low = None
    if lot.low is not None:
        low = divide(lot.low * amount, lot.amount)
        lot.low -= low
    lot.amount -= amount
    lot.basis -= basis
    return Piece(lot, amount, basis, low, rule)


def disposed(tx: Transaction, piece: Piece, proceeds: Decimal, day: int, rule: str) -> Disposal:
    """Return the disposal row of one piece."""
    lot, amount, basis, low, _ = piece
    if lot is None:
        return _row(tx, None, None, day, amount, proceeds, ZERO, "short", rule, ZERO)
    if low is not None and proceeds < basis:
        return _sold_below_donor_basis(tx, piece, proceeds, day, rule)
    return _row(
        tx, lot.id, lot.acquired, day, amount, proceeds, basis, "long" if day >= lot.long_from else "short", rule, ZERO
    )


def _sold_below_donor_basis(tx: Transaction, piece: Piece, proceeds: Decimal, day: int, rule: str) -> Disposal:
    """Return the row of a gift sold below the donor's basis (IRC § 1015(a)).

    For a loss the lower value at the gift counts; between the two there is no gain.
    """
    lot, amount, basis, low, _ = piece
    if lot is None or low is None:
        raise ValueError("only a gift's lot has a lower value")
    acquired, long_from, counted = lot.acquired, lot.long_from, proceeds
    if proceeds < low:
        counted = low
        acquired, long_from = lot.received or (acquired, long_from)
    term = "long" if day >= long_from else "short"
    return _row(tx, lot.id, acquired, day, amount, proceeds, counted, term, rule, basis - counted)


def _row(  # noqa: PLR0917 - made a million times: keywords would cost a fifth of the engine's time
    tx: Transaction,
    lot: str | None,
    acquired: int | None,
    day: int,
    amount: Decimal,
    proceeds: Decimal,
    basis: Decimal,
    term: str,
    rule: str,
    adjustment: Decimal,
) -> Disposal:
    # What the class does itself, less one call: half of the time that a row takes.
    return tuple.__new__(
        Disposal,
        (
            tx.id,
            (),
            tx.type,
            tx.asset,
            tx.wallet,
            lot,
            acquired,
            tx.instant,
            day,
            None,
            amount,
            proceeds,
            basis,
            ZERO,
            term,
            rule,
            tx.more.form_1099,
            False,
            adjustment,
        ),
    )
