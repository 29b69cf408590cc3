"""Files that rows come from, and the account of their lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from premium.errors import InvalidInput
from premium.tax.model import Remark
from premium.tax.neutral.rows import READ, REFUSED, LinedRow, Lines

MAX_ERRORS = 50
"""An answer names at most so many wrong lines; the count tells of the others."""
_KNOWN = "the id stands on an earlier line"


class LeftOut(NamedTuple):
    """Why some lines of a file are left out."""

    reason: str
    lines: int
    first: int
    """The first of them."""


class Tally(NamedTuple):
    """What became of each line of a file: `read`, left out or refused."""

    name: str
    lines: int
    read: int
    refused: int
    left_out: tuple[LeftOut, ...]
    of_lines: bool = False
    """Whether they are lines of a CSV, and not rows of JSON."""

    @property
    def is_told(self) -> bool:
        """Whether a reader should see it: JSON's only where rows are not read."""
        return self.of_lines or self.lines != self.read

    @property
    def sentence(self) -> str:
        """Say the sum in words.

        As in `a.csv: 9 lines = 7 read + 1 left out (…) + 1 refused`.
        """
        reasons = "; ".join(f"{each.lines} from line {each.first} on: {each.reason}" for each in self.left_out)
        left = f"{sum(each.lines for each in self.left_out)} left out" + (f" ({reasons})" if reasons else "")
        return f"{self.name}: {self.lines} lines = {self.read} read + {left} + {self.refused} refused"


class FileRows(list[Any]):
    """Rows of an exchange's file, with the account of its lines."""

    def __init__(self, rows: Sequence[Any], events: Sequence[Lines], notices: Sequence[Remark]) -> None:
        super().__init__(rows)
        self.events, self.notices = events, notices


class OwnRows(list[Any]):
    """Rows of our own CSV, and what was noticed of the file."""

    def __init__(self, rows: Sequence[Any], notices: Sequence[Remark]) -> None:
        super().__init__(rows)
        self.notices = notices


def noticed(rows: Sequence[Any], notices: Sequence[Remark]) -> Sequence[Any]:
    """Return a file's rows with what was noticed of the file itself."""
    if isinstance(rows, FileRows):
        rows.notices = [*notices, *rows.notices]
        return rows
    return OwnRows(rows, notices)


class Fates:
    """What became of lines: how many of each fate, and the first of them."""

    def __init__(self, events: Iterable[Lines] = ()) -> None:
        self.counts: dict[str, tuple[int, int]] = {}
        for event in events:
            self.add(event)

    def add(self, event: Lines) -> None:
        """Count an event's lines, once its rows have been looked at."""
        fate = event.fate or READ
        count, first = self.counts.get(fate, (0, event.numbers[0]))
        self.counts[fate] = count + len(event.numbers), min(first, *event.numbers)


class StreamedRows:
    """Rows of a CSV that are made while they are read, once.

    Memory holds neither them nor their lines; what became of the lines is told behind the last row.
    """

    def __init__(self, make: Callable[[StreamedRows], Iterator[Any]], *, of_exchange: bool, expected: int = 0) -> None:
        """`make` counts in `fates` and adds to `notices`; rows of our own format are lines themselves.

        `expected`: about how many there are, for a progress bar.
        """
        self._expected = expected
        self.fates = Fates()
        self.notices: list[Remark] = []
        self.of_exchange = of_exchange
        self._make = make

    def __iter__(self) -> Iterator[Any]:
        return self._make(self)

    def estimate(self) -> int:
        """Return about how many rows there are."""
        return self._expected


@dataclass(slots=True)
class Source:
    """A file in a stream of rows: it stands before its own."""

    name: str
    events: Sequence[Lines] | None = None
    """Of an exchange's file; None where rows are lines themselves."""
    notices: Sequence[Remark] = ()
    of_lines: bool = False
    fates: Fates | None = None
    """Of rows that are made while they are read."""
    start: int = 0
    """Place of its first transaction among all that were read."""
    rows: int = 0
    """Rows that are lines themselves."""
    blank: int = 0
    refused: int = 0
    known: list[int] = field(default_factory=list)
    """Lines whose id stands on an earlier one."""

    def refuse(self, row: Any) -> None:
        """Note that a row was refused."""
        if isinstance(row, LinedRow) and row.lines is not None:
            row.lines.mark(REFUSED)
        else:
            self.refused += 1

    def leave_out(self, row: Any, line: int) -> None:
        """Note that a row's id is known."""
        if isinstance(row, LinedRow) and row.lines is not None:
            row.lines.mark(_KNOWN)
        else:
            self.known.append(line)

    def tally(self) -> Tally:
        """Return the account of the lines, once the rows have been looked at."""
        fates = Fates(self.events or ()) if self.fates is None else self.fates
        counts = dict(fates.counts)
        (read, _), (refused, _) = counts.pop(READ, (0, 0)), counts.pop(REFUSED, (0, 0))
        refused += self.refused
        read += self.rows - self.refused - len(self.known)
        if self.known:
            count, first = counts.get(_KNOWN, (0, self.known[0]))
            counts[_KNOWN] = count + len(self.known), min(first, *self.known)
        left = tuple(LeftOut(why, lines, first) for why, (lines, first) in sorted(counts.items()))
        return Tally(self.name, read + refused + sum(each.lines for each in left), read, refused, left, self.of_lines)

    def remarks(self) -> list[Remark]:
        """Return what its importer noticed, and one remark a reason for what was left out."""
        name, tally = self.name or None, self.tally()
        told = [
            Remark(
                "line_left_out", None, f"left out, lines in all: {each.lines}; {each.reason}", each.first, None, name
            )
            for each in tally.left_out
            if each.reason != _KNOWN
        ]
        if self.of_lines and not tally.lines:
            told.append(Remark("no_lines", None, "the file has a header and no line below it", None, None, name))
        return [*(each._replace(file=name) for each in self.notices), *told]


def refusal(wrong: Sequence[Remark]) -> InvalidInput:
    """Return the error that names the lines that cannot be read.

    The first of them in its sentence.
    """
    files = {each.file: number for number, each in reversed([*enumerate(wrong)])}
    wrong = sorted(wrong, key=lambda each: (files[each.file], each.line or 0))
    errors = [
        {"file": each.file, "line": each.line, "field": each.field, "id": each.transaction, "reason": told(each)}
        for each in wrong[:MAX_ERRORS]
    ]
    more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
    text = f"{place(wrong[0])}: {told(wrong[0])}{more}"
    return InvalidInput(text, details={"errors": errors, "count": len(wrong)})


def place(remark: Remark) -> str:
    """Say where a remark's line stands: `a.csv, line 3, column amount`."""
    file = f"{remark.file}, " if remark.file else ""
    return f"{file}line {remark.line}" + (f", column {remark.field}" if remark.field else "")


def told(remark: Remark) -> str:
    """Return why a line cannot be read, without its column."""
    reason = remark.message.removesuffix("; the line is left out")
    return reason.removeprefix(f"{remark.field}: ")


def source_of(rows: Any, name: str = "") -> Source:
    """Return the source of one file's rows."""
    if isinstance(rows, FileRows):
        return Source(name, rows.events, rows.notices, of_lines=True)
    if isinstance(rows, StreamedRows):
        events = () if rows.of_exchange else None
        return Source(name, events, rows.notices, of_lines=True, fates=rows.fates)
    notices = rows.notices if isinstance(rows, OwnRows) else ()
    return Source(name, notices=notices, of_lines=isinstance(rows, list))
