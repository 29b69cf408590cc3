"""Define the error of local commands: a problem and its remedy, one sentence each.

The user never sees a traceback for it.
"""

from __future__ import annotations

import errno

from botocore.exceptions import ConnectionError as Unreachable
from botocore.exceptions import HTTPClientError

_FOLDER = {
    errno.ENOSPC: "The disk is full",
    errno.EDQUOT: "The disk's quota is used up",
    errno.EROFS: "The disk is read-only",
    errno.EACCES: "The folder belongs to somebody else",
    errno.EPERM: "The folder belongs to somebody else",
    errno.EEXIST: "A file stands where a folder is needed",
    errno.ENOTDIR: "A file stands where a folder is needed",
}


class LocalError(Exception):
    """An error whose text is shown to the user as it stands."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem} {remedy}")


def explained(error: Exception) -> LocalError | None:
    """Return an error of the machine as a LocalError.

    None for a defect of our own, whose traceback is wanted.
    """
    if isinstance(error, HTTPClientError | Unreachable):
        return LocalError(f"The AWS emulator does not answer ({error}).", "See: make status; start it: make up")
    if isinstance(error, OSError) and error.errno in _FOLDER:
        where = f": {error.filename}" if error.filename else ""
        return LocalError(
            f"{_FOLDER[error.errno]}{where}.",
            "Mend it, or put the state elsewhere: PREMIUM_STATE_DIR=/other/folder make up",
        )
    return None
