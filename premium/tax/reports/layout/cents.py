"""Round once, when a form asks, into lines that add up."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import accumulate, chain, islice

from premium.money import EXACT, ZERO

_CENT = Decimal("0.01")
_WHOLE = Decimal(1)
_WITHOUT_CENTS = frozenset((
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
))  # fmt: skip
"""Currencies whose smallest unit is the whole one (ISO 4217, list one of 2024)."""
_ROUNDING = Context(prec=400, rounding=ROUND_HALF_UP)
_add, _subtract = EXACT.add, EXACT.subtract


def smallest(currency: str) -> Decimal:
    """Return what amounts of a currency are rounded to: 1 for yen, 0.01 for most."""
    return _WHOLE if currency in _WITHOUT_CENTS else _CENT


def cents(value: Decimal, quantum: Decimal = _CENT) -> Decimal:
    """Round to the cent, halves away from zero."""
    # What rounds to nothing is nothing, and no `-0`.
    return value.quantize(quantum, context=_ROUNDING) or abs(ZERO.quantize(quantum, context=_ROUNDING))


class Column:
    """A column whose printed lines sum to its printed total.

    Each line is the step of the rounded running sum. So a line differs from its own rounding by at most a cent, and
    nothing is lost over a hundred thousand lines.
    """

    __slots__ = ("_exact", "_nothing", "_quantum", "printed")

    def __init__(self, quantum: Decimal = _CENT) -> None:
        self._exact = ZERO
        self._quantum = quantum
        self._nothing = cents(ZERO, quantum)
        self.printed = ZERO
        """The sum of the lines so far."""

    def line(self, value: Decimal) -> Decimal:
        """Return the printed amount of the next line."""
        if not value and self.printed is not ZERO:
            return self._nothing
        exact = self._exact = _add(self._exact, value)
        total = exact.quantize(self._quantum, None, _ROUNDING) or self._nothing
        step = _subtract(total, self.printed)
        self.printed = total
        return step

    def lines(self, values: Iterable[Decimal]) -> list[Decimal]:
        """Return the printed amounts of the next lines, as `line` does one by one."""
        quantum, before, nothing = self._quantum, self.printed, self._nothing
        exact = list(accumulate(values, _add, initial=self._exact))
        totals = [value.quantize(quantum, None, _ROUNDING) or nothing for value in islice(exact, 1, None)]
        if not totals:
            return []
        self._exact, self.printed = exact[-1], totals[-1]
        return list(map(_subtract, totals, chain((before,), totals)))


def money(value: Decimal, quantum: Decimal = _CENT) -> str:
    """Write an amount as the forms print it: `1,234.50`, negative ones in parentheses."""
    text = f"{cents(value.copy_abs(), quantum):,}"
    return f"({text})" if value < 0 else text


_FINE = Decimal("1e-8")


def units(amount: Decimal) -> str:
    """Write units of an asset for people, thousands apart.

    In eight decimals, below one in eight digits.
    """
    if not amount:
        return "0"
    fine = _FINE if amount.copy_abs() >= 1 else Decimal(1).scaleb(amount.adjusted() - 7)
    text = f"{cents(amount, fine):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
