"""Measures how a portfolio did between snapshots, by the shared figures of `premium.returns`.

Flows are read from the holdings: between two snapshots the gain is what the earlier amounts earned by the change
of their prices, and every other change of value is a deposit or a withdrawal at the later price. Swaps cancel out
but for their cost. A price that is missing for a while is that before until there is one again.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from pydantic import BaseModel, ConfigDict

from premium.money import EXACT, ZERO, divide, from_base_units
from premium.portfolio.model import Holding, Snapshot, to_places, total
from premium.returns.drawdowns import depth
from premium.returns.linked import DayReturn, Flow, Linked, Value, annual, link
from premium.returns.rates import money_weighted

_A_DAY = 86_400
_MOST_DIGITS = 15
_DAYS_A_YEAR = 365

Prices = Mapping[str, Decimal]
"""US dollars by asset key."""


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
    """XIRR, a year; of several rates the one nearest 0."""
    apy: Decimal | None
    """The time-weighted return, as a year would compound it."""
    max_drawdown: Decimal
    """-1 to 0, of the linked daily returns, so that withdrawals are no losses."""
    volatility: Decimal | None
    """Standard deviation of the daily returns, scaled to a year."""


def measure(snapshots: Sequence[Snapshot]) -> Performance:
    """Return the figures over snapshots, oldest first and at least one."""
    prices = _prices(snapshots)
    steps = [step(*pair, *known) for pair, known in zip(pairwise(snapshots), pairwise(prices), strict=True)]
    first, last = snapshots[0], snapshots[-1]
    flows = [Flow(part.end, part.flow) for part in steps]
    # A value at a flow's instant is the one just before it.
    values = [Value(part.end, EXACT.subtract(part.after, part.flow)) for part in steps]
    linked = link([Value(first.timestamp, first.total_value), *values], flows)
    profit = total(part.gain for part in steps)
    paid_in = total([first.total_value, *(max(part.flow, ZERO) for part in steps)])
    payments = [(first.timestamp, EXACT.minus(first.total_value)), *((at, EXACT.minus(usd)) for at, usd in flows)]
    return Performance(
        start=first.timestamp,
        end=last.timestamp,
        start_value=first.total_value,
        end_value=last.total_value,
        net_flow=total(part.flow for part in steps),
        profit=profit,
        roi=to_places(divide(profit, paid_in)) if paid_in else None,
        time_weighted_return=_rounded(linked.twr),
        money_weighted_return=_rounded(money_weighted([*payments, (last.timestamp, last.total_value)]).nearest),
        apy=_rounded(_annual(linked)),
        max_drawdown=_rounded(depth(linked.days)) or ZERO,
        volatility=_rounded(_volatility(linked.days)),
    )


def step(before: Snapshot, after: Snapshot, first: Prices | None = None, second: Prices | None = None) -> Step:
    """Return the step from one snapshot to the next.

    The prices are by default the good ones of both. A holding without one at both ends earns nothing in between; its
    value comes and goes as a flow.
    """
    opening, closing = (_good(s) if known is None else known for s, known in ((before, first), (after, second)))
    later = {holding.key: holding for holding in after.holdings}
    gain = total(_earned(holding, later.get(holding.key), opening, closing) for holding in before.holdings)
    values = [total(_worth(each, known) for each in s.holdings) for s, known in ((before, opening), (after, closing))]
    return Step(
        start=before.timestamp,
        end=after.timestamp,
        before=values[0],
        after=values[1],
        flow=EXACT.subtract(EXACT.subtract(values[1], values[0]), gain),
    )


def _good(snapshot: Snapshot) -> dict[str, Decimal]:
    """Return the prices that its total rests on."""
    return {
        holding.key: holding.quote.price.usd
        for holding in snapshot.holdings
        if holding.value is not None and holding.quote.price is not None
    }


def _prices(snapshots: Sequence[Snapshot]) -> list[dict[str, Decimal]]:
    """Return the prices of each snapshot; one that is missing between two good ones is the former.

    So a gap makes no flow: what the asset earned is earned when its price is known again.
    """
    found = [_good(snapshot) for snapshot in snapshots]
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, prices in enumerate(found):
        for key in prices:
            places[key].append(place)
    for key, known in places.items():
        for one, other in pairwise(known):
            found_before = found[one][key]
            for between in range(one + 1, other):
                found[between][key] = found_before
    return found


def _worth(holding: Holding, prices: Prices) -> Decimal | None:
    """Return US dollars to 8 places, as the holding's own value is."""
    price = prices.get(holding.key)
    if price is None or holding.decimals is None:
        return None
    return to_places(EXACT.multiply(holding.amount, price))


def _earned(before: Holding, after: Holding | None, opening: Prices, closing: Prices) -> Decimal | None:
    """Return what a holding earned by the change of its price.

    It counts on the amount that was there at both ends: what left in between left at the earlier price.
    """
    if after is None or _worth(before, opening) is None or _worth(after, closing) is None:
        return None
    units = min(sum(before.units.values()), sum(after.units.values()))
    rise = EXACT.subtract(closing[before.key], opening[before.key])
    return to_places(EXACT.multiply(from_base_units(units, before.decimals or 0), rise))


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
