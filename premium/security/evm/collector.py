"""Keep Python's collector of cycles from walking what an exploration holds."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_LOCK = Lock()
_HOLDING: list[bool] = []
"""One entry for each who holds it off: whether it ran before."""


@contextmanager
def held_off() -> Iterator[None]:
    """Hold the collector off while something bounded and free of cycles is built.

    An exploration makes tens of thousands of small objects that stay: each few hundred start a walk over all of them,
    and over whatever else the process holds. Threads may hold it off at once; the last one lets it go on.
    """
    with _LOCK:
        _HOLDING.append(gc.isenabled() if not _HOLDING else _HOLDING[0])
        gc.disable()
    try:
        yield
    finally:
        with _LOCK:
            ran = _HOLDING.pop()
            if ran and not _HOLDING:
                gc.enable()
