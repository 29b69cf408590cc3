"""Keep an import's checked rows in a file until all are good."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

_AT_ONCE = 1000


class KeptRows:
    """Rows and their moments, written once and read back in batches.

    Memory holds a thousand of them. A neutral row is texts, lists and mappings, so that JSON keeps it exactly.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - it stays open with its rows
        self._waiting: list[tuple[Mapping[str, Any], str]] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, row: Mapping[str, Any], moment: datetime) -> None:
        """Keep one row behind the others."""
        self._count += 1
        self._waiting.append((row, moment.isoformat()))
        if len(self._waiting) >= _AT_ONCE:
            self._write()

    def batches(self, size: int) -> Iterator[tuple[list[Mapping[str, Any]], list[datetime]]]:
        """Yield the rows in order with their moments, `size` or more at once."""
        self._write()
        self._file.seek(0)
        rows: list[Mapping[str, Any]] = []
        moments: list[datetime] = []
        for line in self._file:
            for row, moment in json.loads(line):
                rows.append(row)
                moments.append(datetime.fromisoformat(moment))
            if len(rows) >= size:
                yield rows, moments
                rows, moments = [], []
        if rows:
            yield rows, moments

    def _write(self) -> None:
        if self._waiting:
            self._file.write(json.dumps(self._waiting, separators=(",", ":")) + "\n")
            self._waiting = []
