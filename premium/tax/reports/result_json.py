"""Write a report as a neutral JSON file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from premium.tax.reports.result import members
from premium.tax.results.report import Report


def write(report: Report, path: Path) -> None:
    """Write the whole report, of every year or of one."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        write_json(report, file)


def write_json(report: Report, file: IO[str]) -> None:
    """Write the report to an open file, one row of a list a line.

    Row by row, in constant memory; the same input gives the same bytes.
    """
    file.writelines(pieces(report))


def pieces(report: Report) -> Iterator[str]:
    """Yield the document's text in pieces."""
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
