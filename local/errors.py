"""Define the error of local commands: a problem and its remedy, one sentence each.

The user never sees a traceback for it.
"""

from __future__ import annotations

import errno
from urllib.error import URLError

import httpx
import psycopg
import redis
from botocore.exceptions import ConnectionError as Unreachable
from botocore.exceptions import HTTPClientError
from websockets.exceptions import WebSocketException

_FOLDER = {
    errno.ENOSPC: "The disk is full",
    errno.EDQUOT: "The disk's quota is used up",
    errno.EROFS: "The disk is read-only",
    errno.EACCES: "The folder belongs to somebody else",
    errno.EPERM: "The folder belongs to somebody else",
    errno.EEXIST: "A file stands where a folder is needed",
    errno.ENOTDIR: "A file stands where a folder is needed",
}
_NEIGHBOURS: tuple[tuple[str, tuple[type[Exception], ...]], ...] = (
    ("The AWS emulator does not answer", (HTTPClientError, Unreachable)),
    ("PostgreSQL does not answer", (psycopg.OperationalError,)),
    ("Redis does not answer", (redis.ConnectionError, redis.TimeoutError)),
    ("The stage does not answer", (httpx.TransportError, WebSocketException)),
    ("A process of the stage does not answer", (TimeoutError, ConnectionError, URLError)),
)


class LocalError(Exception):
    """An error whose text is shown to the user as it stands."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem} {remedy}")


def as_local_error(error: Exception) -> LocalError | None:
    """Return an error of the machine as a LocalError.

    None for a defect of our own, whose traceback is wanted.
    """
    for words, kinds in _NEIGHBOURS:
        if isinstance(error, kinds):
            said = (str(error).strip().splitlines() or [type(error).__name__])[0]
            return LocalError(f"{words} ({said}).", "See: make status, make logs; start what does not run: make up")
    if isinstance(error, OSError) and error.errno in _FOLDER:
        where = f": {error.filename}" if error.filename else ""
        return LocalError(
            f"{_FOLDER[error.errno]}{where}.",
            "Mend it, or put the state elsewhere: PREMIUM_STATE_DIR=/other/folder make up",
        )
    return None
