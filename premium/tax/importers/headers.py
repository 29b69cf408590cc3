"""Know a CSV by its header: whose it is, and which column has changed.

Importers with code of their own come first, then what is declared (`declared.formats`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from itertools import islice
from typing import NamedTuple, Protocol

from premium.errors import InvalidInput
from premium.refusals import MAX_SHOWN, shown
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
from premium.tax.importers.base import Importer, numbered
from premium.tax.importers.declared.formats import declared
from premium.tax.neutral.fields import FIELDS

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
MAP_IT = "--map columns.json (map of the API) says what another file's columns mean"
_PREAMBLE = 20
"""Lines before a header that some exports have."""
_ALIKE = 0.7
"""A header with so much of a format's columns is taken for a changed version of it."""


HEADER = "header"
"""The rule that an unknown header breaks, by which a program knows that a mapping is what helps."""


class UnknownHeader(InvalidInput):
    """No importer knows a file's header, or it has changed."""


class Found(NamedTuple):
    """Where the header stands, and the importer that knows it."""

    line: int
    importer: Importer
    delimiter: str


_Nearest = tuple[float, int, Importer, list[str]]
"""How much of it is there, where, whose it is, and what differs."""


class CsvText(Protocol):
    """A CSV's text, wherever it is kept; without the mark of its encoding."""

    first: str
    """Its beginning: the header is in it."""
    whole: bool
    """Whether a line break ends it; else its last line may be broken off."""

    def lines(self) -> Iterable[str]:
        """Return the lines from the first on, each time anew."""
        ...


def stripped(cells: Iterable[str]) -> list[str]:
    """Return cells without the blanks around them."""
    return list(map(str.strip, cells))


def header_of(cells: Sequence[str]) -> list[str]:
    """Return a header's names; the second of the same name is `Cur. (2)`."""
    if len(set(cells)) == len(cells):
        return list(cells)
    times = Counter[str]()
    names = []
    for cell in cells:
        times[cell] += bool(cell)
        names.append(f"{cell} ({times[cell]})" if times[cell] > 1 else cell)
    return names


def source_name(written: str) -> str:
    """Return the name of a source with an importer; ValueError names them."""
    _of_source(written)
    return written


def _of_source(wanted: str | None) -> list[Importer]:
    known = (*IMPORTERS, *declared())
    candidates = [each for each in known if wanted is None or f"{each.name}-".startswith(f"{wanted}-")]
    if not candidates:
        raise ValueError(f"unknown source {shown(wanted)}; known are {_names()}")
    return candidates


def _names() -> str:
    return ", ".join(dict.fromkeys(each.name for each in (*IMPORTERS, *declared())))


def find(text: CsvText, source: str, wanted: str | None, mapping: Importer | None = None) -> Found:
    """Return the header's line and its importer.

    InvalidInput has the nearest one's differences when none fits.

    `mapping` is a user's own, of a file that no importer knows.
    """
    try:
        candidates = _of_source(wanted) if mapping is None else [mapping]
    except ValueError as error:
        raise InvalidInput.about("source", str(error)) from None
    nearest: _Nearest | None = None
    for delimiter in (",", ";", "\t"):
        for at, cells in islice(numbered(text.lines(), delimiter), _PREAMBLE):
            header = header_of(stripped(cells))
            names = frozenset(header)
            for each in candidates:
                if _lacks_most(each, names):
                    continue
                missing, new = _differences(each, header)
                if not missing and not new:
                    return Found(at, each, delimiter)
                share = 1 - len(missing) / len(each.columns)
                if share >= _ALIKE and (nearest is None or share > nearest[0]):
                    nearest = (share, at, each, [f"missing {name}" for name in missing] + [_new(n) for n in new])
    raise _unknown(text, source, mapping, nearest)


def _new(column: str) -> str:
    """Say which column is new, as an answer can hold its name: cut short, without what nobody sees."""
    return f"new {''.join(c if c.isprintable() else '?' for c in column[:MAX_SHOWN])}"


def _unknown(text: CsvText, source: str, mapping: Importer | None, nearest: _Nearest | None) -> InvalidInput:
    """Why no line is a header: what differs from the nearest, or that nothing is near."""
    if nearest is None:
        if mapping is not None:
            columns = ", ".join(mapping.columns)[:400]
            return InvalidInput.about("map", f"no line of {source} has all columns: {columns}")
        _refuse_nearly_own(text, source)
        known = f"{source}: no importer knows this header; known are own CSV and {_names()}"
        return UnknownHeader(f"{known}; {MAP_IT}", details={"rule": HEADER})
    _, at, each, changes = nearest
    if mapping is not None:
        return InvalidInput.about(
            "map", f"the header of {source} (line {at}) has not all columns: {', '.join(changes)}"
        )
    changed = f"{source}, line {at}: looks like {each.name}, but its columns have changed: {', '.join(changes)}"
    return UnknownHeader(changed, details={"rule": HEADER, "line": at, "importer": each.name, "columns": changes})


def _refuse_nearly_own(text: CsvText, source: str) -> None:
    """InvalidInput for a header that has most of the own format's columns, in whatever case: what is amiss, by name."""
    if text.first.lower().startswith("sep="):
        raise InvalidInput(f"{source}, line 1: {text.first[:5]!r} is a line of Excel's own: delete it")
    header = [cell.strip() for cell in next(numbered(text.lines(), own_csv.delimiter_of(text.first)), (1, []))[1]]
    if sum(cell.lower() in own_csv.REQUIRED for cell in header) < len(own_csv.REQUIRED) - 1:
        return
    changes = [f"missing {name}" for name in own_csv.REQUIRED if name not in header]
    changes += [_new(cell) for cell in header if cell and cell not in FIELDS]
    if not changes:
        raise InvalidInput.about("source", f"{source} is our own CSV, which no exchange writes: leave `source` out")
    changed = f"{source}, line 1: looks like own CSV, but its columns differ: {', '.join(changes)}"
    raise InvalidInput(changed, details={"line": 1, "columns": changes})


def _lacks_most(importer: Importer, header: frozenset[str]) -> bool:
    """Tell by plain names alone that a header is not this importer's, nor like it."""
    plain = _plain(importer.columns)
    return len(plain - header) > len(importer.columns) * (1 - _ALIKE) + 1e-9


@lru_cache(maxsize=512)
def _plain(columns: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name for name in columns if not any(mark in name for mark in "*?|["))


def _differences(importer: Importer, header: Sequence[str]) -> tuple[list[str], list[str]]:
    """Columns that are missing, and columns that the format has not."""
    missing = [name for name in importer.columns if not any(_same(name, cell) for cell in header)]
    known = (*importer.columns, *importer.optional)
    new = [cell for cell in header if cell and not any(_same(name, cell) for name in known)]
    return missing, new


def _same(name: str, cell: str) -> bool:
    return cell == name or any(fnmatchcase(cell, one) for one in name.split("|"))
