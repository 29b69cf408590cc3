"""Measures how a portfolio, or a part of it, did, by values and flows.

The figures are the shared ones of `premium.returns`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from premium.money import EXACT, ZERO
from premium.portfolio.flow_model import MEASURED
from premium.portfolio.model import Worth, to_places, total
from premium.returns import daily
from premium.returns.drawdowns import depth
from premium.returns.linked import Flow, Linked, Value, annual, link
from premium.returns.rates import money_weighted

_MOST_DIGITS = 15
_A_YEAR_FROM = timedelta(days=30) - timedelta(hours=1)
"""A year's figures are told from here on; the hour is left to the window's first snapshot."""
_TOO_SHORT = "a year's figure is told from 30 days on"
_NO_BASE = "nothing was there that could earn"
_NO_SPREAD = "the daily returns have no spread, or no loss"
_UNCOUNTED = "the lots are being counted: it follows in a moment"
_NO_BENCHMARK = "there is no price of the benchmark for each of the days"


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GapFigure(_Figures):
    """A time that counts for no return."""

    start: datetime
    end: datetime
    why: str
    of: str | None = None
    """What is not rebuilt: wallet/chain, or wallet/chain/asset, and the reason."""


class Profits(_Figures):
    """What the profit consists of: realised + unrealised + income - costs."""

    realised: Decimal | None
    """Of what was given away, by lots; None while that is being counted."""
    unrealised: Decimal | None
    income: Decimal
    """What grew without a transfer, as by rebases."""
    costs: Decimal
    """Gas and fees."""


class Against(_Figures):
    """A benchmark over the same days."""

    asset: str
    total_return: Decimal | None
    alpha: Decimal | None
    beta: Decimal | None


class Performance(_Figures):
    """Figures over the values of a time.

    None where they cannot be told, with the reason in `why`.
    """

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
    sharpe: Decimal | None
    sortino: Decimal | None
    income: Decimal
    costs: Decimal
    unexplained: Decimal
    """What came or went by nothing that the chain says: neither profit nor deposit."""
    pnl: Profits
    method: Literal["exact", "linked_dietz"]
    """Exact: every flow has a value at its instant."""
    days: Decimal
    values: int
    """How many good values there are."""
    doubtful: int
    """How many others: a price was missing."""
    flows: Mapping[str, Decimal]
    """US dollars by kind."""
    benchmark: Against | None
    gaps: tuple[GapFigure, ...]
    why: Mapping[str, str]
    rebuilt_until: datetime | None = None
    """Values up to then were rebuilt; None where all were read."""


def measure(
    values: Sequence[Worth],
    flows: Sequence[tuple[datetime, Decimal]],
    sums: Mapping[str, Decimal],
    *,
    realised: Decimal | None = ZERO,
    benchmark: tuple[str, Mapping[date, Decimal]] | None = None,
) -> Performance | None:
    """Return the figures over values, oldest first; None where none of them is good.

    `flows` are dollars by the time at which they count; `sums` those of single kinds; `benchmark` an asset with its
    price at each day's end.
    """
    good = [Value(value.at, value.usd) for value in values if value.is_good]
    if not good:
        return None
    first, last = good[0], good[-1]
    inner = [Flow(at, usd) for at, usd in flows if first.at <= at < last.at]
    linked = link(good, inner, [value.at for value in values if not value.is_good])
    rates = money_weighted([(first.at, -first.usd), *((flow.at, -flow.usd) for flow in inner), (last.at, last.usd)])
    returns = [float(day.value) for day in linked.days]
    income, costs = sums.get("income", ZERO), EXACT.minus(total([sums.get("gas"), sums.get("fee")]))
    yearly: dict[str, Decimal | None] = {
        "money_weighted_return": _rounded(rates.nearest),
        "apy": _rounded(annual(linked)),
        "volatility": _of_float(daily.volatility(returns)),
        "sharpe": _of_float(daily.sharpe(returns)),
        "sortino": _of_float(daily.sortino(returns)),
    }
    why = _whys(yearly, linked, rates.why)
    if realised is None:
        why |= dict.fromkeys(("realised", "unrealised"), _UNCOUNTED)
    against = None if benchmark is None else _against(*benchmark, linked, returns)
    if against is not None and against.total_return is None:
        why["benchmark"] = _NO_BENCHMARK
    return Performance(
        **{name: None if name in why else value for name, value in yearly.items()},
        start=first.at,
        end=last.at,
        start_value=first.usd,
        end_value=last.usd,
        net_flow=linked.net_flows,
        profit=linked.profit,
        roi=_rounded(linked.roi),
        time_weighted_return=_rounded(linked.twr),
        unique=rates.unique,
        max_drawdown=_rounded(depth(linked.days)) or ZERO,
        income=income,
        costs=costs,
        unexplained=sums.get("unexplained", ZERO),
        pnl=_profits(linked.profit, realised, income, costs),
        method="exact" if linked.is_exact else "linked_dietz",
        days=to_places(linked.seconds / 86_400),
        values=len(good),
        doubtful=len(values) - len(good),
        flows={kind: usd for kind, usd in sorted(sums.items()) if usd},
        benchmark=against,
        gaps=tuple(GapFigure(start=gap.start, end=gap.end, why=gap.why) for gap in linked.gaps),
        why=why,
    )


def with_instants(values: Sequence[Worth], known: Sequence[tuple[datetime, Decimal]]) -> list[Worth]:
    """Return values, and those just before flows between them, oldest first."""
    if not values:
        return []
    first, last, there = values[0].at, values[-1].at, {value.at for value in values}
    more = [Worth(at=at, usd=usd, is_good=True) for at, usd in known if first < at < last and at not in there]
    return sorted([*values, *more], key=lambda value: value.at)


def disturbed(
    values: Sequence[Worth], at: Sequence[datetime]
) -> tuple[list[tuple[datetime, Decimal]], list[GapFigure]]:
    """Return flows that leave out what changed a position itself, and gaps.

    These are the intervals in which it was changed.

    What came to it and what left it is not known apart from what it earned: such an interval earns nothing.
    """
    flows, gaps = list[tuple[datetime, Decimal]](), list[GapFigure]()
    for before, after in pairwise([value for value in values if value.is_good]):
        is_changed = any(before.at < each <= after.at for each in at) or not before.usd or not after.usd
        usd = EXACT.subtract(after.usd, before.usd)
        if is_changed and usd:
            flows.append((before.at, usd))
            gaps.append(GapFigure(start=before.at, end=after.at, why="resized"))
    return flows, gaps


def _profits(profit: Decimal, realised: Decimal | None, income: Decimal, costs: Decimal) -> Profits:
    """Return what the profit consists of; what was not realised is the rest."""
    rest = None if realised is None else EXACT.add(EXACT.subtract(profit, total([realised, income])), costs)
    return Profits(realised=realised, unrealised=rest, income=income, costs=costs)


def _whys(yearly: Mapping[str, Any], linked: Linked, no_rate: str | None) -> dict[str, str]:
    """Say why a figure is not told."""
    if linked.twr is None:
        found = dict.fromkeys((*yearly, "time_weighted_return"), _NO_BASE)
        return found | ({"roi": _NO_BASE} if linked.roi is None else {})
    if linked.end.at - linked.start.at < _A_YEAR_FROM:
        return dict.fromkeys(yearly, _TOO_SHORT)
    reasons = {"money_weighted_return": no_rate or "it is too large to be told", "apy": "it is too large to be told"}
    return {name: reasons.get(name, _NO_SPREAD) for name, value in yearly.items() if value is None}


def _against(asset: str, prices: Mapping[date, Decimal], linked: Linked, returns: Sequence[float]) -> Against:
    days = [day.day for day in linked.days]
    opens = min([linked.start.at.date(), *(day - timedelta(days=1) for day in days[:1])])
    closes = [prices.get(day) for day in (opens, *days)]
    known = [close for close in closes if close]
    if len(known) < len(closes) or len(known) < 2:
        return Against(asset=asset, total_return=None, alpha=None, beta=None)
    theirs = [float(after / before - 1) for before, after in pairwise(known)]
    long = linked.end.at - linked.start.at >= _A_YEAR_FROM
    return Against(
        asset=asset,
        total_return=_rounded(known[-1] / known[0] - 1),
        alpha=_of_float(daily.alpha(returns, theirs)) if long else None,
        beta=_of_float(daily.beta(returns, theirs)),
    )


def measured_kinds(scope: str) -> frozenset[str]:
    """Return the kinds that are flows to a part: between the user's own parts, too."""
    if scope == "all":
        return MEASURED
    return MEASURED | ({"own", "exchange"} if scope == "asset" else {"own"})


def _of_float(value: float | None) -> Decimal | None:
    return None if value is None else _rounded(Decimal(repr(value)))


def _rounded(value: Decimal | None) -> Decimal | None:
    """A statistic to 8 places; None for what no reader could take."""
    if value is None or not value.is_finite() or value.adjusted() >= _MOST_DIGITS:
        return None
    return to_places(value)
