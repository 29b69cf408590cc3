"""Keep on the disk what a large file's lines say.

An importer may go over the lines more than once and keep some of them beside one another: it is given lines that know
where they stand, and read their cells again when they are asked.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import tzinfo
from typing import Any, NamedTuple

from premium.tax.importers.base import Cells, Line
from premium.tax.importers.day_order import DayOrder
from premium.tax.importers.notation import Notation
from premium.tax.store.scratch import NamesOnDisk, PlacesOnDisk

_PIECE = 1 << 20
Record = tuple[int, Cells]
"""The number of its first line, and its cells."""
_WORDS = 4096
_AT_ONCE = 4096
"""Records that are held: those that were read last."""


class _Pieces(io.RawIOBase):
    """Reads an open file from an offset on, without moving anybody else's place in it."""

    def __init__(self, file: int, at: int) -> None:
        self._file, self._next = file, at

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read as much as there is room for."""
        count = os.preadv(self._file, [buffer], self._next)
        self._next += count
        return count


def text_from(file: int, at: int) -> io.TextIOWrapper:
    """Return the UTF-8 text of an open file from an offset on.

    Its line breaks are all made the same.
    """
    return io.TextIOWrapper(io.BufferedReader(_Pieces(file, at), _PIECE), encoding="utf-8", newline=None)


class Manner(NamedTuple):
    """How a file writes its times and numbers, and its name."""

    zone: tzinfo | None
    notation: Notation
    notes: Notation
    file: str
    order: DayOrder


class Records:
    """Records of a CSV that fits into memory."""

    def __init__(self, header: list[str]) -> None:
        self._header = header
        self._all: list[tuple[int, dict[str, str]]] = []
        self._words: dict[str, str] = {}
        """Cells that stand in many lines (an operation, an asset, an account), held once."""

    def __bool__(self) -> bool:
        return bool(self._all)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._all)

    def append(self, number: int, cells: list[str], also: Mapping[str, str]) -> None:
        """Keep a record by the number of its line, with further cells by their names."""
        words = self._words
        if len(words) < _WORDS:
            for cell in cells:
                words.setdefault(cell, cell)
        kept = dict(zip(self._header, map(words.get, cells, cells), strict=False))
        if also:
            kept.update(also)
        self._all.append((number, kept))

    def mark_last(self, column: str, text: str) -> None:
        """Add a cell to the last record."""
        self._all[-1][1][column] = text

    def lines(self, manner: Manner, *, but_last: bool) -> list[Line]:
        """Return their lines, with or without the last."""
        shared = manner._asdict()
        records = self._all[:-1] if but_last else self._all
        return [Line(number=number, cells=cells, **shared) for number, cells in records]

    def last(self, manner: Manner) -> Line:
        """Return the last line."""
        return _line(self._all[-1], manner)


def _line(record: Record, manner: Manner) -> Line:
    number, cells = record
    return Line(number=number, cells=cells, **manner._asdict())


class KeptRecords:
    """Records of a CSV, written once and read as often as one likes.

    The last may be changed until a pass begins.
    """

    def __init__(self, header: list[str]) -> None:
        self._header = header
        self._file = tempfile.TemporaryFile(buffering=_PIECE)  # noqa: SIM115 - it stays open with its lines
        self._last: tuple[int, list[str], dict[str, str]] | None = None
        self._read: dict[int, Record] = {}
        self.end: int | None = None
        """Where the last record stands that was written."""

    def __bool__(self) -> bool:
        return self._last is not None or self.end is not None

    def append(self, number: int, cells: list[str], also: Mapping[str, str]) -> None:
        """Keep a record by the number of its line, with further cells by their names."""
        self._write()
        self._last = number, cells, dict(also)

    def mark_last(self, column: str, text: str) -> None:
        """Add a cell to the last record."""
        if self._last is not None:
            self._last[2][column] = text

    def __iter__(self) -> Iterator[Record]:
        for number, cells, _ in self.placed():
            yield number, cells

    def lines(self, manner: Manner, *, but_last: bool) -> KeptLines:
        """Return their lines, with or without the last; the records are complete then."""
        self._write()
        return KeptLines(self, manner, self.end if but_last else None)

    def last(self, manner: Manner) -> Line:
        """Return the last line."""
        (*_, (number, cells)) = self
        return _line((number, cells), manner)

    def placed(self) -> Iterator[tuple[int, Cells, int]]:
        """Yield each record's number and cells, and where it stands."""
        self._write()
        self._file.flush()
        at = 0
        with io.BufferedReader(_Pieces(self._file.fileno(), 0), _PIECE) as file:
            for text in file:
                number, cells = self._held(at, text)
                yield number, cells, at
                at += len(text)

    def at(self, place: int) -> Record:
        """Return the record that stands there."""
        found = self._read.get(place)
        if found is None:
            with io.BufferedReader(_Pieces(self._file.fileno(), place), 1024) as file:
                return self._held(place, file.readline())
        return found

    def _held(self, place: int, text: bytes) -> Record:
        number, cells, also = json.loads(text)
        if len(self._read) >= _AT_ONCE:
            self._read.clear()
        self._read[place] = record = number, {**dict(zip(self._header, cells, strict=False)), **also}
        return record

    def _write(self) -> None:
        if self._last is not None:
            text = json.dumps(self._last, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
            self.end = self._file.tell()
            self._file.write(text + b"\n")
            self._last = None


class _KeptLine(Line):
    """A line that knows where it stands, and reads what it says when it is asked."""

    __slots__ = ("_at", "_lines")
    _at: int
    _lines: KeptLines

    def __init__(self, at: int, lines: KeptLines) -> None:
        object.__setattr__(self, "_at", at)
        object.__setattr__(self, "_lines", lines)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _KeptLine) and self._at == other._at and self._lines is other._lines

    def __hash__(self) -> int:
        return self._at

    @property
    def at(self) -> int:
        """Return where it stands."""
        return self._at

    @property
    def number(self) -> int:
        return self._lines.records.at(self._at)[0]

    @property
    def cells(self) -> Cells:
        return self._lines.records.at(self._at)[1]

    @property
    def zone(self) -> tzinfo | None:
        return self._lines.manner.zone

    @property
    def notation(self) -> Notation:
        return self._lines.manner.notation

    @property
    def notes(self) -> Notation:
        return self._lines.manner.notes

    @property
    def file(self) -> str:
        return self._lines.manner.file

    @property
    def order(self) -> DayOrder:
        return self._lines.manner.order


