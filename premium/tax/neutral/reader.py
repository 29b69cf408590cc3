"""Rows of a file read as transactions, with their lines and remarks."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from premium.tax.model import Remark, Transaction
from premium.tax.neutral.fields import FIELDS, Fields
from premium.tax.neutral.kinds import neutral_rows
from premium.tax.neutral.parser import transaction_of
from premium.tax.neutral.rows import BLANK, Refused, shown_id


class Read(NamedTuple):
    """Transactions in a file's order, and what was wrong with its rows."""

    transactions: list[Transaction]
    lines: Sequence[int]
    """Beside each transaction the line that it stood on."""
    remarks: list[Remark]


def read_rows(rows: Iterable[Any], *, zone: ZoneInfo, first_line: int = 1, by_time: bool = False) -> Read:
    """Read rows of JSON objects as transactions, a repeated id once.

    `line` counts rows from `first_line`. A row that cannot be read is left out with a remark that names its line and
    field; `strict` callers refuse then. `by_time`: rows are expected in the order of time; one remark tells of those
    that are not.
    """
    transactions: list[Transaction] = []
    remarks: list[Remark] = []
    lines = array("L")
    seen: dict[str, int] = {}
    fields = Fields(zone, remarks)
    for count, row in enumerate(rows, first_line):
        if row is BLANK:
            continue
        # A row of an exchange's file knows its line there.
        fields.line = line = count if type(row) is dict else getattr(row, "line", count)
        try:
            made = [transaction_of(leg, fields) for leg in neutral_rows(row)]
        except Refused as refused:
            name = row.get("id") if isinstance(row, Mapping) else None
            text = f"{refused.field}: {refused.reason}; the line is left out"
            remarks.append(Remark(refused.code, shown_id(name), text, line, refused.field))
            continue
        if not fields.common and not FIELDS.issuperset(row):
            fields.remark_unknown(row)
        for transaction in made:
            first = seen.setdefault(transaction.id, count)
            if first != count:
                where = f"on line {first}" if line == count else "on an earlier line"
                text = f"the id stands {where} already; this line is left out"
                remarks.append(Remark("duplicate", transaction.id, text, line, "id"))
                continue
            lines.append(line)
            transactions.append(transaction)
    if by_time:
        remarks.extend(_out_of_order(transactions))
    return Read(transactions, lines, remarks)


def _out_of_order(transactions: Iterable[Transaction]) -> Iterable[Remark]:
    """One remark, with the first transaction that is earlier than one before it."""
    latest: int | None = None
    first: Transaction | None = None
    count = 0
    for tx in transactions:
        if latest is None or tx.instant >= latest:
            latest = tx.instant
            continue
        first = first or tx
        count += 1
    if first is not None:
        text = f"earlier than a line before it, the first of {count} such: "
        text += "the history is taken by its times, not its lines"
        yield Remark("out_of_order", first.id, text, None, "timestamp")
