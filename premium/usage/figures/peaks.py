"""Tell a day whose use is unlike the days before."""

from __future__ import annotations

from collections.abc import Sequence

TIMES = 5
LEAST_REQUESTS = 100
LEAST_DAYS = 7
MOST_DAYS = 30


def anomalous(today: int, before: Sequence[int]) -> bool:
    """Tell whether a day has at least five times the mean of those before.

    `before` are complete days and end with yesterday; its last 30 count, and there must be seven.
    Under 100 requests nothing is.
    """
    known = before[-MOST_DAYS:]
    return len(known) >= LEAST_DAYS and today >= LEAST_REQUESTS and today * len(known) >= TIMES * sum(known)
