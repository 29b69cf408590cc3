"""Says of measured figures which of their values were rebuilt, and what was not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from premium.portfolio.valuation.performance import GapFigure, Performance

MOST = 100
"""Gaps of one answer."""


class Told(Protocol):
    """How a back-fill stands."""

    @property
    def until(self) -> datetime | None:
        """The time of the first snapshot."""
        ...

    @property
    def days(self) -> int:
        """Good days that were rebuilt."""
        ...

    @property
    def gaps(self) -> Any:
        """What was not, each with wallet, chain, asset, why, since."""
        ...


def with_rebuilt(figures: Performance, backfill: Told | None, since: datetime) -> Performance:
    """Return figures that say how far they rest on rebuilt days.

    And what was not rebuilt of the time from `since` on.
    """
    if backfill is None or backfill.until is None or backfill.until <= since:
        return figures
    until = backfill.until if figures.start < backfill.until else None
    gaps = [_gap(each, since, backfill.until) for each in backfill.gaps]
    named = tuple(gap for gap in gaps if gap.start < gap.end)[:MOST]
    return figures.model_copy(update={"rebuilt_until": until, "gaps": (*named, *figures.gaps)})


def _gap(told: Mapping[str, Any], since: datetime, until: datetime) -> GapFigure:
    start = max(since, datetime.fromisoformat(told["since"])) if told["since"] else since
    what = "/".join(part for part in (told["wallet"], told["chain"], told["asset"]) if part)
    return GapFigure(start=start, end=until, why="not_rebuilt", of=f"{what}: {told['why']}")
