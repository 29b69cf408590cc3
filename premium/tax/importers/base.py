"""Describe a format and give the lines of its files."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from premium.errors import InvalidInput
from premium.tax.importers.cells import time_of
from premium.tax.importers.day_order import ISO, DayOrder
from premium.tax.importers.notation import POINTS, Notation

Row = dict[str, Any]
Cells = Mapping[str, str]
BEYOND = "beyond the last column"
"""Where a line's cells stand that the header has no column for."""
BROKEN_OFF = "the file breaks off in this line"
"""Why a file's last line is refused as cut off.

It has no line break behind it, and fewer cells than any other, or a last cell that breaks off.
"""
WHY = "why it breaks off"
"""Where that line's cells say by what it was seen."""


class Left(NamedTuple):
    """In place of rows: why some lines are no event of tax."""

    reason: str


class Told(NamedTuple):
    """Beside rows: what the user should know of them."""

    code: str
    message: str
    transaction: str | None = None


Made = Row | Left | Told


def table(lines: Iterable[str]) -> Iterator[list[str]]:
    """Yield the cells of each line of a CSV; InvalidInput names a broken line."""
    for _, cells in numbered(lines):
        yield cells


def numbered(lines: Iterable[str], delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Yield (number of its first line, cells) of each record.

    A quoted cell may hold line breaks.
    """
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        first = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise InvalidInput(f"line {reader.line_num}: not CSV: {error}", details={"line": reader.line_num}) from None
        if cells is None:
            return
        yield first, cells


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a file, its cells by column.

    It knows what the file says of its clock and its commas.
    """

    number: int
    cells: Cells
    """Without blanks around them."""
    zone: tzinfo | None = None
    """Of times whose column names no zone; None where nothing says it."""
    notation: Notation = POINTS
    """How the file writes numbers."""
    notes: Notation = POINTS
    """How its notes write them."""
    file: str = ""
    """The file's name."""
    order: DayOrder = ISO
    """Whether its dates have the day first or the month."""

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def wrong(self, column: str, reason: str) -> InvalidInput:
        """Return the error that names this line and a column."""
        details = {"errors": [{"line": self.number, "field": column, "reason": reason}], "count": 1}
        return InvalidInput(f"line {self.number}, column {column}: {reason}", details=details)

    def number_in(self, column: str, default: str | None = None) -> Decimal:
        """Read a decimal without currency signs and thousands separators.

        InvalidInput names line and column.
        """
        text = self[column]
        if not text and default is not None:
            return Decimal(default)
        try:
            return self.notation.read(text)
        except ValueError as error:
            raise self.wrong(column, str(error)) from None

    def unsigned_in(self, column: str, default: str | None = None) -> Decimal:
        """Read a decimal of a column whose name says the direction.

        InvalidInput for a negative one.
        """
        value = self.number_in(column, default)
        if value < 0:
            raise self.wrong(column, f"negative, though the column says which way it went: {self[column][:40]!r}")
        return value

    def worth_in(self, column: str) -> Decimal:
        """Read what units are worth, which has no direction; exports give it the units' sign."""
        value = self.number_in(column)
        return value.copy_negate() if value < 0 else value

    def noted(self, column: str, text: str) -> Decimal:
        """Read a number that stands within a note."""
        try:
            return self.notes.read(text)
        except ValueError as error:
            raise self.wrong(column, str(error)) from None

    def text_in(self, column: str) -> str:
        """Read a text that must be there."""
        if not self[column]:
            raise self.wrong(column, "missing")
        return self[column]

    def dated_in(self, column: str, *, zoned: bool = True) -> str:
        """Read a time whose date may have its day or its month first.

        `zoned`: whether the format says UTC once and for all. InvalidInput with both readings where no date of the
        file tells.
        """
        try:
            formats = self.order.formats(self[column])
        except ValueError as error:
            raise self.wrong(column, str(error)) from None
        return self.time_in(column, *formats, zoned=zoned)

    def time_in(self, column: str, *formats: str, zoned: bool = True) -> str:
        """Read a time as RFC 3339 in UTC, by ISO or a given format.

        The first of `formats` that fits counts. `zoned`: whether the format says UTC once and for all. Else the
        file's zone counts; without one the time stays bare, and whoever reads it tells that it was taken as UTC.
        """
        try:
            moment = time_of(self[column], formats)
        except ValueError as error:
            raise self.wrong(column, str(error)) from None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC if zoned else self.zone)
        return (moment.astimezone(UTC) if moment.tzinfo else moment).isoformat()


Event = tuple[Sequence[Line], Iterable[Made]]
"""Lines that belong together and, when asked for, what they read as: InvalidInput names a line and a column."""


@dataclass(frozen=True, kw_only=True)
class Importer:
    """A format: its writer, its columns, and how its lines are read."""

    name: str
    columns: tuple[str, ...]
    """All of them must be there; `*` stands for any letters and `?` for one, `a|b` for either."""
    read: Callable[[Iterable[Line], str], Iterable[Event]]
    """Lines and the report's currency to events; it may go over the lines more than once."""
    seen: str
    numbers: tuple[str, ...]
    """Columns that hold numbers, with `*` for any letters: they say how the file writes them."""
    dates: tuple[str, ...] = ()
    """Columns whose dates have their day or their month first: all of them say which."""
    named_clock: tuple[str, ...] = ()
    """Columns whose times are of the clock that the file's name says; others are UTC once and for all."""
    optional: tuple[str, ...] = ()
    """Columns that some versions have."""
    noted: Callable[[Cells], Iterable[tuple[str, str]]] | None = None
    """Columns and numbers within a line's notes, where a format has such."""

    def number_columns(self, header: Sequence[str]) -> list[str]:
        """Return the columns of a header that hold numbers."""
        return [column for column in header if any(fnmatchcase(column, each) for each in self.numbers)]
