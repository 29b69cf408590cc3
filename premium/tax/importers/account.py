"""Account for every line of a file: rows, what is left out, what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from premium.errors import InvalidInput
from premium.tax.importers.base import BEYOND, Left, Line, Row, Told
from premium.tax.importers.movements import Digest
from premium.tax.model import Remark
from premium.tax.neutral.rows import LinedRow, Lines, Unreadable

_NOTHING = "nothing in this line could be read"
_UNSEEN = "no event of this format takes this line"
Entry = tuple[Lines, list[LinedRow]]
"""The lines of an event, and what they read as."""


class Counts(Protocol):
    """How often each name has been met: `premium.tax.store.scratch.NamesOnDisk`, or in memory."""

    def count(self, name: str, /) -> int:
        """Return how often a name has been counted, this time included."""
        ...


class Account:
    """Enters a file's events one by one, until every line has its end."""

    def __init__(self, lines: Iterable[Line], times: Counts) -> None:
        self._lines = lines
        self._taken = bytearray()
        self._times = times
        self.notices: list[Remark] = []

    def enter(self, event: Sequence[Line], made: Iterable[Row | Left | Told]) -> Entry:
        """Enter what some lines read as."""
        lines = Lines([line.number for line in event])
        self._take(lines.numbers)
        first = event[0].number
        try:
            self._refuse_beyond(event)
            found = list(made)
        except InvalidInput as error:
            return lines, [_unreadable(error, lines)]
        rows = [each for each in found if isinstance(each, dict)]
        left = next((each for each in found if isinstance(each, Left)), None)
        self.notices += [
            Remark(each.code, each.transaction, each.message, first) for each in found if isinstance(each, Told)
        ]
        if rows:
            return lines, [LinedRow(self._told_apart(row), first, lines) for row in rows]
        if left is not None:
            lines.fate = left.reason
            return lines, []
        return lines, [Unreadable(first, next(iter(event[0].cells), ""), _NOTHING, lines)]

    def unseen(self) -> Iterator[Entry]:
        """Refuse, at the end, each line that no event took."""
        for line in self._lines:
            if line.number >= len(self._taken) or not self._taken[line.number]:
                lines = Lines([line.number])
                yield lines, [Unreadable(line.number, next(iter(line.cells), ""), _UNSEEN, lines)]

    def _take(self, numbers: Sequence[int]) -> None:
        most = max(numbers)
        if most >= len(self._taken):
            self._taken.extend(bytes(most + 65536 - len(self._taken)))
        for number in numbers:
            self._taken[number] = 1

    @staticmethod
    def _refuse_beyond(event: Sequence[Line]) -> None:
        for line in event:
            if BEYOND in line.cells:
                raise line.wrong(BEYOND, f"holds {line[BEYOND][:40]!r}, beyond the header's columns")

    def _told_apart(self, row: Row) -> Row:
        """The second of two equal lines that have no id of their own is a second event, each time the file is read."""
        name: Any = row["id"]
        if not isinstance(name, Digest):
            return row
        count = self._times.count(name)
        return {**row, "id": str(name) if count == 1 else f"{name}:{count}"}


def _unreadable(error: InvalidInput, lines: Lines) -> Unreadable:
    details: Any = error.details
    first = details["errors"][0]
    return Unreadable(first["line"], first["field"], first["reason"], lines)
