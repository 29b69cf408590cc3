"""Directions of an exchange's legs that do not state whether they were given or received."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from premium.money import EXACT, ZERO
from premium.tax.model import ACQUISITIONS, Remark, Transaction
from premium.tax.neutral.kinds import ALONE, LEG

Held = defaultdict[str, Decimal]


def directed(transactions: list[Transaction], remarks: list[Remark]) -> list[Transaction]:
    """Make every leg a sale or a purchase, by its group and what was held.

    One that nothing tells is left out. What was assumed stands in `remarks`.
    """
    groups: dict[str | None, list[Transaction]] = {tx.more.group: [] for tx in transactions if tx.type == LEG}
    if not groups:
        return transactions
    for tx in transactions:
        if tx.more.group in groups and tx.type in (LEG, "buy", "sell"):
            groups[tx.more.group].append(tx)
    sides: dict[str, str] = {}
    held: Held = defaultdict(lambda: ZERO)
    for tx in sorted(transactions, key=lambda tx: (tx.instant, tx.type not in ACQUISITIONS)):
        if tx.type == LEG and tx.id not in sides:
            sides |= _sides(groups[tx.more.group], held, remarks)
        _count(tx, sides.get(tx.id, tx.type), held)
    made = (tx._replace(type=sides[tx.id]) if tx.type == LEG else tx for tx in transactions)
    return [tx for tx in made if tx.type != LEG]


def _sides(legs: list[Transaction], held: Held, remarks: list[Remark]) -> dict[str, str]:
    """sell or buy by id, of the legs that do not say so themselves."""
    unsaid = [tx for tx in legs if tx.type == LEG]
    said = {tx.type for tx in legs} - {LEG}
    if len(said) == 1:
        other = "buy" if "sell" in said else "sell"
        return {tx.id: other for tx in unsaid}
    if len(legs) == 1:
        return {legs[0].id: _alone(legs[0], remarks)}
    single, side = _single(unsaid, held)
    text = (
        f"no leg states its direction: {single.asset} is taken as what was {'given' if side == 'sell' else 'received'}"
    )
    remarks.append(Remark("direction_assumed", single.id, text, None, "direction"))
    other = "buy" if side == "sell" else "sell"
    return {tx.id: side if tx is single else other for tx in unsaid}


def _alone(leg: Transaction, remarks: list[Remark]) -> str:
    side = ALONE.get(leg.more.kind or "", LEG)
    if side == LEG:
        text = f"direction: the only leg of a {leg.more.kind} does not say in or out; the line is left out"
        remarks.append(Remark("invalid_field", leg.id, text, None, "direction"))
    return side


def _single(legs: list[Transaction], held: Held) -> tuple[Transaction, str]:
    """Return the one leg that stands against the others, and its side.

    What is given must be held; where that tells nothing, as written.
    """
    adds = legs[0].more.kind == "lp_add"
    fits = [tx for tx in legs if (held[tx.asset] >= tx.amount) is not adds]
    if adds:
        return (fits[0] if len(fits) == 1 else legs[-1]), "buy"
    return (fits[0] if len(fits) == 1 else legs[0]), "sell"


def _count(tx: Transaction, side: str, held: Held) -> None:
    more = tx.more
    if side in ACQUISITIONS:
        held[tx.asset] = EXACT.add(held[tx.asset], tx.amount)
    elif side != "transfer":
        held[tx.asset] = EXACT.subtract(held[tx.asset], tx.amount)
    elif more.burnt:
        held[tx.asset] = EXACT.subtract(held[tx.asset], more.burnt)
