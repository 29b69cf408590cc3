"""Which importer a CSV is for, by its header; a column that has changed is named, not guessed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from premium.errors import InvalidInput
from premium.tax.importers import binance, coinbase, cointracker, etherscan, gemini, koinly, kraken, own_csv, rotki
from premium.tax.importers.base import Importer, Line, table

IMPORTERS = (
    coinbase.IMPORTER,
    kraken.IMPORTER,
    binance.IMPORTER,
    gemini.IMPORTER,
    koinly.IMPORTER,
    cointracker.IMPORTER,
    rotki.IMPORTER,
    etherscan.NATIVE,
    etherscan.TOKENS,
)
_PREAMBLE = 20
"""Lines before a header that some exports have."""
_ALIKE = 0.7
"""A header with so much of a format's columns is taken for a changed version of it."""


def rows_of_csv(
    text: str, source: str, *, importer: str | None = None, currency: str = "USD"
) -> Iterable[dict[str, Any]]:
    """Neutral rows; InvalidInput when no importer knows the header, or names what has changed in it."""
    lines = list(table(text.splitlines()))
    if not lines:
        raise InvalidInput(f"{source} is empty")
    if importer is None and set(own_csv.REQUIRED) <= {cell.strip() for cell in lines[0]}:
        return own_csv.rows(text.splitlines())
    at, known = _find(lines, source, importer)
    header = [cell.strip() for cell in lines[at]]
    filled = [
        Line(number=number, cells=dict(zip(header, cells, strict=False)))
        for number, cells in enumerate(lines[at + 1 :], at + 2)
        if any(cell.strip() for cell in cells)
    ]
    return known.read(filled, currency)


def _find(lines: Sequence[Sequence[str]], source: str, wanted: str | None) -> tuple[int, Importer]:
    """Line of the header and the importer; the nearest one's differences when none fits."""
    candidates = [each for each in IMPORTERS if wanted in (None, each.name)]
    if not candidates:
        raise InvalidInput(f"unknown source {wanted!r}; known are {', '.join(each.name for each in IMPORTERS)}")
    nearest: tuple[float, int, Importer, list[str]] | None = None
    for at, cells in enumerate(lines[:_PREAMBLE]):
        header = [cell.strip().lstrip("\ufeff") for cell in cells]
        for each in candidates:
            missing, new = _differences(each, header)
            if not missing and not new:
                return at, each
            share = 1 - len(missing) / len(each.columns)
            if share >= _ALIKE and (nearest is None or share > nearest[0]):
                nearest = (share, at, each, [f"missing {name}" for name in missing] + [f"new {name}" for name in new])
    if nearest is None:
        raise InvalidInput(
            f"{source}: no importer knows this header; known are own CSV and {', '.join(e.name for e in IMPORTERS)}"
        )
    _, at, each, changes = nearest
    text = f"{source}, line {at + 1}: looks like {each.name}, but its columns have changed: {', '.join(changes)}"
    raise InvalidInput(text, details={"line": at + 1, "importer": each.name, "columns": changes})


def _differences(importer: Importer, header: Sequence[str]) -> tuple[list[str], list[str]]:
    """Columns that are missing, and columns that the format has not."""
    missing = [name for name in importer.columns if not any(_same(name, cell) for cell in header)]
    known = (*importer.columns, *importer.optional)
    new = [cell for cell in header if cell and not any(_same(name, cell) for name in known)]
    return missing, new


def _same(name: str, cell: str) -> bool:
    return cell.startswith(name[:-1]) if name.endswith("*") else cell == name
