"""Read the platform's own CSV, one transaction a line.

Its header holds the neutral format's field names. What is a list or an object in JSON is a text here: `lots` as
`b1:0.5;b2:1`, `form_1099` as `1099-DA:true`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from premium.errors import InvalidInput
from premium.tax.importers.base import table
from premium.tax.neutral.fields import FIELDS
from premium.tax.neutral.rows import BLANK, SHORT, Flawed

REQUIRED = ("id", "timestamp", "type", "asset", "amount")
FIRST_LINE = 2
"""The header is line 1."""


def rows(lines: Iterable[str]) -> Iterator[Any]:
    """Yield neutral rows, BLANK for an empty line.

    Flawed for a line with more cells than the header has columns. InvalidInput names a column that is unknown, twice
    there, or missing.
    """
    cells_of_lines = table(lines)
    header = [name.strip().lstrip("\ufeff") for name in next(cells_of_lines, [])]
    _check(header)
    for cells in cells_of_lines:
        yield _row(header, cells) if any(map(str.strip, cells)) else BLANK


def _check(header: list[str]) -> None:
    if len(header) == 1 and ";" in header[0]:
        raise InvalidInput("line 1: the columns stand between commas, not semicolons", details={"line": 1})
    for name in REQUIRED:
        if name not in header:
            raise InvalidInput(f"line 1: the column {name} is missing", details={"line": 1, "column": name})
    for index, name in enumerate(header):
        if name not in FIELDS:
            text = f"line 1: {name[:60]!r} is no column of this format"
            raise InvalidInput(text, details={"line": 1, "column": name[:60]})
        if name in header[:index]:
            raise InvalidInput(f"line 1: the column {name} is there twice", details={"line": 1, "column": name})


def _row(header: list[str], cells: list[str]) -> dict[str, Any] | Flawed:
    if len(cells) > len(header):
        return Flawed(f"column {len(header) + 1}", f"holds {cells[len(header)][:SHORT]!r}, beyond the header's columns")
    row: dict[str, Any] = {name: cell.strip() for name, cell in zip(header, cells, strict=False) if cell.strip()}
    if "lots" in row:
        row["lots"] = [_lot(part) for part in row["lots"].split(";") if part.strip()]
    if "form_1099" in row:
        form, _, reported = row["form_1099"].partition(":")
        row["form_1099"] = {
            "form": form,
            "basis_reported": {"true": True, "": False, "false": False}.get(reported.lower(), reported),
        }
    return row


def _lot(text: str) -> dict[str, str]:
    name, _, amount = text.strip().rpartition(":")
    return {"lot": name, "amount": amount}
