"""Say where an amount and its asset stand, in one short text.

Amount : Currency          an amount, and the column of its asset
Amount : =USD              the asset is always the same
Amount : @base             the asset is a side of the pair's column
Fee : @moved               the asset is that of what moved
Fiat (*) : ()              the asset stands in the column's own name, in parentheses
Amount                     the asset stands in the cell itself: `0.5 BTC`
-Amount : Currency         the column gives it a minus
~Amount : Currency         its sign says nothing, the direction is known otherwise
Price * Amount : @quote    computed from several columns, by * + and -
Value / 10^18 : =ETH       in the smallest unit
"""

from __future__ import annotations

import re
from typing import NamedTuple

_SIGNS = ("-", "~")
_SHIFT = re.compile(r"(.*\S) / 10\^(\d{1,2})")
_OPERATORS = re.compile(r" ([*+-]) ")
BASE, QUOTE, MOVED = "@base", "@quote", "@moved"
IN_CELL, IN_NAME = "", "()"


class Term(NamedTuple):
    """A column of an amount, and how it counts."""

    operator: str
    column: str


class Amount(NamedTuple):
    """Where an amount and its asset stand."""

    terms: tuple[Term, ...]
    sign: str
    """What the column's own sign is: none, `-`, or `~` where it says nothing."""
    asset: str
    """`=CODE`, `@base`, `@quote`, `()` or a column; empty where it stands in the cell."""
    shift: int = 0
    """By how many digits the unit is smaller than a coin."""

    @property
    def column(self) -> str:
        """Return the first column, which errors name."""
        return self.terms[0].column

    @property
    def columns(self) -> list[str]:
        """Return all columns that it reads numbers of."""
        return [term.column for term in self.terms]


def amount_of(text: str, known: frozenset[str] = frozenset()) -> Amount:
    """Return where an amount stands by its short text; ValueError for one that says nothing.

    `known` are columns that are taken whole, whatever signs their names hold.
    """
    number, separated, asset = (part.strip() for part in text.partition(" : "))
    sign = next((mark for mark in _SIGNS if number.startswith(mark) and number not in known), "")
    number = number.removeprefix(sign)
    scaled = _SHIFT.fullmatch(number)
    number, shift = (scaled[1], int(scaled[2])) if scaled else (number, 0)
    pieces = [number] if number in known else _OPERATORS.split(number)
    names, operators = [piece.strip() for piece in pieces[::2]], ["+", *pieces[1::2]]
    if not all(names) or (separated and not asset):
        raise ValueError(f"{text[:80]!r} names no amount: write `Amount : Currency`")
    terms = tuple(Term(operator, name) for operator, name in zip(operators, names, strict=True))
    return Amount(terms, sign, asset, shift)
