"""Recognise by its header which importer a CSV is for.

A column that has changed is named, not guessed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, timedelta, timezone, tzinfo
from decimal import localcontext
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any, NamedTuple

from premium.errors import InvalidInput
from premium.money import EXACT
from premium.tax.importers import (
    binance,
    bybit,
    coinbase,
    cointracker,
    cointracker_export,
    etherscan,
    gemini,
    koinly,
    koinly_export,
    kraken,
    own_csv,
    rotki,
)
from premium.tax.importers.account import Account
from premium.tax.importers.base import BEYOND, BROKEN_OFF, WHY, Importer, Left, Line, Made, numbered
from premium.tax.importers.cut_off import WHOLE, cut_off, refuse_open_quote
from premium.tax.importers.notation import COMMA, Notation, notation_of
from premium.tax.neutral.fields import FIELDS
from premium.tax.neutral.rows import BLANK, Unreadable
from premium.tax.neutral.sources import FileRows

IMPORTERS = (
    coinbase.IMPORTER,
    kraken.IMPORTER,
    binance.IMPORTER,
    bybit.IMPORTER,
    gemini.IMPORTER,
    koinly.IMPORTER,
    koinly_export.REPORT,
    koinly_export.BULK,
    cointracker.IMPORTER,
    cointracker_export.IMPORTER,
    rotki.IMPORTER,
    etherscan.NATIVE,
    etherscan.INTERNAL,
    etherscan.TOKENS,
    etherscan.NFTS,
)
_PREAMBLE = 20
"""Lines before a header that some exports have."""
_ALIKE = 0.7
"""A header with so much of a format's columns is taken for a changed version of it."""
_ZONE_IN_NAME = re.compile(r"\(UTC(-{0,2}|\+)(\d{1,2})?(?:[:_](\d{2}))?\)")
"""Binance names a file after the clock its times are of: `(UTC--6)`, `(UTC+8)`, `(UTC)`."""


class _Found(NamedTuple):
    """Where the header stands, and the importer that knows it."""

    line: int
    importer: Importer
    delimiter: str


def rows_of_csv(
    text: str,
    source: str,
    *,
    importer: str | None = None,
    currency: str = "USD",
    lenient: bool = False,
    decimal_mark: str | None = None,
) -> Sequence[Any]:
    """Return the neutral rows of a CSV; InvalidInput when no importer knows it.

    A header that has changed is refused by what changed. Events that cannot be read are refused together, by line and
    column; `lenient` leaves an Unreadable for each. `source` is the file's name, which may say of what clock its
    times are. `decimal_mark` (`.` or `,`) decides where the file's own numbers do not.
    """
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise InvalidInput(f"{source} is empty")
    if importer is None and _is_own(text):
        # The header's line, so that the others keep their numbers.
        refuse_open_quote(text, source, own_csv.delimiter_of(text))
        notation, delimiter = own_csv.notation(text, decimal_mark), own_csv.delimiter_of(text)
        whole = text.endswith(("\n", "\r"))
        return [BLANK, *own_csv.rows(_lines(text), notation=notation, delimiter=delimiter, whole=whole)]
    found = _find(text, source, importer)
    refuse_open_quote(text, source, found.delimiter)
    made = _read(found, text, source, currency, decimal_mark)
    wrong = [row for row in made if isinstance(row, Unreadable)]
    if wrong and not lenient:
        raise _refused(wrong, source)
    return made


def stated_in(rows: Sequence[Any], currency: str) -> str | None:
    """Return the currency of a file's values, or None where its rows state it.

    An export's values are in the money that it was read with.
    """
    return currency if isinstance(rows, FileRows) else None


def _lines(text: str) -> io.StringIO:
    return io.StringIO(text, newline=None)


def _is_own(text: str) -> bool:
    _, header = next(numbered(_lines(text), own_csv.delimiter_of(text)), (1, []))
    return set(own_csv.REQUIRED) <= {cell.strip() for cell in header}


def _read(found: _Found, text: str, source: str, currency: str, decimal_mark: str | None) -> FileRows:
    """Read every line of a file as part of an event: rows, what is left out and why, or what cannot be read."""
    lines, again = _filled(found, text, source, decimal_mark)
    account = Account([*lines, *again])
    for line in again:
        account.enter([line], [Left("the header stands here again")])
    if lines and BROKEN_OFF in lines[-1].cells:
        account.enter([lines[-1]], _cut(lines.pop()))
    with localcontext(EXACT):
        for event, made in found.importer.read(lines, currency):
            account.enter(event, made)
    return account.closed()


def _cut(line: Line) -> Iterator[Made]:
    yield from ()
    raise line.wrong(line[BROKEN_OFF], f"{BROKEN_OFF}{line[WHY]}")


def _filled(found: _Found, text: str, source: str, decimal_mark: str | None) -> tuple[list[Line], list[Line]]:
    """Lines with their cells, and those that repeat the header, as of files that were put together."""
    zone = _zone_of(source)
    header: list[str] = []
    records: list[tuple[int, dict[str, str]]] = []
    again: list[int] = []
    fewest = last = 0
    for number, cells in numbered(_lines(text), found.delimiter):
        if number == found.line:
            header = _header(cells)
            fewest = last = len(header)
        elif header and _header(cells) == header:
            again.append(number)
        elif header and any(cell.strip() for cell in cells):
            fewest, last = min(fewest, last), len(cells)
            by_column = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
            if len(cells) > len(header) and any(map(str.strip, cells[len(header) :])):
                by_column[BEYOND] = next(cell.strip() for cell in cells[len(header) :] if cell.strip())
            records.append((number, by_column))
    if records and not text.endswith(("\n", "\r")):
        _mark_cut(records, header, fewest=fewest, last=last)
    columns = found.importer.number_columns(header)
    notation = Notation(decimal_mark) if decimal_mark else notation_of(_numbers(records, columns))
    in_notes = notation_of(_noted(records, found.importer)) if found.importer.noted else notation
    notes = in_notes if in_notes.mark or notation.mark == COMMA else notation
    made = [
        Line(number=number, cells=cells, zone=zone, notation=notation, notes=notes, file=source)
        for number, cells in records
    ]
    return made, [Line(number=number, cells={header[0]: header[0]}) for number in again]


