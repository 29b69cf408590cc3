"""Read a CSV as neutral rows, by its header or what its user names."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from decimal import localcontext
from typing import Any

from premium.errors import InvalidInput
from premium.money import EXACT
from premium.tax.importers import own_csv
from premium.tax.importers.account import Account, Entry
from premium.tax.importers.base import BEYOND, BROKEN_OFF, WHY, Event, Importer, Left, Line, Made, numbered
from premium.tax.importers.cut_off import ABOVE, WHOLE, cut_off, refuse_open_quote
from premium.tax.importers.headers import CsvText, Found, find, header_of, stripped
from premium.tax.importers.manners import Stated, manner_of
from premium.tax.importers.on_disk import KeptRecords, NamesInMemory, Records
from premium.tax.model import Remark
from premium.tax.neutral.rows import BLANK, Unreadable
from premium.tax.neutral.sources import FileRows, StreamedRows
from premium.tax.store.scratch import NamesOnDisk

MOST_NOTICES = 1000
"""Notices of a file that is read in pieces: so many of the first are told."""


class _InMemory:
    """A text that is there."""

    def __init__(self, text: str) -> None:
        self.first = text.removeprefix("\ufeff")
        self.whole = text.endswith(("\n", "\r"))

    def lines(self) -> io.StringIO:
        """Return the lines from the first on."""
        return io.StringIO(self.first, newline=None)


def rows_of_csv(
    text: str,
    source: str,
    *,
    importer: str | None = None,
    currency: str = "USD",
    lenient: bool = False,
    decimal_mark: str | None = None,
    date_order: str | None = None,
    mapping: Importer | None = None,
) -> Sequence[Any]:
    """Return the neutral rows of a CSV; InvalidInput when no importer knows it.

    A header that has changed is refused by what changed. Events that cannot be read are refused together, by line and
    column; `lenient` leaves an Unreadable for each. `source` is the file's name, which may say of what clock its
    times are. `decimal_mark` (`.` or `,`) decides where the file's own numbers do not, `date_order` (`day_first` or
    `month_first`) where its dates do not. `mapping` reads a file that no importer knows.
    """
    there = _InMemory(text)
    _refuse_empty(there, source)
    if importer is None and mapping is None and _is_own(there):
        refuse_open_quote(there.lines, source, own_csv.delimiter_of(there.first))
        return list(_own_rows(there, decimal_mark))
    found = find(there, source, importer, mapping)
    refuse_open_quote(there.lines, source, found.delimiter)
    account, entries = _read(found, there, source, currency, Stated(decimal_mark, date_order))
    made = list(entries)
    rows = FileRows([row for _, each in made for row in each], [event for event, _ in made], account.notices)
    wrong = [row for row in rows if isinstance(row, Unreadable)]
    if wrong and not lenient:
        raise _refused(wrong, source)
    return rows


def stream_of_csv(
    text: CsvText,
    source: str,
    *,
    importer: str | None = None,
    currency: str = "USD",
    decimal_mark: str | None = None,
    date_order: str | None = None,
    mapping: Importer | None = None,
    expected: int = 0,
    on_disk: bool = True,
) -> StreamedRows:
    """Return the neutral rows of a CSV of any size, made while they are read.

    What its lines say is kept on the disk, which takes twice the time, unless `on_disk` is false. An Unreadable stands
    for what is no event. Otherwise as `rows_of_csv`.
    """
    _refuse_empty(text, source)
    if importer is None and mapping is None and _is_own(text):
        refuse_open_quote(text.lines, source, own_csv.delimiter_of(text.first))
        return StreamedRows(lambda _: _own_rows(text, decimal_mark), of_exchange=False, expected=expected)
    found = find(text, source, importer, mapping)
    refuse_open_quote(text.lines, source, found.delimiter)

    def rows(stream: StreamedRows) -> Iterator[Any]:
        account, entries = _read(found, text, source, currency, Stated(decimal_mark, date_order), on_disk=on_disk)
        for event, made in entries:
            yield from made
            stream.fates.add(event)
            room = MOST_NOTICES - len(stream.notices)
            stream.notices += account.notices[:room]
            account.notices.clear()

    return StreamedRows(rows, of_exchange=True, expected=expected)


def stated_in(rows: Iterable[Any], currency: str) -> str | None:
    """Return the currency of a file's values, or None where its rows state it.

    An export's values are in the money that it was read with.
    """
    of_exchange = isinstance(rows, FileRows) or (isinstance(rows, StreamedRows) and rows.of_exchange)
    return currency if of_exchange else None


def _refuse_empty(text: CsvText, source: str) -> None:
    if not any(map(str.strip, text.lines())):
        raise InvalidInput(f"{source} is empty")


def _is_own(text: CsvText) -> bool:
    _, header = next(numbered(text.lines(), own_csv.delimiter_of(text.first)), (1, []))
    return set(own_csv.REQUIRED) <= {cell.strip() for cell in header}


def _own_rows(text: CsvText, decimal_mark: str | None) -> Iterator[Any]:
    delimiter = own_csv.delimiter_of(text.first)
    notation = own_csv.notation(text.lines, delimiter, decimal_mark)
    yield BLANK  # the header's line, so that the others keep their numbers
    yield from own_csv.rows(text.lines(), notation=notation, delimiter=delimiter, whole=text.whole)


def _read(
    found: Found, text: CsvText, source: str, currency: str, stated: Stated, *, on_disk: bool = False
) -> tuple[Account, Iterator[Entry]]:
    """Read every line of a file as part of an event: rows, what is left out and why, or what cannot be read."""
    header, records, again, broken = _records(found, text, on_disk=on_disk)
    manner = manner_of(found.importer, header, records, source, stated)
    lines, last = records.lines(manner, but_last=broken), records.last(manner) if broken else None
    account = Account(lines, NamesOnDisk() if on_disk else NamesInMemory())
    if manner.order.notice is not None:
        account.notices.append(Remark("date_order_assumed", None, manner.order.notice, None, None))
    repeated = [Line(number=number, cells={header[0]: header[0]}) for number in again]
    return account, _entries(account, _named(found.importer.read(lines, currency), source), repeated, last)


def _entries(account: Account, events: Iterator[Event], again: Iterable[Line], last: Line | None) -> Iterator[Entry]:
    for line in again:
        yield account.enter([line], [Left("the header stands here again")])
    if last is not None:
        yield account.enter([last], _cut(last))
    while True:
        with localcontext(EXACT):  # not around the yield: who takes the rows has a context of his own
            event = next(events, None)
            if event is None:
                break
            entry = account.enter(*event)
        yield entry
    yield from account.unseen()


def _named(events: Iterable[Event], source: str) -> Iterator[Event]:
    """Yield events; what is wrong with the file as a whole names it."""
    try:
        yield from events
    except InvalidInput as error:
        raise InvalidInput(f"{source}, {error.message}", details=error.details) from None


def _cut(line: Line) -> Iterator[Made]:
    yield from ()
    raise line.wrong(line[BROKEN_OFF], f"{BROKEN_OFF}{line[WHY]}")


def _records(found: Found, text: CsvText, *, on_disk: bool) -> tuple[list[str], KeptRecords | Records, list[int], bool]:
    """Header and records, the lines that repeat the header (of files put together), and if the last is broken off."""
    own: list[str] = []
    header: list[str] = []
    records: KeptRecords | Records = Records(header)
    again: list[int] = []
    fewest = width = 0
    ends = deque[list[str]](maxlen=0 if text.whole else ABOVE + 1)
    for number, raw in numbered(text.lines(), found.delimiter):
        cells = stripped(raw)
        if number == found.line:
            own, header, width = cells, header_of(cells), len(cells)
            records = (KeptRecords if on_disk else Records)(header)
            fewest = len(header)
        elif header and cells == own:
            again.append(number)
        elif header and any(cells):
            fewest = min(fewest, len(ends[-1])) if ends else fewest
            ends.append(cells)
            wider = len(cells) > width
            beyond = next((cell for cell in cells[width:] if cell), None) if wider else None
            records.append(number, cells, {} if beyond is None else {BEYOND: beyond})
    broken = _broken(header, ends, fewest)
    for column, said in broken.items():
        records.mark_last(column, said)
    return header, records, again, bool(broken)


def _broken(header: Sequence[str], ends: Sequence[list[str]], fewest: int) -> dict[str, str]:
    """Say of a file without a line break behind it why its last line may be cut off."""
    if not ends:
        return {}
    *before, last = ends
    at = min(len(last), len(header)) - 1
    if len(last) < fewest:
        return {BROKEN_OFF: header[at], WHY: ""}
    why = cut_off([cells[at] if at < len(cells) else "" for cells in before], last[at])
    return {} if why is None else {BROKEN_OFF: header[at], WHY: f": {why}; {WHOLE}"}


def _refused(wrong: Sequence[Unreadable], source: str) -> InvalidInput:
    first = wrong[0]
    errors = [{"file": source, "line": row.line, "field": row.column, "reason": row.reason} for row in wrong[:50]]
    more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
    text = f"{source}, line {first.line}, column {first.column}: {first.reason}{more}"
    return InvalidInput(text, details={"errors": errors, "count": len(wrong)})
