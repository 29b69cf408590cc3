"""Rows of a file read as transactions, with their lines and remarks."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

from premium.tax.model import Remark, Transaction
from premium.tax.neutral.fields import FIELDS, Fields
from premium.tax.neutral.kinds import neutral_rows
from premium.tax.neutral.parser import transaction_of
from premium.tax.neutral.rows import BLANK, READ, LinedRow, Refused, shown_id
from premium.tax.neutral.sources import Source, source_of
from premium.tax.trades.block import Block, Trades
from premium.tax.trades.parser import PlainPieces


class Read(NamedTuple):
    """Transactions in a file's order, and what was wrong with its rows."""

    transactions: list[Transaction] | Trades
    """Trades, where there is nothing but plain ones."""
    lines: Sequence[int]
    """Beside each transaction the line that it stood on."""
    remarks: list[Remark]
    refused: list[Remark]
    """Those of the remarks that are about lines which cannot be read."""
    sources: list[Source]


def read_rows(  # noqa: C901 - one loop, which a call for each row would slow
    rows: Iterable[Any], *, zone: ZoneInfo, first_line: int = 1, by_time: bool = False
) -> Read:
    """Read rows of JSON objects as transactions, a repeated id once.

    `line` counts rows from `first_line`, anew behind each Source among them. A row that cannot be read is left out
    with a remark that names its line and field, and stands in `refused`; `strict` callers refuse then. `by_time`: rows
    are expected in the order of time; one remark tells of those that are not. Pieces of plain trades are read together.
    """
    lines, transactions = array("L"), list[Transaction]()
    read = Read(transactions, lines, [], [], [source_of(rows)])
    source = read.sources[0]
    seen: dict[str, int] = {}
    fields = Fields(zone, read.remarks)
    count, before = 0, 1 - first_line
    plain = PlainPieces(fields)
    for row in plain.others(rows):
        if type(row) is Block:
            count = _take(row, read, seen, lines, count, before)
            continue
        count += 1
        if row is BLANK:
            source.blank += 1
            continue
        if type(row) is Source:
            _close(read, count - 1 - before)
            source, before = row, count
            source.start = len(transactions)
            read.sources.append(source)
            continue
        # A row of an exchange's file knows its line there.
        fields.line = line = count - before if type(row) is dict else getattr(row, "line", count - before)
        try:
            made = [transaction_of(leg, fields) for leg in neutral_rows(row)]
        except Refused as refused:
            _refuse(read, row, refused, line)
            continue
        if not fields.common and not FIELDS.issuperset(row):
            fields.remark_unknown(row)
        for transaction in made:
            first = seen.setdefault(transaction.id, count)
            if first != count:
                where = _where(first - before) if type(row) is dict else "on an earlier line"
                _leave_out(read, row, line, transaction.id, where)
                continue
            lines.append(line)
            transactions.append(transaction)
            if type(row) is LinedRow and row.lines is not None:
                row.lines.mark(READ)
    count += len(plain.trades or ())
    _close(read, count - before if len(read.sources) > 1 else count)
    if plain.trades is not None:
        return read._replace(transactions=plain.trades, lines=range(first_line, first_line + len(plain.trades)))
    if by_time:
        read.remarks.extend(_out_of_order(transactions))
    return read


def _take(block: Block, read: Read, seen: dict[str, int], lines: array[int], count: int, before: int) -> int:  # noqa: PLR0917 - the loop's own state
    """Take a block's trades as rows; return how many rows there are now."""
    for transaction in block:
        count += 1
        first = seen.setdefault(transaction.id, count)
        if first != count:
            _leave_out(read, BLANK, count - before, transaction.id, _where(first - before))
            continue
        lines.append(count - before)
        cast("list[Transaction]", read.transactions).append(transaction)
    return count


def _close(read: Read, rows: int) -> None:
    """Count the rows of a file behind its last one."""
    source = read.sources[-1]
    source.rows = 0 if source.events is not None else rows - source.blank
    read.remarks.extend(source.remarks())


def _refuse(read: Read, row: Any, refused: Refused, line: int) -> None:
    name = row.get("id") if isinstance(row, Mapping) else None
    text = f"{refused.field}: {refused.reason}; the line is left out"
    remark = Remark(refused.code, shown_id(name), text, line, refused.field, read.sources[-1].name or None)
    read.remarks.append(remark)
    read.refused.append(remark)
    read.sources[-1].refuse(row)


def _where(line: int) -> str:
    """Say where an id stood first: in another file, lines are counted anew."""
    return f"on line {line}" if line > 0 else "on an earlier line"


def _leave_out(read: Read, row: Any, line: int, name: str, where: str) -> None:
    text = f"the id stands {where} already; this line is left out"
    read.remarks.append(Remark("duplicate", name, text, line, "id", read.sources[-1].name or None))
    read.sources[-1].leave_out(row, line)


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
