"""Closes days and counts lots: what workers store of a portfolio beside its refresh.

Both may be done twice, and what a killed process left is done by the next refresh.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np

from premium.money import EXACT
from premium.portfolio.flow_model import MEASURED
from premium.portfolio.flows.profits import realised, realised_told
from premium.portfolio.measures import PERIODS
from premium.portfolio.model import Statement, to_places
from premium.portfolio.positions.found import Found
from premium.portfolio.store import Stores
from premium.portfolio.store.metrics import Close
from premium.portfolio.valuation.performance import with_instants
from premium.portfolio.valuation.positions import total_name
from premium.portfolio.valuation.splits import split
from premium.returns.figures import figures
from premium.returns.linked import DayReturn, Flow, Value, link

_FEWEST = 2
"""Returns of days of which figures are made."""
_COUNTS = frozenset({"consecutive_wins", "consecutive_losses"})
_LONGEST = timedelta(days=3_660)


def close_day(stores: Stores, user_id: UUID, last: Statement | None, positions: Sequence[Found], now: datetime) -> None:
    """Keep the close of the last statement's day, once a new day has begun."""
    if last is None or _day(last.as_of) >= _day(now):
        return
    names = {total_name(each): each.key for each in positions}
    close = Close(
        at=last.as_of.astimezone(UTC),
        total=Decimal(last.answer["total_value_usd"]),
        is_good=not last.answer.get("gaps"),
        splits=split(last.answer, names),
        figures=_figures_to(stores, user_id, last),
    )
    stores.metrics.keep(user_id, close)


def refigure(stores: Stores, user_id: UUID) -> None:
    """Compute the newest close's figures anew, as after a correction."""
    last, at = stores.statements.get(user_id), stores.metrics.last(user_id)
    if last is not None and at is not None:
        found = _figures_to(stores, user_id, last.model_copy(update={"as_of": at}))
        stores.metrics.refigure(user_id, at.astimezone(UTC), found)


def recount(stores: Stores, user_id: UUID, statement: Statement | None) -> None:
    """Count what flows realised, where some of them are new or have changed."""
    new = _first_held(stores, user_id, statement) if statement is not None else []
    if new:
        stores.lots.add(user_id, new)
    if new or stores.lots.uncounted(user_id):
        found = realised(*stores.lots.all(user_id))
        stores.lots.keep(user_id, {flow: realised_told(each) for flow, each in found.items()})


def figures_of(days: Sequence[DayReturn], at: datetime) -> dict[str, dict[str, float | int | None]]:
    """Return by window all figures of the daily returns up to a day."""
    found = {}
    for window, length in PERIODS.items():
        returns = [float(day.value) for day in days if day.day > _day(at) - length or window == "all"]
        if len(returns) >= _FEWEST and window != "24h":
            row = figures(np.array([returns]))
            found[window] = {"n": len(returns)} | {name: _told(name, float(each[0])) for name, each in row.items()}
    return found


def _figures_to(stores: Stores, user_id: UUID, last: Statement) -> Mapping[str, Any]:
    since = last.as_of - _LONGEST
    values = stores.worth(user_id, since, last.as_of, last.booked_since or last.as_of)
    values = with_instants(values, stores.flows.worth(user_id, since, last.as_of))
    good = [Value(value.at, value.usd) for value in values if value.is_good]
    if not good:
        return {}
    paid = stores.flows.paid(user_id, good[0].at, good[-1].at)
    flows = [Flow(each.at, each.usd) for each in paid if each.kind in MEASURED and each.at < good[-1].at]
    linked = link(good, flows, [value.at for value in values if not value.is_good])
    return figures_of(linked.days, last.as_of)


def _first_held(stores: Stores, user_id: UUID, statement: Statement) -> list[tuple[str, str, int, Decimal | None]]:
    """Return lines that were not seen before: what no flow brought there, and its value."""
    seen = stores.lots.seen(user_id)
    units, worth = defaultdict[tuple[str, str], int](int), dict[tuple[str, str], Decimal]()
    for row in statement.answer["holdings"]:
        line = (row["wallet"], row["asset"])
        if row.get("role", "held") == "held" and line not in seen and int(row["units"]) > 0:
            units[line] += int(row["units"])
            if row.get("counted", True) and row["value_usd"] is not None:
                worth[line] = EXACT.add(worth.get(line, Decimal(0)), Decimal(row["value_usd"]))
    if not units:
        return []
    brought = stores.lots.brought(user_id, {wallet for wallet, _ in units})
    found = []
    for (wallet, asset), held in units.items():
        first = max(held - brought.get((wallet, asset), 0), 0)
        usd = worth.get((wallet, asset))
        found.append((wallet, asset, first, None if usd is None else to_places(usd * first / held)))
    return found


def _told(name: str, value: float) -> float | int | None:
    if not math.isfinite(value):
        return None
    return int(value) if name in _COUNTS else value


def _day(at: datetime) -> Any:
    return at.astimezone(UTC).date()
