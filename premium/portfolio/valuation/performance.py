"""Measures how a portfolio did between snapshots; ratios are decimals, statistics floats.

Flows are read from the holdings: between two snapshots the gain is what the earlier amounts earned by the change
of their prices, and every other change of value is a deposit or a withdrawal at the later price. Swaps cancel out
but for their cost. Sources: GIPS (time-weighted return, chained over flows), ISO-style actual/365 for XIRR.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from pydantic import BaseModel, ConfigDict

from premium.money import EXACT, ZERO, divide, from_base_units
from premium.portfolio.model import Holding, Snapshot, to_places, total

_YEAR = 365 * 86_400
_PLACES = Decimal("1E-8")


class Step(BaseModel):
    """The time between two snapshots: value at both ends, and the flow in between.

    US dollars; a flow out is negative.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: datetime
    end: datetime
    before: Decimal
    after: Decimal
    flow: Decimal

    @property
    def gain(self) -> Decimal:
        """What the amounts at the start earned by the change of their prices."""
        return EXACT.subtract(EXACT.subtract(self.after, self.before), self.flow)


class Performance(BaseModel):
    """Figures over the snapshots of a period; None where they cannot be told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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
    """XIRR, a year."""
    apy: Decimal | None
    """The time-weighted return, as a year would compound it."""
    max_drawdown: Decimal
    """0 to 1, of the time-weighted value, so that withdrawals are no losses."""
    volatility: Decimal | None
    """Standard deviation of the returns, scaled to a year."""


def measure(snapshots: Sequence[Snapshot]) -> Performance:
    """Return the figures over snapshots, oldest first and at least one."""
    steps = [step(before, after) for before, after in pairwise(snapshots)]
    first, last = snapshots[0], snapshots[-1]
    profit = total(part.gain for part in steps)
    paid_in = total([first.total_value, *(max(part.flow, ZERO) for part in steps)])
    growth = [factor for part in steps if (factor := _growth(part)) is not None]
    twr = math.prod(growth) - 1 if growth else None
    seconds = (last.timestamp - first.timestamp).total_seconds()
    return Performance(
        start=first.timestamp,
        end=last.timestamp,
        start_value=first.total_value,
        end_value=last.total_value,
        net_flow=total(part.flow for part in steps),
        profit=profit,
        roi=to_places(divide(profit, paid_in)) if paid_in else None,
        time_weighted_return=_rounded(twr),
        money_weighted_return=_rounded(xirr(cash_flows(steps))),
        apy=_rounded(_annual(twr, seconds)),
        max_drawdown=_rounded(drawdown(growth)) or ZERO,
        volatility=_rounded(_volatility(steps, growth)),
    )


def step(before: Snapshot, after: Snapshot) -> Step:
    """Return the step from one snapshot to the next.

    A holding without a good price at both ends earns nothing in between; its value comes and goes as a flow.
    """
    later = {holding.key: holding for holding in after.holdings}
    gain = total(_earned(holding, later.get(holding.key)) for holding in before.holdings)
    change = EXACT.subtract(after.total_value, before.total_value)
    return Step(
        start=before.timestamp,
        end=after.timestamp,
        before=before.total_value,
        after=after.total_value,
        flow=EXACT.subtract(change, gain),
    )


def _earned(before: Holding, after: Holding | None) -> Decimal | None:
    """Return what a holding earned by the change of its price.

    It counts on the amount that was there at both ends: what left in between left at the earlier price.
    """
    if after is None or before.value is None or after.value is None or not before.quote.price or not after.quote.price:
        return None
    units = min(sum(before.units.values()), sum(after.units.values()))
    rise = EXACT.subtract(after.quote.price.usd, before.quote.price.usd)
    return to_places(EXACT.multiply(from_base_units(units, before.decimals or 0), rise))


def _growth(part: Step) -> float | None:
    """Flows count at the end of their interval; None where nothing was there to grow."""
    return 1 + float(divide(part.gain, part.before)) if part.before > 0 else None


def cash_flows(steps: Sequence[Step]) -> list[tuple[datetime, float]]:
    """Return payments as the investor sees them: paid in is negative, the final value positive."""
    if not steps:
        return []
    flows = [(steps[0].start, -float(steps[0].before))]
    flows += [(part.end, -float(part.flow)) for part in steps if part.flow]
    return [*flows, (steps[-1].end, float(steps[-1].after))]


def xirr(flows: Sequence[tuple[datetime, float]]) -> float | None:
    """Return the yearly rate at which the flows' present value is zero.

    By bisection; None where no rate in (-1, 1e6) is, or nothing was paid in or is there at the end: any rate would do.
    """
    if len(flows) < 2 or flows[0][0] == flows[-1][0]:
        return None
    if not any(amount < 0 for _, amount in flows) or not any(amount > 0 for _, amount in flows):
        return None
    years = [((at - flows[0][0]).total_seconds() / _YEAR, amount) for at, amount in flows]

    def present(log_rate: float) -> float:
        return sum(amount * math.exp(-log_rate * year) for year, amount in years)

    low, high = math.log(1e-9), math.log(1e6)
    try:
        if present(low) * present(high) > 0:
            return None
    except OverflowError:
        return None
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if present(low) * present(middle) > 0 else (low, middle)
    return math.expm1((low + high) / 2)


def drawdown(growth: Sequence[float]) -> float:
    """Return the largest fall from a high, as a fraction of that high."""
    level = peak = 1.0
    worst = 0.0
    for factor in growth:
        level *= factor
        peak = max(peak, level)
        worst = max(worst, 1 - level / peak)
    return worst


def _annual(growth: float | None, seconds: float) -> float | None:
    """None under a day: an hour's luck compounded over a year is no figure."""
    if growth is None or seconds < 86_400 or growth <= -1:
        return None
    exponent = math.log1p(growth) * _YEAR / seconds
    return math.expm1(exponent) if exponent < 100 else None


def _volatility(steps: Sequence[Step], growth: Sequence[float]) -> float | None:
    if len(growth) < 2 or any(factor <= 0 for factor in growth):
        return None
    returns = [math.log(factor) for factor in growth]
    mean = sum(returns) / len(returns)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in returns) / (len(returns) - 1))
    seconds = (steps[-1].end - steps[0].start).total_seconds() / len(steps)
    return deviation * math.sqrt(_YEAR / seconds) if seconds > 0 else None


def _rounded(value: float | None) -> Decimal | None:
    """A statistic to 8 places; its float has no more to say."""
    if value is None or not math.isfinite(value):
        return None
    return Decimal(repr(value)).quantize(_PLACES) if abs(value) < 1e15 else None
