"""Write a CSV by columns, some hundred lines at once.

The lines are those of `csv.writer`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

_END = "\r\n"


class ColumnsWriter:
    """Writes rows, or columns of many rows, to a file opened with `newline=""`."""

    def __init__(self, file: TextIO, width: int) -> None:
        self._file, self._width = file, width
        self._out = csv.writer(file, lineterminator=_END)

    def row(self, fields: Iterable[Any]) -> None:
        """Write one line."""
        self._out.writerow(fields)

    def rows(self, columns: Sequence[Iterable[str]]) -> None:
        """Write the lines that columns of texts make.

        Two columns at least; the shortest says how many lines.
        """
        rows = list(zip(*columns, strict=False))
        text = _END.join(map(",".join, rows))
        ends = len(rows) - 1
        plain = '"' not in text and text.count("\n") == text.count("\r") == ends
        if plain and text.count(",") == len(rows) * (self._width - 1):
            self._file.write(text + _END)
        else:
            # A field has to be quoted: the library knows which.
            self._out.writerows(rows)
