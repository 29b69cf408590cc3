"""Files in other encodings than UTF-8, written anew in it."""

from __future__ import annotations

import tempfile
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE, getincrementaldecoder
from typing import IO

from premium.errors import InvalidInput

_PIECE = 1 << 20
_LOOKED_AT = 200
_MARKS = (
    (BOM_UTF32_LE, "utf-32-le"),
    (BOM_UTF32_BE, "utf-32-be"),
    (BOM_UTF16_LE, "utf-16-le"),
    (BOM_UTF16_BE, "utf-16-be"),
)
"""A file's first bytes; those of UTF-32 begin as those of UTF-16 do, so they stand first."""


def as_utf8(file: IO[bytes], name: str) -> IO[bytes]:
    """Return the file, or one without a name that holds its text in UTF-8.

    UTF-16 and UTF-32 are told by their mark, UTF-16 without one (as some programs save 'Unicode text') by the zeros
    beside its letters. InvalidInput where the text breaks off.
    """
    first = file.read(_LOOKED_AT)
    file.seek(0)
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
