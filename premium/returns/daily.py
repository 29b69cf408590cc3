"""Risk of one series of daily returns, by the standard library alone.

For who reads what is stored; `figures` has all figures of many series at once, by the same definitions.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

_A_YEAR = 365
_NO_SPREAD = 1e-12
"""A series whose range is below this is constant: nothing is divided by its spread."""


def volatility(returns: Sequence[float]) -> float | None:
    """Return the sample's deviation over a year; None of fewer than two."""
    if len(returns) < 2:
        return None
    return _finite(statistics.stdev(returns) * math.sqrt(_A_YEAR)) if _spreads(returns) else 0.0


def sharpe(returns: Sequence[float]) -> float | None:
    """Return the mean over the deviation, over a year; None without a spread."""
    if not _spreads(returns):
        return None
    return _finite(statistics.fmean(returns) / statistics.stdev(returns) * math.sqrt(_A_YEAR))


def sortino(returns: Sequence[float]) -> float | None:
    """Return the mean over the downside's deviation, over a year.

    None without a spread or a loss.
    """
    below = math.sqrt(math.fsum(min(each, 0.0) ** 2 for each in returns) / len(returns)) if returns else 0.0
    if not _spreads(returns) or not below:
        return None
    return _finite(statistics.fmean(returns) / below * math.sqrt(_A_YEAR))


def beta(returns: Sequence[float], benchmark: Sequence[float]) -> float | None:
    """Return how far the returns go with the benchmark's; None where either has no spread."""
    if not _spreads(returns) or not _spreads(benchmark):
        return None
    mine, other = statistics.fmean(returns), statistics.fmean(benchmark)
    together = math.fsum((a - mine) * (b - other) for a, b in zip(returns, benchmark, strict=True))
    return _finite(together / math.fsum((b - other) ** 2 for b in benchmark))


def alpha(returns: Sequence[float], benchmark: Sequence[float]) -> float | None:
    """Return the mean that the benchmark does not explain, over a year."""
    slope = beta(returns, benchmark)
    if slope is None:
        return None
    excess = 1 + statistics.fmean(returns) - slope * statistics.fmean(benchmark)
    return _finite(excess**_A_YEAR - 1) if excess >= 0 else None


def _spreads(values: Sequence[float]) -> bool:
    return len(values) > 1 and max(values) - min(values) >= _NO_SPREAD


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
