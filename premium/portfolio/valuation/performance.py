"""Measures how a portfolio did, by its values and its booked flows.

The figures are the shared ones of `premium.returns`.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from premium.money import EXACT, ZERO
from premium.portfolio.model import Worth, to_places
from premium.returns.drawdowns import depth
from premium.returns.linked import DayReturn, Flow, Linked, Value, annual, link
from premium.returns.rates import money_weighted

_A_DAY = 86_400
_MOST_DIGITS = 15
_DAYS_A_YEAR = 365


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GapFigure(_Figures):
    """A time that counts for no return."""

    start: datetime
    end: datetime
    why: str


class Performance(_Figures):
    """Figures over the snapshots of a period; None where they cannot be told."""

    start: datetime
    end: datetime
    start_value: Decimal
    end_value: Decimal
    net_flow: Decimal
    profit: Decimal
    roi: Decimal | None
    """Profit over the starting value and what was paid in."""
    time_weighted_return: Decimal | None
    money_weighted_return: Decimal | None
    """XIRR, a year; of several rates the one nearest 0."""
    unique: bool
    """Whether there is only one such rate."""
    apy: Decimal | None
    """The time-weighted return, as a year would compound it."""
    max_drawdown: Decimal
    """-1 to 0, of the linked daily returns, so that withdrawals are no losses."""
    volatility: Decimal | None
    """Standard deviation of the daily returns, scaled to a year."""
    income: Decimal
    """What grew without a transfer, as by rebases; part of the profit."""
    costs: Decimal
    """Gas and fees; the profit is after them."""
    unexplained: Decimal
    """What came or went by nothing that the chain says: neither profit nor deposit."""
    gaps: tuple[GapFigure, ...]


def measure(
    values: Sequence[Worth], flows: Sequence[tuple[datetime, Decimal]], sums: Mapping[str, Decimal]
) -> Performance | None:
    """Return the figures over values, oldest first; None where none of them is good.

    `flows` are dollars by the time at which they count; `sums` those of single kinds.
    """
    good = [Value(value.at, value.usd) for value in values if value.is_good]
    if not good:
        return None
    first, last = good[0], good[-1]
    inner = [Flow(at, usd) for at, usd in flows if first.at <= at < last.at]
    linked = link(good, inner, [value.at for value in values if not value.is_good])
    payments = [(first.at, -first.usd), *((flow.at, -flow.usd) for flow in inner), (last.at, last.usd)]
    rates = money_weighted(payments)
    return Performance(
        start=first.at,
        end=last.at,
        start_value=first.usd,
        end_value=last.usd,
        net_flow=linked.net_flows,
        profit=linked.profit,
        roi=_rounded(linked.roi),
        time_weighted_return=_rounded(linked.twr),
        money_weighted_return=_rounded(rates.nearest),
        unique=rates.unique,
        apy=_rounded(_annual(linked)),
        max_drawdown=_rounded(depth(linked.days)) or ZERO,
        volatility=_rounded(_volatility(linked.days)),
        income=sums.get("income", ZERO),
        costs=EXACT.minus(EXACT.add(sums.get("gas", ZERO), sums.get("fee", ZERO))),
        unexplained=sums.get("unexplained", ZERO),
        gaps=tuple(GapFigure(start=gap.start, end=gap.end, why=gap.why) for gap in linked.gaps),
    )


def _annual(linked: Linked) -> Decimal | None:
    """None under a day: an hour's luck compounded over a year is no figure."""
    return annual(linked) if linked.seconds >= _A_DAY else None


def _volatility(days: Sequence[DayReturn]) -> Decimal | None:
    """Of simple returns of days, sample; None for one day."""
    if len(days) < 2:
        return None
    deviation = statistics.stdev(float(day.value) for day in days) * math.sqrt(_DAYS_A_YEAR)
    return Decimal(repr(deviation)) if math.isfinite(deviation) else None


def _rounded(value: Decimal | None) -> Decimal | None:
    """A statistic to 8 places; None for what no reader could take."""
    if value is None or not value.is_finite() or value.adjusted() >= _MOST_DIGITS:
        return None
    return to_places(value)
