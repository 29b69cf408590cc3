"""Answer the kinds of case of `premium portfolio performance`.

Form: formats of portfolio and of yield. Amounts and ratios come back as decimal strings, statistics as numbers.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np

from premium.cases import Case, CaseError, Kind, digits
from premium.money import EXACT, plain
from premium.returns import lots
from premium.returns.asked import Asked, CostBasis, PriceRow, ReturnSeries, Twr, ValueSeries, Xirr
from premium.returns.drawdowns import Drawdown, deepest
from premium.returns.errors import Unanswerable
from premium.returns.figures import figures
from premium.returns.linked import Flow, Linked, Value, annual, link
from premium.returns.rates import Rates, money_weighted

_INTERVALS = {"sharpe_interval": ("sharpe_low", "sharpe_high"), "win_rate_interval": ("win_rate_low", "win_rate_high")}
_COUNTS = ("consecutive_wins", "consecutive_losses")
_WITH_BENCHMARK = ("alpha", "beta")


def _statistics(returns: Sequence[Decimal], asked: Asked, benchmark: Sequence[float] | None) -> dict[str, Any]:
    """Return the figures of one series, JSON numbers; undefined ones are None and named."""
    row = np.array([[float(value) for value in returns]])
    against = None if benchmark is None else np.array(benchmark)
    found: dict[str, Any] = {name: _number(values[0]) for name, values in figures(row, asked.terms(), against).items()}
    for name in _COUNTS:
        found[name] = int(found[name] or 0)
    for name, (low, high) in _INTERVALS.items():
        ends = [found.pop(low), found.pop(high)]
        found[name] = None if None in ends else ends
    if benchmark is None:
        for name in _WITH_BENCHMARK:
            del found[name]
    if asked.trials is None or asked.trials_variance is None:
        del found["deflated_sharpe"]
    return {"n": len(returns)} | found


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


_MAY_BE_NONE = frozenset(Drawdown._fields)
"""Where nothing fell, or the high was not reached again."""


def _with_undefined(answer: dict[str, Any]) -> dict[str, Any]:
    undefined = [name for name, value in answer.items() if value is None and name not in _MAY_BE_NONE]
    return answer | {"undefined": undefined}


def _return_series(case: ReturnSeries) -> Mapping[str, Any]:
    benchmark = None if case.benchmark_returns is None else [float(value) for value in case.benchmark_returns]
    return _with_undefined(_statistics(case.daily_returns, case, benchmark))


def _twr(case: Twr) -> Mapping[str, Any]:
    """Days of one length: the first value is of the first day's beginning, a flow of its day's end."""
    for number, day in enumerate(case.days):
        if EXACT.add(day.value_before_flow, day.flow) != day.value_after_flow:
            raise CaseError("flow_not_closed", f"days.{number}: value_before_flow + flow is not value_after_flow")
    ends = [datetime.fromordinal(2 + number).replace(tzinfo=UTC) for number in range(len(case.days))]
    values = [Value(datetime.fromordinal(1).replace(tzinfo=UTC), case.start_value)]
    values += [Value(end, day.value_before_flow) for end, day in zip(ends, case.days, strict=True)]
    flows = [Flow(end, day.flow) for end, day in zip(ends, case.days, strict=True)]
    # The last day's flow comes after the last value: it moves no return, and is part of what is there at the end.
    linked = link(values, flows[:-1])
    net_flows = EXACT.add(linked.net_flows, flows[-1].usd)
    answer = {"twr": digits(linked.twr), "modified_dietz": digits(linked.modified_dietz),
              "profit": plain(linked.profit), "net_flows": plain(net_flows)}  # fmt: skip
    gaps = [{"day": gap.end.toordinal() - 2, "why": gap.why} for gap in linked.gaps]
    return _with_undefined(answer) | ({"gaps": gaps} if gaps else {})


def _cost_basis(case: CostBasis) -> Mapping[str, Any]:
    trades = [lots.Trade(row.date, row.side, row.quantity, row.price_usd) for row in case.trades]
    return {method: _profit(lots.profit(trades, method)) for method in lots.METHODS}


def _profit(found: lots.Profit) -> dict[str, Any]:
    return {
        "realised_pnl": digits(lots.decimal(found.realised)),
        "per_sale": [digits(lots.decimal(sale)) for sale in found.per_sale],
        "remaining_quantity": digits(lots.decimal(found.remaining_quantity)),
        "remaining_cost": digits(lots.decimal(found.remaining_cost)),
    }


def _xirr(case: Xirr) -> Mapping[str, Any]:
    return _with_undefined(_rates(money_weighted(case.flows)))


def _rates(rates: Rates) -> dict[str, Any]:
    answer: dict[str, Any] = {"xirr": digits(rates.nearest), "unique": rates.unique,
                              "roots": [digits(root) for root in rates.roots]}  # fmt: skip
    why = {"xirr": rates.why} if rates.why else {}
    why |= {} if rates.is_all else {"unique": "the signs change too often to be sure that no other rate is there"}
    return answer | ({"why": why} if why else {})


def _value_series(case: ValueSeries) -> Mapping[str, Any]:
    rows = [row for row in case.values if _within(row.at, case)]
    good = [Value(row.at, row.value) for row in rows if row.good]
    if not good:
        raise CaseError("no_value", "there is no good value within the time asked for")
    flows = _flows_within(case, good)
    linked = link(good, flows, [row.at for row in rows if not row.good])
    answer = _amounts(linked)
    rates = _money_weighted(linked, flows)
    days = linked.days
    if days:
        answer |= _statistics([day.value for day in days], case, _benchmark(case.benchmark, linked))
        answer |= deepest(days, linked.start.at.date())._asdict()
    else:
        answer |= dict.fromkeys(("total_return", "annual_return", "max_drawdown"))
    answer |= _rates(rates)
    answer["daily_returns"] = [{"day": day.day, "return": digits(day.value)} for day in days]
    gaps = [{"from": gap.start, "to": gap.end, "why": gap.why} for gap in linked.gaps]
    answer = _with_undefined(answer) | {"gaps": gaps, "method": "exact" if linked.is_exact else "linked_dietz"}
    return {name: _dated(value) for name, value in answer.items()}


def _amounts(linked: Linked) -> dict[str, Any]:
    return {
        "start_value": plain(linked.start.usd),
        "end_value": plain(linked.end.usd),
        "net_flows": plain(linked.net_flows),
        "profit": plain(linked.profit),
        "roi": digits(linked.roi),
        "twr": digits(linked.twr),
        "modified_dietz": digits(linked.modified_dietz),
        "apy": digits(annual(linked)),
        "days": digits(linked.seconds / 86_400),
    }


def _within(at: datetime, case: ValueSeries) -> bool:
    return (case.start is None or at >= case.start) and (case.end is None or at <= case.end)


def _flows_within(case: ValueSeries, good: Sequence[Value]) -> list[Flow]:
    """Flows of the time asked for; before its first value only where the account held nothing yet."""
    first = min(value.at for value in good)
    held = any(row.at < first for row in case.values)
    return [Flow(row.at, row.amount) for row in case.flows if _within(row.at, case) and (row.at >= first or not held)]


def _money_weighted(linked: Linked, flows: Sequence[Flow]) -> Rates:
    """What was there at the start counts as paid in, what is there at the end as paid out."""
    start, end = linked.start, linked.end
    inner = [flow for flow in flows if start.at <= flow.at < end.at]
    payments = [(start.at, -start.usd), *((flow.at, -flow.usd) for flow in inner), (end.at, end.usd)]
    return money_weighted(payments)


def _benchmark(prices: Sequence[PriceRow] | None, linked: Linked) -> list[float] | None:
    """Return the benchmark's return of each day: from the last price by the day before to the last one by its end."""
    if prices is None:
        return None
    closes = {row.at.date(): row.price for row in sorted(prices, key=lambda each: each.at)}
    known, days = sorted(closes), [day.day for day in linked.days]
    opens = min(linked.start.at.date(), days[0] - timedelta(days=1))
    found = list[float]()
    for before, day in pairwise([opens, *days]):
        first, last = bisect_right(known, before), bisect_right(known, day)
        if not first:
            raise CaseError("no_benchmark", f"benchmark: there is no price by {before}, the day before {day}")
        found.append(float(closes[known[last - 1]] / closes[known[first - 1]] - 1))
    return found


def _dated(value: Any) -> Any:
    """Write times and days as text."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _dated(each) for key, each in value.items()}
    return [_dated(each) for each in value] if isinstance(value, list) else value


def _answered(answer: Callable[[Any], Mapping[str, Any]]) -> Callable[[Any], Mapping[str, Any]]:
    def checked(case: Case) -> Mapping[str, Any]:
        try:
            return answer(case)
        except Unanswerable as error:
            raise CaseError(error.code, error.message) from None

    return checked


KINDS: tuple[Kind, ...] = tuple(
    Kind(name, frozenset(told_by), model, _answered(answer))
    for name, told_by, model, answer in (
        ("return_series", ("daily_returns",), ReturnSeries, _return_series),
        ("twr", ("start_value", "days"), Twr, _twr),
        ("cost_basis", ("trades",), CostBasis, _cost_basis),
        ("value_series", ("values",), ValueSeries, _value_series),
        ("xirr", ("flows",), Xirr, _xirr),
    )
)
