"""Read the transactions of a neutral document row by row.

A million transactions never stand in memory as dictionaries, nor their text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from premium.tax.document.window import Text, Window
from premium.tax.neutral.rows import SHORT, Piece
from premium.tax.neutral.sources import FileRows, StreamedRows, source_of

_LIST = "transactions"
_ROW = 150
"""About as many bytes has a row."""


class Rows:
    """The rows of one document's list, read anew from the file in each pass.

    `closing` is what must stand between the list and the file's end; None where that has been seen to.
    """

    def __init__(self, text: Text, place: tuple[int, int], closing: str | None = None) -> None:
        self._text, self._place, self._closing = text, place, closing

    def __iter__(self) -> Iterator[Any]:
        return chain.from_iterable(self.pieces())

    def pieces(self) -> Iterator[Piece]:
        """Yield the rows as they were read, some hundred together."""
        window = Window(self._text, *self._place)
        yield from _elements(window)
        if self._closing is not None:
            for character in self._closing:
                window.past(character)
            _nothing_after(window)

    def estimate(self) -> int:
        """Return about how many rows there are, for a progress bar."""
        return self._text.size // _ROW


class Together:
    """The rows of several documents, one after the other."""

    def __init__(self, parts: Sequence[tuple[str, Any]]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[Any]:
        return chain.from_iterable(rows for _, rows in self._parts)

    def with_sources(self) -> Iterator[Any]:
        """Yield the rows of each document behind the Source that names it."""
        for name, rows in self._parts:
            yield source_of(rows, name)
            yield from rows.pieces() if isinstance(rows, Rows) else rows

    def estimate(self) -> int:
        """Return about how many rows there are in all."""
        return sum(_count(rows) for _, rows in self._parts)

    @property
    def by_time(self) -> bool:
        """Whether the rows are expected in the order of time.

        Not those of several files, nor of an exchange's.
        """
        rows = self._parts[0][1]
        exported = isinstance(rows, FileRows) or (isinstance(rows, StreamedRows) and rows.of_exchange)
        return len(self._parts) == 1 and not exported


def document_of(text: Text) -> dict[str, Any]:
    """Return a document's members, its `transactions` as `Rows`; InvalidInput for others.

    A bare list is its transactions.
    """
    window = Window(text, text.start)
    if window.peek() not in ("{", "["):
        raise window.broken("neither an object nor a list")
    if window.peek() == "{":
        window.past("{")
        return _members(text, window)
    window.past("[")
    rows = Rows(text, window.place(), "]")
    if not text.ends_in(b""):
        _pass_over(window)
        _nothing_after(window)
    return {_LIST: rows}


def _members(text: Text, window: Window) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while window.peek() != "}":
        if window.peek() != '"':
            raise window.broken("expected a member's name")
        name = window.value()
        if name in found:
            raise window.broken(f"the member {name[:SHORT]!r} is there twice")
        window.past(":")
        if name == _LIST and window.peek() == "[":
            window.past("[")
            place = window.place()
            if not text.followed and text.ends_in(b"}"):
                # The document seems to end behind this list: no row is read now to see that.
                found[name] = Rows(text, place, "]}")
                return found
            found[name] = Rows(text, place)
            _pass_over(window)
        else:
            window.peek()
            found[name] = window.value()
        if window.peek() == ",":
            window.past(",")
        elif window.peek() != "}":
            raise window.broken("expected , or }")
    window.past("}")
    _nothing_after(window)
    return found


def _elements(window: Window) -> Iterator[Piece]:
    if window.peek() == "]":
        return
    while True:
        yield Piece(window.values())
        if window.peek() == "]":
            return
        window.past(",")
        window.peek()


def _pass_over(window: Window) -> None:
    for _ in _elements(window):
        pass
    window.past("]")


def _nothing_after(window: Window) -> None:
    if window.peek():
        raise window.broken("something follows the document")


def count_of(document: Mapping[str, Any]) -> int:
    """Return about how many transactions a document has."""
    return _count(rows_in(document))


def _count(rows: Any) -> int:
    return rows.estimate() if isinstance(rows, Rows | Together | StreamedRows) else len(rows or ())


def rows_in(document: Mapping[str, Any]) -> Any:
    """Return a document's list of transactions, or None where it has none."""
    rows = document.get(_LIST)
    return rows if isinstance(rows, list | tuple | Rows | Together | StreamedRows) else None
