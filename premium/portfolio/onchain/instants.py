"""Asks the prices of flows' instants, and values the portfolio just before them.

Where they are not known the flow is weighted by time, as before: `method` of the performance says which.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from premium.errors import AppError
from premium.observability import logger
from premium.portfolio.flow_model import FlowRow
from premium.portfolio.flows.instants import Held, Instant, held_before, instants, revalued, worth_before
from premium.prices.model import KnownPrice
from premium.prices.names import theirs
from premium.prices.store import StoredPrices

if TYPE_CHECKING:
    from premium.portfolio.task import Results, Task
    from premium.prices.market import Market

NEAR = timedelta(minutes=15)
"""How far from an instant its price may be."""
SECONDS = 8.0
"""For the provider: without it flows are weighted by time."""
MOST_ASSETS = 100
_Asked = Mapping[Instant, Held]


def is_asked(task: Task, results: Results) -> bool:
    """Say whether a flow is large enough to be valued at its instant."""
    return bool(instants(task.before, _as_of(task), results.flows.rows))


async def at_instants(market: Market, stored: StoredPrices, task: Task, results: Results) -> Results:
    """Return results whose large flows are valued at their instants."""
    rows, before = list(results.flows.rows), task.before
    wanted = instants(before, _as_of(task), rows)
    if not wanted or before is None:
        return results
    asked = {each: held for each in wanted if (held := held_before(before, results.statement.answer, rows, each))}
    prices = await _prices(market, stored, asked, rows)
    for instant, held in asked.items():
        worth = worth_before(held, prices[instant])
        if worth is not None:
            rows = revalued(before, rows, instant, worth, held, prices[instant])
    return replace(results, flows=replace(results.flows, rows=rows))


def _as_of(task: Task) -> datetime | None:
    return task.last.as_of if task.last is not None else None


async def _prices(
    market: Market, stored: StoredPrices, asked: _Asked, rows: Iterable[FlowRow]
) -> dict[Instant, dict[str, Decimal]]:
    """Return each instant's prices: what is stored, and of the rest what the provider says."""
    moving: defaultdict[datetime, set[str]] = defaultdict(set)
    for row in rows:
        moving[row.counted_at].add(row.asset)
    pairs = [(asset, each) for each, held in asked.items() for asset in _assets(held, moving[each.counted_at])]
    known = await asyncio.to_thread(stored.before, [(asset, each.at) for asset, each in pairs], NEAR)
    found = _nearest(pairs, known)
    missing = [(asset, each) for asset, each in pairs if asset not in found[each]]
    said = await _said(market, missing)
    if said:
        await asyncio.to_thread(stored.add, said)
    for instant, prices in _nearest(missing, said).items():
        found[instant] |= prices
    return found


def _assets(held: Held, moving: set[str]) -> list[str]:
    """Return what is asked for: the most valuable, and what moves."""

    def worth(asset: str) -> Decimal:
        return abs(held.amounts[asset] * held.former.get(asset, Decimal(0)))

    ranked = sorted(held.amounts, key=lambda asset: (-worth(asset), asset))
    return [*ranked[:MOST_ASSETS], *sorted(moving - set(ranked[:MOST_ASSETS]))]


async def _said(market: Market, missing: Sequence[tuple[str, Instant]]) -> list[KnownPrice]:
    past = market.past_prices
    if past is None or not missing:
        return []
    names = {asset: name for asset, _ in missing if (name := theirs(asset, market.chains)) is not None}
    asked: defaultdict[str, list[int]] = defaultdict(list)
    for asset, each in missing:
        if asset in names:
            asked[asset].append(int(each.at.timestamp()))
    try:
        async with asyncio.timeout(SECONDS):
            return await past.at({asset: sorted(set(mine)) for asset, mine in asked.items()}, names)
    except (TimeoutError, AppError) as error:
        logger.warning("prices of flows' instants are not known", reason=str(error)[:200])
        return []


def _nearest(pairs: Iterable[tuple[str, Instant]], said: Iterable[KnownPrice]) -> dict[Instant, dict[str, Decimal]]:
    by_asset: defaultdict[str, list[KnownPrice]] = defaultdict(list)
    for price in said:
        by_asset[price.asset].append(price)
    found: defaultdict[Instant, dict[str, Decimal]] = defaultdict(dict)
    for asset, each in pairs:
        near = [price for price in by_asset[asset] if abs(price.at - each.at) <= NEAR]
        mine = found[each]
        if near:
            mine[asset] = min(near, key=lambda price: (abs(price.at - each.at), price.source)).usd
    return found
