"""Read a JSON text in pieces through a window that moves over it.

Its size is no matter for memory.
"""

from __future__ import annotations

import json
import os
import re
from codecs import getincrementaldecoder
from collections import Counter
from typing import IO, Any

from premium.errors import InvalidInput
from premium.tax.neutral.rows import SHORT, Flawed, shown

PIECE = 1 << 16
"""Bytes that are looked at together: some hundred rows."""
_MARK = b"\xef\xbb\xbf"
_Pairs = list[tuple[str, Any]]


def _once(pairs: _Pairs) -> dict[str, Any] | Flawed:
    """An object whose names are there once; else what says which is not."""
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
    return Flawed(shown(twice, SHORT), "is there twice")


_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
_CAREFUL = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_once)
"""Sees a name that an object has twice; it takes half as long again, so it reads only where there may be one."""
_SPACE = re.compile(r"[ \t\r\n]*")
_FOLLOWED = re.compile(rb"\]\s*(?:,|\Z)")
_UTF8 = getincrementaldecoder("utf-8")
LONGEST = 1 << 25
"""Characters that a row, or a member beside the rows, may have: it is held whole."""
_LONGEST_WORD = 16
"""A broken value this near to the window's end may only be cut off there."""


class NotUtf8(InvalidInput):
    """A text in another encoding."""


class Text:
    """The UTF-8 text of an open file; InvalidInput where it is none.

    `name` is what messages call it.
    """

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file = file
        self.name = name
        self.start = len(_MARK) if self.read(0, len(_MARK)) == _MARK else 0
        self.size = os.fstat(file.fileno()).st_size
        self.first = ""
        """The first character that is no space."""
        self.followed = False
        """Whether something may follow a list within: where not, nothing does."""
        self._look_through()

    def read(self, at: int, size: int) -> bytes:
        """Read bytes by their offset: passes do not disturb each other."""
        return os.pread(self._file.fileno(), size, at)

    def fileno(self) -> int:
        """Return the open file, for others who read it by offset."""
        return self._file.fileno()

    def whole(self) -> str:
        """Return the whole text."""
        return self.read(self.start, self.size).decode()

    def ends_in(self, closing: bytes) -> bool:
        """Whether nothing but `closing` stands after the last list."""
        _, bracket, rest = self.read(max(self.start, self.size - PIECE), PIECE).rpartition(b"]")
        return bool(bracket) and rest.strip() == closing

    def _look_through(self) -> None:
        decoder, at, piece = _UTF8(), self.start, b"-"
        while piece:
            piece = self.read(at, 16 * PIECE)
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                where = at - self.start - pending + error.start
                advice = "save it as UTF-8 (in Excel: CSV UTF-8)"
                raise NotUtf8(f"{self.name} is neither JSON nor UTF-8 text (byte {where}): {advice}") from None
            self.first = self.first or text.lstrip()[:1]
            self.followed = self.followed or _FOLLOWED.search(piece) is not None
            at += len(piece)


class Window:
    """Reads JSON values from an offset on.

    Numbers keep their digits as texts: no float is ever made.
    """

    def __init__(self, text: Text, start: int, line: int = 1) -> None:
        self._text, self._next, self._line = text, start, line
        self._decoder = _UTF8()
        self._seen, self._at = "", 0
        self._singly = False
        self._json = _DECODER

    def place(self) -> tuple[int, int]:
        """Return offset and line of what comes next."""
        behind = len(self._decoder.getstate()[0]) + len(self._seen[self._at :].encode())
        return self._next - behind, self._line_at(self._at)

    def peek(self) -> str:
        """Return the next character after any space; empty at the end."""
        while True:
            found = _SPACE.match(self._seen, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._seen) or not self._more():
                return self._seen[self._at : self._at + 1]

    def past(self, character: str) -> None:
        """Move past a character; InvalidInput where another one stands."""
        if self.peek() != character:
            raise self.broken(f"expected {character}")
        self._at += 1

    def value(self) -> Any:
        """Return the value that comes next."""
        while True:
            try:
                value, end = self._json.raw_decode(self._seen, self._at)
            except json.JSONDecodeError as error:
                if not (self._may_be_cut(error) and self._more()):
                    raise self.broken(error.msg, error.pos) from None
            except RecursionError:
                raise self.broken("nested too deeply") from None
            else:
                if self._may_repeat([value], end):
                    continue
                # At the window's end a number may go on behind it; `e-` is the longest that it may break off with.
                if len(self._seen) - end > len("e-") or not self._more():
                    self._at = end
                    return value

    def values(self) -> list[Any]:
        """Return the next values of a list, as many as can be read at once.

        Commas between them; at least one.
        """
        end = self._seen.rfind("}", self._at) + 1
        if end and not self._singly:
            try:
                found: list[Any] = self._json.decode(f"[{self._seen[self._at : end]}]")
                if self._may_repeat(found, end):
                    found = self._json.decode(f"[{self._seen[self._at : end]}]")
            except (json.JSONDecodeError, RecursionError):
                # Cut within a value, or broken: one by one up to the next piece.
                self._singly = True
            else:
                self._at = end
                return found
        return [self.value()]

    def broken(self, reason: str, at: int | None = None) -> InvalidInput:
        """Return the error that names the line and the reason."""
        line = self._line_at(self._at if at is None else at)
        return InvalidInput(f"{self._text.name} is not JSON: line {line}: {reason}", details={"line": line})

    def _line_at(self, at: int) -> int:
        return self._line + self._seen.count("\n", 0, at)

    def _may_repeat(self, found: list[Any], end: int) -> bool:
        """Whether there are more names than the objects have; then, and from then on, all is read carefully."""
        if self._json is _CAREFUL:
            return False
        names = sum(len(value) for value in found if type(value) is dict)
        if self._seen.count('":', self._at, end) != names:
            self._json = _CAREFUL
        return self._json is _CAREFUL

    def _may_be_cut(self, error: json.JSONDecodeError) -> bool:
        return error.pos > len(self._seen) - _LONGEST_WORD or error.msg.startswith("Unterminated string")

    def _more(self) -> bool:
        """Move on to what has not been read yet, with more behind it: twice as much for a value that is longer."""
        left = self._seen[self._at :]
        if len(left) > LONGEST:
            raise self.broken(f"a value of more than {LONGEST >> 20} MiB")
        piece = self._text.read(self._next, max(PIECE, len(left)))
        if not piece:
            return False
        self._line = self._line_at(self._at)
        self._next += len(piece)
        self._seen, self._at = left + self._decoder.decode(piece), 0
        self._singly = False
        return True
