"""The report as a JSON file, row by row: constant memory, the same bytes for the same input."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import IO, Any

from premium.tax.document import members
from premium.tax.results.report import Report


def write_json(report: Report, file: IO[str]) -> None:
    """One row of a list a line."""
    file.writelines(pieces(report))


def pieces(report: Report) -> Iterator[str]:
    separator = "{\n"
    for name, value in members(report):
        yield f"{separator}{json.dumps(name)}: "
        separator = ",\n"
        if isinstance(value, Iterable) and not isinstance(value, dict | str):
            yield from _list(value)
        else:
            yield json.dumps(value, ensure_ascii=False)
    yield "\n}\n"


def _list(rows: Iterable[Any]) -> Iterator[str]:
    encode = json.JSONEncoder(ensure_ascii=False).encode
    separator = "[\n"
    for row in rows:
        yield separator + encode(row)
        separator = ",\n"
    yield "[]" if separator == "[\n" else "\n]"
