"""Read documents from files and from standard input.

Neutral JSON, own CSV, or an export that an importer recognises.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Any, TypeVar

from premium.errors import InvalidInput
from premium.refusals import shown
from premium.tax.document.charset import as_utf8, as_western
from premium.tax.document.rows import Together, document_of, rows_in
from premium.tax.document.window import LONGEST, PIECE, NotUtf8, Text
from premium.tax.importers.base import Importer
from premium.tax.importers.headers import UnknownHeader
from premium.tax.importers.on_disk import text_from
from premium.tax.importers.recognition import rows_of_csv, stream_of_csv
from premium.tax.model import Remark
from premium.tax.neutral.sources import noticed

LARGE = 16 << 20
"""A CSV of more bytes is not held whole: its rows are made while they are read."""
HUGE = 64 << 20
"""What the lines of a larger export say is kept on the disk, not in memory."""
_LINE = 110
"""About as many bytes has a line of a CSV."""
SETTINGS = ("jurisdiction", "currency", "method", "lot_scope", "foreign_money", "safe_harbor")
"""Members of a document that are of the whole report."""


def read_documents(
    sources: Sequence[str],
    *,
    importer: str | None = None,
    currency: str | Callable[[Mapping[str, Any]], str] = "USD",
    decimal_mark: str | None = None,
    date_order: str | None = None,
    mapping: Importer | None = None,
) -> dict[str, Any]:
    """Return one document of all sources, their transactions together.

    Other members are what their documents say, which must not contradict one another: the values of one in euros
    would be taken for the other's dollars. `currency` may hang on these members, so that exports beside a document are
    read in its currency. `mapping` is of the CSVs that no importer knows, one at least. What
    cannot be read stands among the rows, so that whoever reads them tells of all of it at once.
    """
    opened = [_Opened(source, importer, mapping) for source in sources]
    merged: dict[str, Any] = {}
    for each in opened:
        merged = _merged(merged, each.document, each.name)
    money = currency if isinstance(currency, str) else currency(merged)
    parts: list[Any] = []
    for each in opened:
        document = each.read(
            money, lenient=True, decimal_mark=decimal_mark, date_order=date_order, streamed=each.size > LARGE
        )
        found = rows_in(document)
        if found is None:
            raise InvalidInput(f"{each.source} has no list of transactions", details={"transactions": "missing"})
        parts.append((each.name, found))
        merged = {**document, **merged}
    if mapping is not None and not any(each.mapped for each in opened):
        raise InvalidInput.about("map", "every file is known without it: leave it out")
    return {**merged, "transactions": Together(parts)}


def _merged(merged: Mapping[str, Any], document: Mapping[str, Any], name: str) -> dict[str, Any]:
    for member in SETTINGS:
        known, said = merged.get(member), document.get(member)
        if known is not None and said is not None and known != said:
            text = f"{name} says {shown(said)}, a document before it {shown(known)}: one report has one"
            raise InvalidInput.about(member, text)
    return {**document, **merged}


def read_document(
    source: str,
    *,
    importer: str | None = None,
    currency: str = "USD",
    lenient: bool = False,
    decimal_mark: str | None = None,
    date_order: str | None = None,
    streamed: bool = False,
    mapping: Importer | None = None,
) -> dict[str, Any]:
    """Return the document in a file, or on standard input for `-`.

    InvalidInput says why it is none. The file stays open as long as its rows are wanted: they are read from it when
    they are asked for. `decimal_mark` and `date_order` are a CSV's, where its own cells do not tell. A CSV is held
    whole, unless it is `streamed`: then its rows are made while they are read, once, and what its lines say is on the
    disk. `mapping` reads a CSV, whatever its header is.
    """
    opened = _Opened(source, importer, mapping, always=True)
    return opened.read(currency, lenient=lenient, decimal_mark=decimal_mark, date_order=date_order, streamed=streamed)


Rows = TypeVar("Rows")


class _Opened:
    """A source whose text is there: a document, or a CSV that is read once its currency is known."""

    def __init__(
        self, source: str, importer: str | None, mapping: Importer | None = None, *, always: bool = False
    ) -> None:
        self.source, self.name, self._importer = source, Path(source).name, importer
        self._mapping, self._always = mapping, always
        self.mapped = False
        """Whether the mapping read it."""
        self._text, self._notice = _text_of(as_utf8(_opened(source), self.name), self.name)
        is_csv = importer is not None or (mapping is not None and always) or self._text.first not in ("{", "[")
        self.document: dict[str, Any] = {} if is_csv else document_of(self._text)
        self._is_csv = is_csv

    def read(
        self,
        currency: str,
        *,
        lenient: bool,
        decimal_mark: str | None,
        date_order: str | None,
        streamed: bool = False,
    ) -> dict[str, Any]:
        """Return the document."""
        if not self._is_csv:
            return self.document
        if streamed:
            read_stream = partial(
                stream_of_csv,
                _Csv(self._text),
                self.name,
                importer=self._importer,
                currency=currency,
                decimal_mark=decimal_mark,
                date_order=date_order,
            )
            on_disk = self._always or self.size > HUGE
            stream = self._mapped(partial(read_stream, expected=self.size // _LINE, on_disk=on_disk))
            stream.notices += self._notice
            return {"transactions": stream}
        read = partial(
            rows_of_csv,
            self._text.whole(),
            self.name,
            importer=self._importer,
            currency=currency,
            lenient=lenient,
            decimal_mark=decimal_mark,
            date_order=date_order,
        )
        rows = self._mapped(read)
        return {"transactions": noticed(rows, self._notice) if self._notice else rows}

    @property
    def size(self) -> int:
        """How many bytes its text has."""
        return self._text.size

    def _mapped(self, read: Callable[..., Rows]) -> Rows:
        """Read by the mapping, always or where no importer knows the header."""
        if self._mapping is None:
            return read()
        if not self._always:
            try:
                return read()
            except UnknownHeader:
                pass
        self.mapped = True
        return read(mapping=self._mapping)


def _text_of(file: IO[bytes], name: str) -> tuple[Text, list[Remark]]:
    """Return a file's text, and what is told of its encoding; InvalidInput for one that may be read in several."""
    try:
        return Text(file, name), []
    except NotUtf8:
        western = as_western(file, name)
        if western is None:
            raise
    text = Text(western.file, name)
    if text.first in ("{", "["):
        raise InvalidInput(f"{name} is JSON, which is UTF-8, and holds other bytes: write it in UTF-8")
    return text, [Remark("encoding_assumed", None, western.notice, western.line)]


class _Csv:
    """A CSV that stays in its file."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self.first = text.read(text.start, PIECE).decode(errors="ignore")
        self.whole = text.read(max(text.start, text.size - 1), 1) in (b"\n", b"\r")

    def lines(self) -> Iterator[str]:
        """Yield the lines from the first on; InvalidInput for one that no memory should hold."""
        with text_from(self._text.fileno(), self._text.start) as file:
            while line := file.readline(LONGEST):
                if len(line) == LONGEST and not line.endswith("\n"):
                    raise InvalidInput(f"{self._text.name} has a line of more than {LONGEST >> 20} MiB")
                yield line


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
