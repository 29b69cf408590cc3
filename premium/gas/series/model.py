"""Values of series of base fees and of what is said about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
"""Quantiles of every forecast: the ends of its 95 and 80 percent bands, and its point."""
PROMISES = (0.90, 0.95, 0.99)
"""How often caps are promised to suffice."""
LAST_VALUE, MEAN_20, SEASONAL, AR1 = "last_value", "mean_of_last_20", "seasonal", "ar1"
BASELINES = (LAST_VALUE, MEAN_20, SEASONAL, AR1)
MODEL = "log_ridge"
EXACT = "exact"
"""The name of what serves where the header decides."""


class Observed(NamedTuple):
    """A block: seconds since 1970, and base fees in the series' unit.

    `following` is the next block's, where the header decides it.
    """

    at: int
    base_fee: float
    following: float | None = None


class Rules(NamedTuple):
    """How far a base fee can move from one block to the next."""

    up: float
    """A factor."""
    down: float
    """A factor."""
    grain: float = 0.0
    """The last digit that the series states, in its unit: outcomes are rounded to it."""


class Quantiles(NamedTuple):
    """A forecast in the series' unit, at LEVELS."""

    low95: float
    low80: float
    point: float
    high80: float
    high95: float


class Said(NamedTuple):
    """What was said of one horizon after a block.

    By each candidate, who of them serves, and the caps of PROMISES.
    """

    by: Mapping[str, Quantiles]
    serving: str
    caps: Sequence[float]

    @property
    def served(self) -> Quantiles:
        """The forecast that is shown."""
        return self.by[self.serving]
