"""Read the platform's own CSV, one transaction a line.

Its header holds the neutral format's field names. What is a list or an object in JSON is a text here: `lots` as
`b1:0.5;b2:1`, `fees` as `EUR:12;BNB:0.01`, `form_1099` as `1099-DA:true`.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from premium.errors import InvalidInput
from premium.tax.importers.base import BROKEN_OFF, numbered
from premium.tax.importers.cut_off import ABOVE, WHOLE, cut_off
from premium.tax.importers.notation import COMMA, POINT, POINTS, Notation, notation_of
from premium.tax.neutral.fields import FIELDS
from premium.tax.neutral.rows import BLANK, SHORT, Flawed

REQUIRED = ("id", "timestamp", "type", "asset", "amount")
FIRST_LINE = 2
"""The header is line 1."""
_NUMBERS = frozenset(
    [
        "amount",
        "price",
        "value",
        "fee",
        "fee_amount",
        "fee_in_kind",
        "to_amount",
        "to_value",
        "basis",
        "donor_basis",
        "portfolio_value",
    ]
)
_QUOTED_COMMA = re.compile(r"""["'][^"'\n]*\d,\d|[$€£¥₹(\u2212\u00a0\u202f\u2009\u2019]|\d'\d""")
"""What no plain number has; a comma within a cell needs quotes where commas part the cells."""


def delimiter_of(text: str) -> str:
    """Return what stands between the columns: a comma, a semicolon or a tab."""
    header = text.removeprefix("\ufeff").lstrip("\r\n").partition("\n")[0]
    return next((mark for mark in (";", "\t") if mark in header and "," not in header), ",")


def notation(again: Callable[[], Iterable[str]], delimiter: str, decimal_mark: str | None = None) -> Notation:
    """Return how a file of this format writes numbers.

    With points, unless its cells say otherwise. A file without any odd character has points; one with semicolons may be
    of a program that writes decimal commas, so that `10.000` is asked about where no other number tells. `again`
    returns the file's lines from the first on.
    """
    if decimal_mark is not None:
        return Notation(decimal_mark)
    if delimiter == "," and not any(map(_QUOTED_COMMA.search, again())):
        return POINTS
    records = numbered(again(), delimiter)
    header = [name.strip().lstrip("\ufeff") for name in next(records, (1, []))[1]]
    commas = False

    def cells() -> Iterator[tuple[int, str, str]]:
        nonlocal commas
        for line, record in records:
            for name, cell in zip(header, record, strict=False):
                if name in _NUMBERS and cell.strip():
                    commas = commas or COMMA in cell
                    yield line, name, cell.strip()

    found = notation_of(cells())
    if not commas and (delimiter != ";" or found.point is not None):
        return Notation(POINT, found.point)
    # Of a file that is written in both ways the format's own is the point: the others are the wrong ones.
    return found._replace(mark=POINT) if found.mixed else found


def rows(
    lines: Iterable[str], *, notation: Notation = POINTS, delimiter: str = ",", whole: bool = True
) -> Iterator[Any]:
    """Yield neutral rows, BLANK for an empty line.

    And for the further lines of a record that goes over several, and for a header that stands there again. `whole`:
    whether a line break ends the text; else its last line may be broken off. Flawed for such a line, for one with more
    cells than the header has columns, or a number that has two readings. InvalidInput names a column that is unknown,
    twice there, or missing.
    """
    records = numbered(lines, delimiter)
    _, first = next(records, (1, []))
    header = [name.strip().lstrip("\ufeff") for name in first]
    _check(header)
    behind, fewest, last = FIRST_LINE, len(header), header
    ends = deque[str](maxlen=ABOVE + 1)
    made: Any = None
    for number, cells in records:
        yield from (each for each in (made,) if each is not None)
        yield from (BLANK for _ in range(behind, number))
        behind = number + 1
        is_blank = not any(map(str.strip, cells)) or [cell.strip() for cell in cells] == header
        if not is_blank:
            fewest, last = min(fewest, len(last)), cells
            if not whole:
                ends.append(cells[-1].strip() if len(cells) == len(header) else "")
        made = BLANK if is_blank else _row(header, cells, notation)
    if made is not None:
        yield made if whole or made is BLANK else _cut(header, last, fewest, list(ends)) or made


def _cut(header: list[str], last: list[str], fewest: int, ends: list[str]) -> Flawed | None:
    """Say why the last line may be cut off: too few cells, or a last cell that breaks off."""
    if len(last) < fewest:
        return Flawed(header[len(last) - 1], BROKEN_OFF)
    why = cut_off(ends[:-1], ends[-1]) if len(last) == len(header) else None
    return None if why is None else Flawed(header[-1], f"{BROKEN_OFF}: {why}; {WHOLE}")


def _check(header: list[str]) -> None:
    for name in REQUIRED:
        if name not in header:
            raise InvalidInput(f"line 1: the column {name} is missing", details={"line": 1, "column": name})
    for index, name in enumerate(header):
        if name not in FIELDS:
            text = f"line 1: {name[:60]!r} is no column of this format"
            raise InvalidInput(text, details={"line": 1, "column": name[:60]})
        if name in header[:index]:
            raise InvalidInput(f"line 1: the column {name} is there twice", details={"line": 1, "column": name})


def _row(header: list[str], cells: list[str], notation: Notation) -> dict[str, Any] | Flawed:
    if len(cells) > len(header):
        return Flawed(f"column {len(header) + 1}", f"holds {cells[len(header)][:SHORT]!r}, beyond the header's columns")
    row: dict[str, Any] = {name: cell.strip() for name, cell in zip(header, cells, strict=False) if cell.strip()}
    if notation is not POINTS:
        for name in [column for column in row if column in _NUMBERS]:  # as written, so that errors repeat
            try:
                row[name] = str(notation.read(row[name]))
            except ValueError as error:
                return Flawed(name, str(error))
    if "lots" in row:
        row["lots"] = _list(row["lots"])
    if "fees" in row:
        row["fees"] = [{"asset": one["lot"], "amount": one["amount"]} for one in _list(row["fees"])]
    if "form_1099" in row:
        form, _, reported = row["form_1099"].partition(":")
        row["form_1099"] = {
            "form": form,
            "basis_reported": {"true": True, "": False, "false": False}.get(reported.lower(), reported),
        }
    return row


def _list(text: str) -> list[dict[str, str]]:
    return [_lot(part) for part in text.split(";") if part.strip()]


def _lot(text: str) -> dict[str, str]:
    name, _, amount = text.strip().rpartition(":")
    return {"lot": name, "amount": amount}