class KeptLines:
    """The lines of kept records.

    Each pass makes them anew, and whoever keeps one keeps its place alone.
    """

    def __init__(self, records: KeptRecords, manner: Manner, until: int | None = None) -> None:
        """`until` is where the first record stands that is none of them."""
        self.records, self.manner, self._until = records, manner, until

    def __iter__(self) -> Iterator[Line]:
        for _, _, at in self.records.placed():
            if at == self._until:
                return
            yield self.line(at)

    def line(self, at: int) -> Line:
        """Return the line that stands there."""
        return _KeptLine(at, self)


class NamesInMemory:
    """The same for what fits."""

    def __init__(self) -> None:
        self._values: dict[str, int] = {}

    def first(self, name: str, value: int) -> int:
        """Return the value that a name was first given."""
        return self._values.setdefault(name, value)

    def count(self, name: str) -> int:
        """Return how often a name has been counted, this time included."""
        self._values[name] = count = self._values.get(name, 0) + 1
        return count


def names_for(lines: Iterable[Line]) -> NamesInMemory | NamesOnDisk:
    """Return names of a file's lines, on the disk where these are."""
    return NamesOnDisk() if isinstance(lines, KeptLines) else NamesInMemory()


class _GroupsOnDisk:
    """Lines by key: groups in the order of their first lines."""

    def __init__(self, lines: KeptLines) -> None:
        self._lines, self._names, self._places, self._next = lines, NamesOnDisk(), PlacesOnDisk(), 0

    def add(self, key: str, line: Line) -> None:
        """Add a line to its group."""
        part = self._names.first(key, self._next)
        self._next += part == self._next
        assert isinstance(line, _KeptLine)  # noqa: S101 - it is one of these lines
        self._places.add(part, line.at)

    def __iter__(self) -> Iterator[list[Line]]:
        for places in self._places.parts():
            yield [self._lines.line(at) for at in places]


class _GroupsInMemory:
    """The same for what fits."""

    def __init__(self) -> None:
        self._groups: dict[str, list[Line]] = {}

    def add(self, key: str, line: Line) -> None:
        """Add a line to its group."""
        self._groups.setdefault(key, []).append(line)

    def __iter__(self) -> Iterator[list[Line]]:
        return iter(self._groups.values())


def groups_for(lines: Iterable[Line]) -> _GroupsInMemory | _GroupsOnDisk:
    """Return groups of a file's lines, on the disk where these are."""
    return _GroupsOnDisk(lines) if isinstance(lines, KeptLines) else _GroupsInMemory()