def _mark_cut(records: list[tuple[int, dict[str, str]]], header: Sequence[str], *, fewest: int, last: int) -> None:
    """Note at the last line of a file without a line break behind it why it may be cut off."""
    *before, (_, cells) = records
    column = header[min(last, len(header)) - 1]
    if last < fewest:
        cells[BROKEN_OFF], cells[WHY] = column, ""
    elif why := cut_off([line.get(column, "") for _, line in before], cells.get(column, "")):
        cells[BROKEN_OFF], cells[WHY] = column, f": {why}; {WHOLE}"


def _numbers(records: Iterable[tuple[int, dict[str, str]]], columns: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    for number, cells in records:
        for column in columns:
            text = cells.get(column)
            if text:
                yield number, column, text


def _noted(records: Iterable[tuple[int, dict[str, str]]], importer: Importer) -> Iterator[tuple[int, str, str]]:
    """Numbers within notes: what a file's cells were saved again as, its texts were not."""
    for number, cells in records:
        yield from ((number, column, text) for column, text in importer.noted(cells)) if importer.noted else ()


def clock_of(source: str) -> str | None:
    """Return the clock that a file's name says its times are of, or None."""
    zone = _zone_of(source)
    return None if zone is None else str(zone)


def _zone_of(source: str) -> tzinfo | None:
    found = _ZONE_IN_NAME.search(source)
    if found is None:
        return None
    away = timedelta(hours=int(found[2] or 0), minutes=int(found[3] or 0))
    if away >= timedelta(days=1):
        return None  # it names no clock
    return timezone(-away if found[1].startswith("-") else away) if away else UTC


def _refused(wrong: Sequence[Unreadable], source: str) -> InvalidInput:
    first = wrong[0]
    errors = [{"file": source, "line": row.line, "field": row.column, "reason": row.reason} for row in wrong[:50]]
    more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
    text = f"{source}, line {first.line}, column {first.column}: {first.reason}{more}"
    return InvalidInput(text, details={"errors": errors, "count": len(wrong)})


def _header(cells: Iterable[str]) -> list[str]:
    return [cell.strip() for cell in cells]


def _find(text: str, source: str, wanted: str | None) -> _Found:
    """Line of the header and the importer; the nearest one's differences when none fits."""
    candidates = [each for each in IMPORTERS if wanted is None or f"{each.name}-".startswith(f"{wanted}-")]
    if not candidates:
        raise InvalidInput(f"unknown source {wanted!r}; known are {', '.join(each.name for each in IMPORTERS)}")
    nearest: tuple[float, int, Importer, list[str]] | None = None
    for delimiter in (",", ";", "\t"):
        for at, cells in islice(numbered(_lines(text), delimiter), _PREAMBLE):
            header = _header(cells)
            for each in candidates:
                missing, new = _differences(each, header)
                if not missing and not new:
                    return _Found(at, each, delimiter)
                share = 1 - len(missing) / len(each.columns)
                if share >= _ALIKE and (nearest is None or share > nearest[0]):
                    nearest = (share, at, each, [f"missing {name}" for name in missing] + [f"new {n}" for n in new])
    if nearest is None:
        _refuse_nearly_own(text, source)
        names = ", ".join(each.name for each in IMPORTERS)
        raise InvalidInput(f"{source}: no importer knows this header; known are own CSV and {names}")
    _, at, each, changes = nearest
    changed = f"{source}, line {at}: looks like {each.name}, but its columns have changed: {', '.join(changes)}"
    raise InvalidInput(changed, details={"line": at, "importer": each.name, "columns": changes})


def _refuse_nearly_own(text: str, source: str) -> None:
    """InvalidInput for a header that has most of the own format's columns, in whatever case: what is amiss, by name."""
    header = [cell.strip() for cell in next(numbered(_lines(text), own_csv.delimiter_of(text)), (1, []))[1]]
    if sum(cell.lower() in own_csv.REQUIRED for cell in header) < len(own_csv.REQUIRED) - 1:
        return
    changes = [f"missing {name}" for name in own_csv.REQUIRED if name not in header]
    changes += [f"new {cell[:60]}" for cell in header if cell and cell not in FIELDS]
    changed = f"{source}, line 1: looks like own CSV, but its columns differ: {', '.join(changes)}"
    raise InvalidInput(changed, details={"line": 1, "columns": changes})


def _differences(importer: Importer, header: Sequence[str]) -> tuple[list[str], list[str]]:
    """Columns that are missing, and columns that the format has not."""
    missing = [name for name in importer.columns if not any(_same(name, cell) for cell in header)]
    known = (*importer.columns, *importer.optional)
    new = [cell for cell in header if cell and not any(_same(name, cell) for name in known)]
    return missing, new


def _same(name: str, cell: str) -> bool:
    return any(fnmatchcase(cell, one) for one in name.split("|"))
