"""Check names of sources and sizes of files, as all imports of lists do."""

from __future__ import annotations

import re
from pathlib import Path

from premium.errors import InvalidInput

_SOURCE = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


def checked_source(source: str) -> str:
    """Return the name of a source; InvalidInput for another form."""
    if not _SOURCE.fullmatch(source):
        raise InvalidInput(f"{source[:40]!r} is no name for a list: small letters, digits, - and _, 32 at most")
    return source


def bounded(file: Path, most: int) -> bytes:
    """Return a file's bytes; InvalidInput for more than `most`."""
    size = file.stat().st_size
    if size > most:
        raise InvalidInput(f"{file.name} has {size} bytes, {most} at most")
    return file.read_bytes()
