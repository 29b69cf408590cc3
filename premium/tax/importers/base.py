"""Describe a format and give the lines of its files."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from decimal import Decimal
from typing import Any

from premium.errors import InvalidInput
from premium.tax.importers.cells import number_of, time_of

Row = dict[str, Any]
Cells = Mapping[str, str]


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
    decimal_comma: bool = False
    """Whether semicolons part the columns: then a comma may be the decimal mark."""

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
            return number_of(text, decimal_comma=self.decimal_comma)
        except ValueError as error:
            raise self.wrong(column, str(error)) from None

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


Event = tuple[Sequence[Line], Iterable[Row]]
"""Lines that belong together and, when asked for, what they read as: InvalidInput names a line and a column."""


@dataclass(frozen=True, kw_only=True)
class Importer:
    """A format: its writer, its columns, and how its lines are read."""

    name: str
    columns: tuple[str, ...]
    """All of them must be there; a column ending in `*` stands for those that begin so, `a|b` for either."""
    read: Callable[[list[Line], str], Iterable[Event]]
    """Lines and the report's currency to events."""
    seen: str
    optional: tuple[str, ...] = ()
    """Columns that some versions have."""
