"""Tell what amounts are worth, exactly, or why that is not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from functools import reduce
from typing import Any

from pydantic import Field

from premium.case_fields import Decimals, Name, Price
from premium.cases import Case
from premium.money import ZERO, from_base_units, plain

_WIDE = Context(prec=1_000, traps=[InvalidOperation, Overflow, Inexact])
"""Holds every sum of amounts at 255 decimals and prices of 120 digits, exactly."""
Amount = tuple[str | None, int]
"""A token, None where the case does not name it, and base units; a debt is negative."""


class Priced(Case):
    """A case that may know prices and decimals."""

    prices: Mapping[Name, Price] = Field(default_factory=dict)
    """US dollars of a whole unit."""
    token_decimals: Mapping[Name, Decimals] = Field(default_factory=dict)

    def worth(self, amounts: Iterable[Amount]) -> tuple[Decimal | None, str | None]:
        """Return dollars, exactly, or None and why."""
        values = list[Decimal]()
        for token, units in amounts:
            if not units:
                continue
            if token is None:
                return None, "the case names no token"
            if token not in self.prices:
                return None, f"no price of {token}"
            if token not in self.token_decimals:
                return None, f"no decimals of {token}"
            whole = from_base_units(units, self.token_decimals[token])
            values.append(_WIDE.multiply(whole, self.prices[token]))
        return reduce(_WIDE.add, values, ZERO), None


def summed(amounts: Iterable[Amount]) -> list[Amount]:
    """Add up amounts by token, in the order in which they come."""
    sums: dict[str | None, int] = {}
    for token, units in amounts:
        sums[token] = sums.get(token, 0) + units
    return list(sums.items())


def written(case: Priced, amounts: Iterable[Amount], value: str = "value_usd") -> dict[str, Any]:
    """Return amounts and their value as an answer has them."""
    sums = summed(amounts)
    usd, why = case.worth(sums)
    answer: dict[str, Any] = {
        "amounts": [{"token": token, "amount": str(units)} for token, units in sums],
        value: None if usd is None else plain(usd),
    }
    return answer | ({"why": {value: why}} if why else {})
