"""The neutral JSON's rows as transactions.

A row that cannot be read is left out with a notice that names its line and field; `strict` callers refuse then.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from premium.tax.history.fields import Refused
from premium.tax.history.row_parser import FIELDS, RowParser, name_of
from premium.tax.model import Remark, Transaction

BLANK: dict[str, Any] = {}
"""An empty line of a CSV: passed over, but counted, so that every other line keeps its number."""


class LinedRow(dict[str, Any]):
    """A neutral row that knows the line of the file where its event begins."""

    __slots__ = ("line",)

    def __init__(self, row: Mapping[str, Any], line: int) -> None:
        super().__init__(row)
        self.line = line


class Unreadable(LinedRow):
    """In place of an event that cannot be read: which column, and why."""

    __slots__ = ("column", "reason")

    def __init__(self, line: int, column: str, reason: str) -> None:
        super().__init__({}, line)
        self.column, self.reason = column, reason


class Read(NamedTuple):
    """What a file held: transactions in the file's order, and what was wrong."""

    transactions: list[Transaction]
    lines: Sequence[int]
    """Beside each transaction the line that it stood on."""
    notices: list[Remark]


def read_rows(rows: Iterable[Any], *, zone: ZoneInfo, first_line: int = 1) -> Read:
    """Rows of JSON objects; `line` counts rows from `first_line`. A repeated id is read once."""
    transactions: list[Transaction] = []
    lines = array("L")
    seen: dict[str, int] = {}
    notices: list[Remark] = []
    parser = RowParser(zone, notices)
    for count, row in enumerate(rows, first_line):
        if row is BLANK:
            continue
        # A row of an exchange's file knows its line there.
        parser.line = line = count if type(row) is dict else getattr(row, "line", count)
        try:
            made = parser.parse(row)
        except Refused as refused:
            name = row.get("id") if isinstance(row, Mapping) else None
            notices.append(_refusal(refused, name, line))
            continue
        if not parser.common and not FIELDS.issuperset(row):
            parser.note_unknown(row)
        for transaction in made:
            first = seen.setdefault(transaction.id, count)
            if first != count:
                where = f"on line {first}" if line == count else "on an earlier line"
                text = f"the id stands {where} already; this line is left out"
                notices.append(Remark("duplicate", transaction.id, text, line, "id"))
                continue
            lines.append(line)
            transactions.append(transaction)
    return Read(transactions, lines, notices)


def _refusal(refused: Refused, name: Any, line: int) -> Remark:
    text = f"{refused.field}: {refused.reason}; the line is left out"
    return Remark(refused.code, name_of(name), text, line, refused.field)
