"""Wait for what a busy machine takes long for, and say what was waited for.

A wait is given up when nothing moves any more: while there is progress it goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from local.errors import LocalError

QUIET = 120.0
"""Seconds without progress after which a wait is given up."""
MOST = 900.0
"""Seconds after which it is given up whatever moves."""
_LOOK = 1.0
"""Seconds between two looks at the progress, which may cost more than the condition."""
AGAIN = "On a busy machine run the same command again: it goes on where it stopped"


def wait_for(
    what: str,
    done: Callable[[], bool],
    *,
    remedy: str,
    progress: Callable[[], Any] = lambda: None,
    said: Callable[[], str] = lambda: "",
    quiet: float = QUIET,
    most: float = MOST,
    pause: float = 0.05,
) -> None:
    """Return once `done()` holds; it is asked every `pause` seconds.

    `progress()` gives a value that differs while something moves. LocalError names `what`, the seconds, the last thing
    `said()` and the remedy.
    """
    begun = moved = looked = time.monotonic()
    seen = progress()
    while not done():
        now = time.monotonic()
        if now - looked >= _LOOK:
            looked, found = now, progress()
            if found != seen:
                seen, moved = found, now
        if now - moved > quiet or now - begun > most:
            raise given_up(what, now - begun, said(), remedy)
        time.sleep(pause)


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Wait until a condition holds, and return whether it did in time.

    It is asked twenty times a second. For measuring: who needs the condition waits by progress.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def given_up(what: str, seconds: float, said: str, remedy: str) -> LocalError:
    """Return the error of a wait that was given up."""
    last = f" The last of it: {said.rstrip('.')}." if said else ""
    return LocalError(f"Waited {seconds:.0f} s in vain for {what}.{last}", f"{remedy}. {AGAIN}")
