"""Call a function that must answer in time.

A store that hangs must not take its caller along.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# As many may hang at once; beyond them a call waits in vain for its turn, and is late all the same.
_THREADS = ThreadPoolExecutor(max_workers=8, thread_name_prefix="deadline")


def within(seconds: float, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what the function gives or raises.

    TimeoutError after `seconds`, while its thread goes on alone.
    """
    return _THREADS.submit(function, *args, **kwargs).result(timeout=seconds)
