"""The neutral JSON read row by row: a million transactions never stand in memory as dictionaries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from premium.errors import InvalidInput

_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
_SPACE = re.compile(r"[ \t\r\n]*")
_LIST = "transactions"


class Rows:
    """The rows of one document's list; each pass reads them anew from the text."""

    def __init__(self, text: str, start: int, source: str) -> None:
        self._text, self._start, self._source = text, start, source

    def __iter__(self) -> Iterator[Any]:
        for row, _ in _elements(self._text, self._start, self._source):
            yield row

    def end(self) -> int:
        """Index after the list's closing bracket."""
        end = self._start
        for _, end in _elements(self._text, self._start, self._source):  # noqa: B007 - only the last is wanted
            pass
        return _past(self._text, end, "]", self._source)

    def estimate(self) -> int:
        """About how many there are, for a progress bar."""
        return len(self._text) // 150


def document_of(text: str, source: str) -> dict[str, Any]:
    """Members of a document, `transactions` as `Rows`; a bare list is its transactions. InvalidInput for others."""
    at = _skip(text, 0)
    if text[at : at + 1] == "[":
        rows = Rows(text, at + 1, source)
        _nothing_after(text, _last(text, rows, "]"), source)
        return {_LIST: rows}
    if text[at : at + 1] != "{":
        raise _broken(text, at, source, "neither an object nor a list")
    return _members(text, at + 1, source)


def _members(text: str, at: int, source: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    at = _skip(text, at)
    while text[at : at + 1] != "}":
        name, at = _decode(text, at, source)
        at = _skip(text, _past(text, at, ":", source))
        if name == _LIST and text[at : at + 1] == "[":
            found[name] = Rows(text, at + 1, source)
            at = _last(text, found[name], "}")
        else:
            found[name], at = _decode(text, at, source)
        at = _skip(text, at)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at : at + 1] != "}":
            raise _broken(text, at, source, "expected , or }")
    _nothing_after(text, at + 1, source)
    return found


def _last(text: str, rows: Rows, closing: str) -> int:
    """Index after the rows. Where nothing but the document's end follows the last bracket, no row is read for that."""
    bracket = text.rfind("]")
    rest = text[bracket + 1 :].strip()
    if closing == "}" and rest == "}":
        return bracket + 1
    if closing == "]" and not rest:
        return bracket + 1
    return rows.end()


def _elements(text: str, at: int, source: str) -> Iterator[tuple[Any, int]]:
    at = _skip(text, at)
    if text[at : at + 1] == "]":
        return
    while True:
        value, at = _decode(text, at, source)
        yield value, at
        at = _skip(text, at)
        if text[at : at + 1] == "]":
            return
        at = _skip(text, _past(text, at, ",", source))


def _decode(text: str, at: int, source: str) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise _broken(text, error.pos, source, error.msg) from None
    except RecursionError:
        raise _broken(text, at, source, "nested too deeply") from None


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _past(text: str, at: int, character: str, source: str) -> int:
    at = _skip(text, at)
    if text[at : at + 1] != character:
        raise _broken(text, at, source, f"expected {character}")
    return at + 1


def _nothing_after(text: str, at: int, source: str) -> None:
    at = _skip(text, at)
    if at != len(text):
        raise _broken(text, at, source, "something follows the document")


def _broken(text: str, at: int, source: str, reason: str) -> InvalidInput:
    line = text.count("\n", 0, at) + 1
    return InvalidInput(f"{source} is not JSON: line {line}: {reason}", details={"line": line})


def count_of(document: Mapping[str, Any]) -> int:
    """About how many transactions a document has."""
    rows = rows_in(document)
    return rows.estimate() if isinstance(rows, Rows) else len(rows or ())


def rows_in(document: Mapping[str, Any]) -> Any:
    """A document's list of transactions, or None where it has none."""
    rows = document.get(_LIST)
    return rows if isinstance(rows, list | tuple | Rows) else None
