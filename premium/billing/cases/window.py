"""Decide which arrivals a moving window lets pass.

In no closed span of the window's length do more than `limit` pass: one of exactly that long ago still counts. Nobody is
refused while fewer did. Refused arrivals count for nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from fractions import Fraction

ALGORITHM = "moving_window"


def allowed(arrivals_ms: Sequence[int], limit: int, window_ms: Fraction) -> list[bool]:
    """Return for each arrival whether it passes, decided in the order of time.

    Arrivals of one instant are decided in the order given; answers stand in that of the arrivals.
    """
    passed: deque[int] = deque()
    found = [False] * len(arrivals_ms)
    for index in sorted(range(len(arrivals_ms)), key=arrivals_ms.__getitem__):
        at = arrivals_ms[index]
        while passed and passed[0] < at - window_ms:
            passed.popleft()
        if len(passed) < limit:
            passed.append(at)
            found[index] = True
    return found
