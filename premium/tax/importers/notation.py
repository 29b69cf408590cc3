"""Decide by all numbers of a file whether its decimal mark is point or comma."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from premium.money import decimal_of, plain

POINT, COMMA = ".", ","
NAMES = {POINT: "point", COMMA: "comma"}
_SHOWN = 40
_BLANKS = " \u00a0\u202f\u2009'\u2019"
_SIGNS = str.maketrans("\u2212", "-", "$€£¥₹")
_PLAIN = re.compile(r"-?[0-9]+")
"""A whole number, the same under either mark."""
_POINT_ONLY = re.compile(r"(-?)[$€£¥₹]?([0-9]+(?:\.[0-9]+)?)")
"""What nearly all numbers of a file with decimal points are: it has no other reading there."""
_SURE = re.compile(r"-?(0|[0-9]{4,})\.[0-9]+|-?[0-9]+\.([0-9]{1,2}|[0-9]{4,})")
"""What most cells hold: a decimal point that parts no thousands."""
_POINTED = re.compile(r"[-+]?(([1-9]\d{0,2}(,\d{3})+)(\.\d*)?|(\d+|(?=\.\d))(\.\d*)?([eE][-+]?\d+)?)")
_COMMAED = re.compile(r"[-+]?(([1-9]\d{0,2}(\.\d{3})+)(,\d*)?|(\d+|(?=,\d))(,\d*)?([eE][-+]?\d+)?)")
_GROUPED = re.compile(rf"([-+]?[1-9]\d{{0,2}}(?:[{_BLANKS}]\d{{3}})+)([.,]\d*)?")
_CODE = re.compile(r"(?<=\d)[A-Z]{2,10}$|^[A-Z]{3}(?=[-+]?[\d.])")
"""`0.01BTC` after its blank is gone, `USD12.00`."""


class Seen(NamedTuple):
    """A number that has one reading, and where it stands."""

    line: int
    column: str
    text: str

    def __str__(self) -> str:
        return f"{self.text[:_SHOWN]!r} (line {self.line}, column {self.column})"


class Notation(NamedTuple):
    """How a file writes its numbers; None for the mark where nothing tells."""

    mark: str | None
    point: Seen | None = None
    """The first number that can have a decimal point only."""
    comma: Seen | None = None
    """The first number that can have a decimal comma only."""

    @property
    def mixed(self) -> bool:
        """Tell whether the file is written in both ways."""
        return self.point is not None and self.comma is not None

    def read(self, text: str) -> Decimal:
        """Return a finite number; ValueError for one that could be read in two ways.

        `1,234.5`, `$-12`, `(420.00)`, `9.009E-05`, `0.01 BTC`, `1 234,5`.
        """
        if self.mark == POINT and len(text) <= _SHOWN and (self.comma is None or self.point is None):
            found = _POINT_ONLY.fullmatch(text)
            if found is not None:
                return Decimal(found[1] + found[2])
        elif self.mark == POINT and len(text) <= _SHOWN and _SURE.fullmatch(text):
            return Decimal(text)
        pointed, commaed = _readings(text)
        if pointed is None and commaed is None:
            raise ValueError(_unread(text))
        if pointed == commaed and pointed is not None:
            return pointed
        if pointed is not None and commaed is not None:
            if self.mark is None or self.mixed:
                raise ValueError(self._unclear(text, pointed, commaed))
            return pointed if self.mark == POINT else commaed
        mark, value = (POINT, pointed) if pointed is not None else (COMMA, commaed)
        if mark == self.mark and value is not None:
            return value
        raise ValueError(self._other(text, mark))

    def _unclear(self, text: str, pointed: Decimal, commaed: Decimal) -> str:
        why = "no other number of the file tells its decimal mark; --decimal-mark point or comma does (decimal_mark)"
        if self.mixed:
            why = f"the file has decimal points, {self.point}, and decimal commas, {self.comma}"
        return f"{text[:_SHOWN]!r} may be {plain(pointed)} or {plain(commaed)}: {why}"

    def _other(self, text: str, mark: str) -> str:
        other = self.comma if mark == POINT else self.point
        against = f", but {other} has a decimal {NAMES[COMMA if mark == POINT else POINT]}" if other else ""
        if not against:
            return f"not a number: {text[:_SHOWN]!r} has a {NAMES[mark]} that parts no thousands"
        return f"{text[:_SHOWN]!r} has a decimal {NAMES[mark]}{against}: one file is written in one way"


POINTS = Notation(POINT)
"""What the platform's own formats are written in."""


def mark_of(name: str | None) -> str | None:
    """Return the mark of a name, point or comma; None where none is named."""
    return next((mark for mark, known in NAMES.items() if known == name), None)


def notation_of(numbers: Iterable[tuple[int, str, str]]) -> Notation:
    """Return how a file writes numbers, by all of them: (line, column, text).

    A leading zero is never a group of thousands. Where both marks are met the mark is the more frequent one's, or
    None; what has two readings is then refused.
    """
    counts = {POINT: 0, COMMA: 0}
    first: dict[str, Seen] = {}
    for line, column, text in numbers:
        if COMMA not in text and (POINT not in text or (POINT in first and text.count(POINT) == 1)):
            counts[POINT] += POINT in text and _SURE.fullmatch(text) is not None
            continue
        mark = POINT if _SURE.fullmatch(text) else _mark_of(text)
        if mark is not None:
            counts[mark] += 1
            first.setdefault(mark, Seen(line, column, text))
    most = max(counts, key=lambda mark: counts[mark])
    decided = None if counts[POINT] == counts[COMMA] else most
    return Notation(decided, first.get(POINT), first.get(COMMA))


def _mark_of(text: str) -> str | None:
    """The only decimal mark that a number can have, or None."""
    try:
        pointed, commaed = _readings(text)
    except ValueError:
        return None  # beyond what is computed with; whoever reads it says so
    if (pointed is None) == (commaed is None):
        return None
    return POINT if pointed is not None else COMMA


def _readings(text: str) -> tuple[Decimal | None, Decimal | None]:
    """What a number is by a decimal point, and by a decimal comma."""
    if len(text) <= _SHOWN and _PLAIN.fullmatch(text):
        value = Decimal(text)
        return value, value
    bare = text.strip().translate(_SIGNS).strip()
    negative = bare.startswith("(") and bare.endswith(")")
    bare = bare[1:-1].strip() if negative else bare
    grouped = _GROUPED.fullmatch(bare)
    if grouped:
        whole, rest = "".join(c for c in grouped[1] if c not in _BLANKS), grouped[2] or ""
        value = decimal_of(whole + rest.replace(COMMA, POINT))
        value = value.copy_negate() if negative else value
        return (value if not rest.startswith(COMMA) else None), (value if not rest.startswith(POINT) else None)
    bare = _CODE.sub("", re.sub(rf"(?<=\d)[{_BLANKS}]+(?=[A-Z])|(?<=[-+A-Z])[{_BLANKS}]+(?=\d)", "", bare))
    if not bare.isascii():
        return None, None
    pointed = _value(bare.replace(COMMA, ""), negative=negative) if _POINTED.fullmatch(bare) else None
    comma = bare.replace(POINT, "").replace(COMMA, POINT)
    return pointed, _value(comma, negative=negative) if _COMMAED.fullmatch(bare) else None


def _value(text: str, *, negative: bool) -> Decimal:
    value = decimal_of(text)
    return value.copy_negate() if negative else value


def _unread(text: str) -> str:
    return f"not a number: {text[:_SHOWN]!r}" if text.strip() else "not a number: the cell is empty"
