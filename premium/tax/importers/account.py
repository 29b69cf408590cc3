"""Account for every line of a file: rows, what is left out, what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from premium.errors import InvalidInput
from premium.tax.importers.base import BEYOND, Left, Line, Row, Told
from premium.tax.importers.movements import Digest
from premium.tax.model import Remark
from premium.tax.neutral.rows import LinedRow, Lines, Unreadable
from premium.tax.neutral.sources import FileRows

_NOTHING = "nothing in this line could be read"
_UNSEEN = "no event of this format takes this line"


class Account:
    """Enters a file's events one by one, until every line has its end."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._open = {line.number: line for line in lines}
        self._rows: list[LinedRow] = []
        self._events: list[Lines] = []
        self._notices: list[Remark] = []
        self._times: dict[str, int] = {}

    def enter(self, event: Sequence[Line], made: Iterable[Row | Left | Told]) -> None:
        """Enter what some lines read as."""
        lines = Lines([line.number for line in event])
        self._events.append(lines)
        for line in event:
            self._open.pop(line.number, None)
        first = event[0].number
        try:
            self._refuse_beyond(event)
            found = list(made)
        except InvalidInput as error:
            self._rows.append(_unreadable(error, lines))
            return
        rows = [each for each in found if isinstance(each, dict)]
        left = next((each for each in found if isinstance(each, Left)), None)
        self._notices += [
            Remark(each.code, each.transaction, each.message, first) for each in found if isinstance(each, Told)
        ]
        self._rows += [LinedRow(self._told_apart(row), first, lines) for row in rows]
        if not rows and left is not None:
            lines.fate = left.reason
        elif not rows:
            self._rows.append(Unreadable(first, next(iter(event[0].cells), ""), _NOTHING, lines))

    def closed(self) -> FileRows:
        """Return the file's rows; a line that no event took is refused."""
        for line in self._open.values():
            lines = Lines([line.number])
            self._events.append(lines)
            self._rows.append(Unreadable(line.number, next(iter(line.cells), ""), _UNSEEN, lines))
        return FileRows(self._rows, self._events, self._notices)

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
        count = self._times[name] = self._times.get(name, 0) + 1
        return {**row, "id": str(name) if count == 1 else f"{name}:{count}"}


def _unreadable(error: InvalidInput, lines: Lines) -> Unreadable:
    details: Any = error.details
    first = details["errors"][0]
    return Unreadable(first["line"], first["field"], first["reason"], lines)
