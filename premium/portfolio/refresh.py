"""Reads a user's wallets on every chain and writes one snapshot. Worker side only.

Two databases cannot commit together, so the order makes a repeat harmless: first the current assets (an upsert
that a repeat does again), then the snapshot, whose unique job id and fixed timestamp admit one row. A repeat that
finds the row only hands it on. The cache and the stream come last: both can be made again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from premium.chains.fanout import Wanted, read_all
from premium.chains.registry import Registry
from premium.clock import Clock
from premium.execution.context import JobContext
from premium.money import plain
from premium.neighbours import open_client
from premium.observability import logger, tracer
from premium.portfolio import aggregate, cache
from premium.portfolio.jobs import RefreshPayload
from premium.portfolio.model import Quality, Quote, Snapshot, Status, Wallet
from premium.portfolio.snapshots import SnapshotStore
from premium.portfolio.store import PortfolioStore
from premium.prices.history import KnownPrice, PriceHistory
from premium.prices.judge import judge
from premium.prices.naming import asset_key


def refresh(context: JobContext, payload: RefreshPayload) -> Mapping[str, Any]:  # noqa: ARG001 - the form of a job's body
    """The body of `portfolio.refresh`; without a wallet the portfolio is empty."""
    platform, user_id = context.platform, context.user_id
    store, snapshots = PortfolioStore(platform.worker_database), SnapshotStore(platform.timeseries)
    done = snapshots.of_job(user_id, context.job_id, context.created_at)
    if done is None:
        wallets = store.wallets(user_id)
        previous = snapshots.before(user_id, context.created_at)
        done = asyncio.run(_read(wallets, previous, context))
        store.replace_assets(user_id, done)
        PriceHistory(platform.timeseries).add(_worth_keeping(done))
        context.point("first_write")
        snapshots.add(user_id, done, before_commit=lambda: context.point("before_commit"))
    return _hand_on(context, done)


async def _read(wallets: list[Wallet], previous: Snapshot | None, context: JobContext) -> Snapshot:
    watched = watched_on(wallets, context.platform.chains)
    wanted = with_known(watched, previous)
    async with open_client() as client:
        market = context.platform.market(client)
        with tracer.segment("chains"):
            outcomes = await read_all(market.adapters(wanted), wanted)
        _tell(outcomes)
        context.progress(0.6)
        keys = {b.key for outcome in outcomes.values() if not isinstance(outcome, str) for b in outcome.balances}
        quotes = await market.prices.quotes(keys)
    context.progress(0.8)
    return aggregate.assemble(
        job_id=context.job_id,
        timestamp=context.created_at,
        outcomes=outcomes,
        quotes=last_known(quotes, previous, context.platform.clock),
        watched=watched,
        previous=previous,
    )


def _worth_keeping(snapshot: Snapshot) -> list[KnownPrice]:
    """The prices that a snapshot rests on, for those who ask later what something cost."""
    quotes = {holding.key: holding.quote for holding in snapshot.holdings}
    return [
        KnownPrice(asset_key(*key.split(":", 1)), quote.price.at, quote.price.usd, quote.price.source)
        for key, quote in quotes.items()
        if quote.price is not None and quote.quality is Quality.GOOD
    ]


def _tell(outcomes: Mapping[str, aggregate.Outcome]) -> None:
    """For those who are asked why a chain is stale."""
    failed = {chain: outcome for chain, outcome in outcomes.items() if isinstance(outcome, str)}
    logger.info("chains read", chains=len(outcomes), failed=failed)


def watched_on(wallets: list[Wallet], registry: Registry) -> dict[str, frozenset[str]]:
    """Chain → addresses. A wallet that names no chains is watched on every active one."""
    active = [chain.name for chain in registry.active]
    found = {name: {w.address for w in wallets if not w.chains or name in w.chains} for name in active}
    return {name: frozenset(addresses) for name, addresses in found.items() if addresses}


def with_known(watched: Mapping[str, frozenset[str]], previous: Snapshot | None) -> Wanted:
    """Chain → address → tokens it held at the previous snapshot: they are read again even if no log names them."""
    wanted: dict[str, dict[str, frozenset[str]]] = {
        chain: dict.fromkeys(addresses, frozenset()) for chain, addresses in watched.items()
    }
    for holding in previous.holdings if previous else ():
        for address in holding.units:
            if address in wanted.get(holding.chain, {}) and holding.category != "native":
                wanted[holding.chain][address] |= {holding.key.partition(":")[2]}
    return wanted


def last_known(quotes: Mapping[str, Quote], previous: Snapshot | None, clock: Clock) -> dict[str, Quote]:
    """Where a source is silent, the previous snapshot's price under its own time: it may be too old, and says so."""
    prices = {holding.key: holding.quote.price for holding in previous.holdings} if previous else {}
    silent = {key for key, quote in quotes.items() if quote.quality is Quality.UNAVAILABLE and prices.get(key)}
    return {**quotes, **{key: judge(prices[key], clock.now()) for key in silent}}


def _hand_on(context: JobContext, snapshot: Snapshot) -> Mapping[str, Any]:
    """To the cache, to the stream, and as the job's result."""
    cache.put(cache.of(context.platform), context.user_id, snapshot)
    result = summary(snapshot)
    _publish(context, context.user_id, result)
    return result


def _publish(context: JobContext, user_id: UUID, result: Mapping[str, Any]) -> None:
    """A deployment without a WebSocket API has nobody to tell."""
    if context.platform.settings.connections_table and context.platform.settings.websocket_endpoint:
        context.platform.streams.publish(user_id, "portfolio", {"type": "portfolio", "data": result})


def summary(snapshot: Snapshot) -> Mapping[str, Any]:
    states = [state.status for state in snapshot.chains.values()]
    return {
        "totalValueUsd": plain(snapshot.total_value),
        "uncertainValueUsd": plain(snapshot.uncertain_value),
        "asOf": snapshot.timestamp.isoformat(),
        "isStale": snapshot.is_stale,
        "assets": len(snapshot.holdings),
        "chainsRead": sum(status is Status.FRESH for status in states),
        "chainsFailed": sum(status is not Status.FRESH for status in states),
    }
