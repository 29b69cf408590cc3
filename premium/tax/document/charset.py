"""Files in other encodings than UTF-8, written anew in it."""

from __future__ import annotations

import re
import tempfile
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE, getincrementaldecoder
from functools import partial
from typing import IO, NamedTuple

from premium.errors import InvalidInput

_PIECE = 1 << 20
_LOOKED_AT = 200
_SHOWN = 40
_ASCII = 0x80
_LONGEST = 1 << 25
_MARKS = (
    (BOM_UTF32_LE, "utf-32-le"),
    (BOM_UTF32_BE, "utf-32-be"),
    (BOM_UTF16_LE, "utf-16-le"),
    (BOM_UTF16_BE, "utf-16-be"),
)
"""A file's first bytes; those of UTF-32 begin as those of UTF-16 do, so they stand first."""


_NO_TEXTS = (
    (b"PK\x03\x04", "a workbook or a ZIP file, no CSV: save the sheet as CSV UTF-8, or unpack it"),
    (b"\x1f\x8b", "compressed (gzip): unpack it"),
    (b"%PDF", "a PDF, no CSV: export the transactions as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old workbook (.xls), no CSV: save the sheet as CSV UTF-8"),
)
_WESTERN = frozenset(
    b"\x80\x85\x8a\x8c\x8e\x91\x92\x93\x94\x96\x97\x99\x9a\x9c\x9e\x9f\xa0\xa1\xa3\xa5\xa7\xa9\xaa\xab\xae\xb0\xb4\xb7"
    b"\xba\xbb\xbf"
) | (frozenset(range(0xC0, 0x100)) - {0xD7, 0xF7})
"""What a text of Western Europe has in Windows-1252: letters, currency signs, quotes, dashes, blanks.

Others (thin fractions, signs of control) are a sign of another alphabet.
"""
_FOREIGN = re.compile(rb"[\x8a\x8c\x8e\x9a\x9c\x9e\x9f\xc0-\xff]{3}")
"""Accented letters in a row, as words of another alphabet are full of them."""
_WORD = re.compile(r"[^\s,;\t\"]*[^\x00-\x7f][^\s,;\t\"]*")
_CODE = "cp1252"


class Western(NamedTuple):
    """A Windows-1252 text written anew in UTF-8, and what is told of it."""

    file: IO[bytes]
    notice: str
    line: int


def as_western(file: IO[bytes], name: str) -> Western | None:
    """Return a file as the Windows-1252 that it is, or None.

    None where it may be another code. Old versions of Excel save so. Whatever numbers have of it (currency signs, hard
    blanks, quotes) reads alike in all codes of Western Europe: only names hang on it.
    """
    file.seek(0)
    word, at = "", 0
    for number, line in enumerate(iter(partial(file.readline, _LONGEST), b""), 1):
        if line.isascii():
            continue
        if _FOREIGN.search(line) or not _WESTERN.issuperset(byte for byte in line if byte >= _ASCII):
            return None
        if not word:
            found = _WORD.search(line.decode(_CODE))
            word, at = found[0] if found else "", number
    file.seek(0)
    text = f"not UTF-8: read as Windows-1252 (Western Europe), such as {word[:_SHOWN]!r}; if that is wrong, "
    return Western(_written_anew(file, _CODE, name), text + "save the file as UTF-8 (in Excel: CSV UTF-8)", at)


def as_utf8(file: IO[bytes], name: str) -> IO[bytes]:
    """Return the file, or one without a name that holds its text in UTF-8.

    UTF-16 and UTF-32 are told by their mark, UTF-16 without one (as some programs save 'Unicode text') by the zeros
    beside its letters. InvalidInput where the text breaks off.
    """
    first = file.read(_LOOKED_AT)
    file.seek(0)
    for mark, what in _NO_TEXTS:
        if first.startswith(mark):
            raise InvalidInput(f"{name} is {what}")
    found = next(((mark, code) for mark, code in _MARKS if first.startswith(mark)), None) or _by_zeros(first)
    if found is None:
        return file
    mark, code = found
    file.seek(len(mark))
    with file:
        return _written_anew(file, code, name)


def _by_zeros(first: bytes) -> tuple[bytes, str] | None:
    """Every second byte of letters is zero; no other text has one."""
    even, odd = first[0:_LOOKED_AT:2], first[1:_LOOKED_AT:2]
    if len(first) < len("id,"):
        return None
    for zeros, letters, code in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if 0 not in letters and zeros.count(0) * 2 > len(zeros):
            return b"", code
    return None


def _written_anew(file: IO[bytes], code: str, name: str) -> IO[bytes]:
    decoder = getincrementaldecoder(code)()
    made = tempfile.TemporaryFile()  # noqa: SIM115 - it stays open with its rows
    try:
        while piece := file.read(_PIECE):
            made.write(decoder.decode(piece).encode())
        made.write(decoder.decode(b"", final=True).encode())
    except UnicodeError:
        made.close()
        text = f"{name} begins as {code.upper()} and is not: save it as UTF-8 (in Excel: CSV UTF-8)"
        raise InvalidInput(text) from None
    made.flush()
    made.seek(0)
    return made
