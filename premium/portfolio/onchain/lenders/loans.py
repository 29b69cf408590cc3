"""What lenders have in common: both sides of a loan, and its health."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal

from premium.money import plain
from premium.portfolio.positions.found import Finding, Leg, legs

_WAD_DIGITS = 18
_EXACT = Context(prec=90)
_WEAK, _BROKEN = Decimal("1.1"), Decimal(1)


def supplied(rows: Iterable[tuple[str, int, int]]) -> tuple[Leg, ...]:
    """Return what was supplied; rows are asset, amount and what the lender can pay out.

    What is beyond that is locked.
    """
    found: list[Leg] = []
    for asset, units, cash in rows:
        free = min(units, cash)
        found += [*legs([(asset, free)]), *legs([(asset, units - free)], "locked")]
    return tuple(found)


def wad(value: int) -> Decimal:
    """Return a number that carries 18 digits."""
    return Decimal(value).scaleb(-_WAD_DIGITS, _EXACT)


def health(factor: Decimal | None) -> tuple[Finding, ...]:
    """Return what a health factor warns of; None is no debt."""
    if factor is None or factor >= _WEAK:
        return ()
    code = "liquidatable" if factor < _BROKEN else "health_factor"
    text = "anyone may liquidate it" if factor < _BROKEN else "it is liquidated below 1"
    return (Finding(code=code, text=f"health factor {plain(factor.normalize())}: {text}"),)
