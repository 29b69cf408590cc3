"""Read documents from files and from standard input.

Neutral JSON, own CSV, or an export that an importer recognises.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Any

from premium.errors import InvalidInput
from premium.tax.document.charset import as_utf8
from premium.tax.document.rows import Together, document_of, rows_in
from premium.tax.document.window import Text
from premium.tax.importers.recognition import rows_of_csv

_PROCESS = 256
"""MiB that a worker holds beside the file: its programs, the pool, the job's own process."""
_CSV_TIMES = 24
"""Bytes of memory for each byte of a CSV of short lines.

It is held as text, as cells and as rows.
"""


def most_csv(task_memory: int) -> int:
    """Return how many bytes of a CSV are read at once in so many MiB.

    Its rows are joined to events over the whole file; JSON is read row by row and needs no bound but the form's.
    """
    return max(1, (task_memory - _PROCESS) // _CSV_TIMES) << 20


def read_documents(
    sources: Sequence[str], *, importer: str | None = None, currency: str = "USD", decimal_mark: str | None = None
) -> dict[str, Any]:
    """Return one document of all sources, their transactions together.

    Other members are from the first source that has them. What cannot be read stands among the rows, so that whoever
    reads them tells of all of it at once.
    """
    merged: dict[str, Any] = {}
    parts: list[Any] = []
    for source in sources:
        document = read_document(source, importer=importer, currency=currency, lenient=True, decimal_mark=decimal_mark)
        found = rows_in(document)
        if found is None:
            raise InvalidInput(f"{source} has no list of transactions", details={"transactions": "missing"})
        parts.append((Path(source).name, found))
        merged = {**document, **merged}
    return {**merged, "transactions": Together(parts)}


def read_document(
    source: str,
    *,
    importer: str | None = None,
    currency: str = "USD",
    lenient: bool = False,
    decimal_mark: str | None = None,
    most_csv: int | None = None,
) -> dict[str, Any]:
    """Return the document in a file, or on standard input for `-`.

    InvalidInput says why it is none. The file stays open as long as its rows are wanted: they are read from it when
    they are asked for. `decimal_mark` is a CSV's, where its own numbers do not tell. A CSV is held whole: one of more
    than `most_csv` bytes is refused.
    """
    name = Path(source).name
    text = Text(as_utf8(_opened(source), name), name)
    if importer is not None or text.first not in ("{", "["):
        if most_csv is not None and text.size > most_csv:
            sizes = f"{text.size / 2**20:.0f} MiB, and at most {most_csv / 2**20:.0f} MiB are read at once"
            raise InvalidInput(f"{name} is a CSV of {sizes}: split it, each part with the header line")
        rows = rows_of_csv(
            text.whole(), name, importer=importer, currency=currency, lenient=lenient, decimal_mark=decimal_mark
        )
        return {"transactions": rows}
    return document_of(text)


def _opened(source: str) -> IO[bytes]:
    """A file that can be read from any place in it; what comes through a pipe is kept in one without a name."""
    if source != "-":
        file = Path(source).open("rb")  # noqa: SIM115 - it stays open with its rows
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return file
        with file:
            return _kept(file)
    return _kept(sys.stdin.buffer)


def _kept(stream: IO[bytes]) -> IO[bytes]:
    kept = tempfile.TemporaryFile()  # noqa: SIM115 - it stays open with its rows
    copyfileobj(stream, kept)
    kept.flush()
    return kept
