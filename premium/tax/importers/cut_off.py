"""Tell where a CSV was cut off, in a quote or its last cell."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence

from premium.errors import InvalidInput

_SHOWN = 40
ABOVE = 10_000
"""As many lines above the last tell what its column is like."""
_LONG = 8
"""Characters from which on cells of one length are hashes or times, not words."""
_SEVERAL = 3
"""Cells that make a habit: an empty one, or digits behind the mark, may be chance beside fewer."""
_PLACES = re.compile(r"-?\d+[.,](\d{2,})")
_NUMBER = re.compile(r"[-+\d.,]*")
WHOLE = "end the file with a line break if it is whole"


def refuse_open_quote(again: Callable[[], Iterable[str]], source: str, delimiter: str) -> None:
    """Raise InvalidInput where a quote never closes, and swallows the lines behind it.

    `again` returns the file's lines from the first on.
    """
    if sum(line.count('"') for line in again()) % 2 == 0:
        return
    reader = csv.reader(again(), delimiter=delimiter, strict=True)
    first = 1
    try:
        for _ in reader:
            first = reader.line_num + 1
    except csv.Error as error:
        if "unexpected end" in str(error):
            reason = "a quote opens in this line and never closes: the file breaks off, or the quote is one too many"
            raise InvalidInput(f"{source}, line {first}: {reason}", details={"line": first}) from None


def cut_off(before: Sequence[str], last: str) -> str | None:
    """Return why the last cell of a file may be cut off.

    None where nothing tells. The file has no line break at its end. `before` are the cells above it.
    """
    if len(before) < 2:
        return None
    if not last:
        return _habit(before, "it is empty, and no other of its column is", all(before))
    lengths = {len(cell) for cell in before if cell}
    if len(lengths) == 1 and len(last) < min(lengths) >= _LONG:
        return f"{last[:_SHOWN]!r} is shorter than all others of its column"
    places = {_places(cell) for cell in before}
    if len(places) == 1 and min(places) > max(_places(last), 0):
        return _habit(before, f"{last[:_SHOWN]!r} has fewer digits behind its mark than all others of its column", True)
    if last not in before and not _NUMBER.fullmatch(last):
        whole = next((cell for cell in before if cell.startswith(last)), None)
        if whole is not None:
            return f"{last[:_SHOWN]!r} is how {whole[:_SHOWN]!r} of its column begins"
    return None


def _habit(before: Sequence[str], text: str, holds: bool) -> str | None:
    return text if holds and len(before) >= _SEVERAL else None


def _places(cell: str) -> int:
    """Digits behind a decimal mark, two at least; else none."""
    found = _PLACES.fullmatch(cell)
    return len(found[1]) if found else 0
