"""Call a function with a deadline.

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
    """Return the function's result, or raise TimeoutError after `seconds`.

    Its errors are raised, too. After the deadline its thread goes on alone.
    """
    return _THREADS.submit(function, *args, **kwargs).result(timeout=seconds)
