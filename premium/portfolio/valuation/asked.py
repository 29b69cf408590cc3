"""What is asked of a portfolio's performance, and the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from premium.portfolio.valuation.performance import Performance

Scope = Literal["all", "wallet", "chain", "asset", "position"]


class Asked(NamedTuple):
    """What is to be measured."""

    window: str = "30d"
    since: datetime | None = None
    until: datetime | None = None
    """Without `since` and `until` the window counts, back from now."""
    scope: Scope = "all"
    part: str | None = None
    """Which wallet, chain, asset or position; None: all of them, and the whole."""
    benchmark: str | None = None
    """An asset's key."""
    basis: str = "fifo"


class Part(NamedTuple):
    """A part of a portfolio as it was measured."""

    key: str
    figures: Performance


class Measured(NamedTuple):
    """The answer to what was asked."""

    figures: Performance
    parts: Sequence[Part]
    left_out: int
    """Parts that are worth less than those told."""
    statistics: Mapping[str, Any] | None
    """All figures of the window's daily returns, as a worker computed them; None where there are none yet."""
    statistics_at: datetime | None
