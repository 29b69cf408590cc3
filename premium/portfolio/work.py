"""Bodies of the portfolio service's jobs.

Two databases cannot commit together, so the order of a refresh makes a repeat harmless: first the current assets (an
upsert that a repeat does again), then the snapshot, whose unique job id and fixed timestamp admit one row. A repeat
that finds the row only hands it on. The cache and the stream come last: both can be made again.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from premium.chains.model import ChainReading, Outcome
from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.jobs.model import Moment
from premium.neighbours import open_client
from premium.observability import logger, tracer
from premium.portfolio.closes import close_day, recount, refigure
from premium.portfolio.exports import TYPES, PortfolioExports, export_key
from premium.portfolio.jobs import (
    BACKFILL,
    EXPORT,
    FIGURES,
    NAMES,
    REFRESH,
    RUN,
    SNAPSHOTS,
    TIMESERIES,
    TOUCH,
    BackfillPayload,
    ExportPayload,
    FiguresPayload,
    RefreshPayload,
    RunPayload,
    TouchPayload,
)
from premium.portfolio.model import Snapshot
from premium.portfolio.onchain.backfill import Backfill
from premium.portfolio.onchain.begin import begin, begin_missed, go_on
from premium.portfolio.onchain.instants import at_instants, is_asked
from premium.portfolio.onchain.ledger import Ledger, moves, windows
from premium.portfolio.onchain.names import look_up
from premium.portfolio.onchain.progress import Progress
from premium.portfolio.onchain.refresh import with_positions
from premium.portfolio.positions.found import ChainPositions
from premium.portfolio.runs import Runs
from premium.portfolio.store import Stores
from premium.portfolio.task import Results, Task
from premium.portfolio.valuation.multiplied import multiplied, without
from premium.portfolio.valuation.summary import news, summary
from premium.portfolio.valuation.tables import counted, table
from premium.prices.model import Quote
from premium.prices.store import StoredPrices

_BEHIND = 6
"""Times that a chain is read again whose node does not have a block yet, half a second apart."""
REPACK_SECONDS = 45.0
"""Of a schedule's run: rows of JSON that are left after it are made lean by later ones."""


@job(REFRESH)
def refresh(context: JobContext, payload: RefreshPayload) -> Mapping[str, Any]:
    """Read a user's wallets on every chain and write one snapshot.

    Without a wallet it is empty.
    """
    stores = Stores.of_worker(context.platform)
    return _refreshed(context, stores, payload, {})


@job(TOUCH)
def touch(context: JobContext, payload: TouchPayload) -> Mapping[str, Any]:
    """Read a chain for a user whose wallet a block touched.

    Nothing is read where another job was there since: many blocks that follow one another cost one reading.
    """
    stores, told = Stores.of_worker(context.platform), {"chain": payload.chain, "block": payload.block}
    statement = stores.statements.get(context.user_id)
    if not payload.again and statement is not None and statement.job_id != context.job_id:
        rows = [row for row in statement.answer.get("coverage", ()) if row["chain"] == payload.chain]
        if rows and all(row["status"] == "fresh" and (row["block"] or 0) >= payload.block for row in rows):
            return told | {"read": False}
    part = RefreshPayload(chains=(payload.chain,))
    return {**_refreshed(context, stores, part, {payload.chain: payload.block}), **told, "read": True}


def _refreshed(
    context: JobContext, stores: Stores, payload: RefreshPayload, least: Mapping[str, int]
) -> Mapping[str, Any]:
    """Read and write, unless this job did before; then hand on.

    `least`: by chain the block that a reading must have reached, which the stream is told too.
    """
    snapshot = stores.snapshots.of_job(context.user_id, context.job_id, context.created_at)
    if snapshot is None:
        snapshot = _written(context, stores, payload, least)
    if context.attempt > 1:
        begin_missed(context.platform, stores, context.user_id, context.job_id)
    stores.newest.put(context.user_id, snapshot)
    result = summary(snapshot, stores.statements.get(context.user_id))
    before = stores.snapshots.before(context.user_id, snapshot.timestamp)
    touched = [{"chain": chain, "block": block} for chain, block in least.items()]
    told = {
        "type": "portfolio",
        "data": {**result, **news(before, snapshot), **({"touched": touched} if touched else {})},
    }
    context.platform.publish(context.user_id, "portfolio", told)
    return result


def _written(context: JobContext, stores: Stores, payload: RefreshPayload, least: Mapping[str, int]) -> Snapshot:
    """Read, state and write: flows first, the snapshot last."""
    task = Task.of(context, stores, hourly=payload.hourly, only=payload.chains)
    outcomes, quotes, positions, ledger = asyncio.run(_read(context, task, least))
    results = task.stated(outcomes, quotes, positions, ledger)
    if is_asked(task, results):
        results = asyncio.run(_at_instants(context, task, results))
    snapshot = results.snapshot
    close_day(stores, context.user_id, task.last, task.positions, context.created_at)
    # Before the statement: a repeat of this job compares with the one before until both are there.
    stores.flows.keep(context.user_id, results.flows)
    context.point("flows_written")
    stores.assets.replace(context.user_id, snapshot)
    stores.positions.replace(context.user_id, snapshot.timestamp, results.positions)
    stores.statements.keep(context.user_id, results.statement)
    recount(stores, context.user_id, results.statement)
    stores.searches.keep(context.user_id, task.searches_after(outcomes, positions))
    times = task.multipliers(outcomes)
    StoredPrices(context.platform.timeseries).keep([price for price in snapshot.good_prices if price.key not in times])
    context.point("first_write")
    stores.snapshots.add(context.user_id, snapshot, before_commit=lambda: context.point("before_commit"))
    begin(context.platform, context.user_id, results.flows, task.openings, context.job_id)
    return snapshot


async def _read(
    context: JobContext, task: Task, least: Mapping[str, int]
) -> tuple[Mapping[str, Outcome], Mapping[str, Quote], Mapping[str, ChainPositions], Ledger]:
    """Return balances and positions by chain, the quotes of what is held and owed, and what moved.

    Where a source of prices is silent, the price of the snapshot before counts.
    """
    async with open_client() as client:
        market = context.platform.market(client)
        with tracer.segment("chains"):
            progress = _progress(context, task)
            outcomes = await market.balances(task.watched, task.searched, task.keys, progress.came)
            for _ in range(_BEHIND):
                if not _is_behind(outcomes, least):
                    break
                await asyncio.sleep(0.5)
                outcomes = await market.balances(task.watched, task.searched, task.keys, progress.came)
        with tracer.segment("positions"):
            outcomes, positions = await with_positions(market, outcomes, task.watched)
        # For those who are asked why a chain is stale.
        failed = {chain: outcome for chain, outcome in outcomes.items() if isinstance(outcome, str)}
        logger.info("chains read", chains=len(outcomes), failed=failed)
        context.progress(0.6)
        held = {b.key for outcome in outcomes.values() if not isinstance(outcome, str) for b in outcome.balances}
        held |= {asset for chain in positions.values() for found in chain.found for asset in found.holds}
        previous = task.previous
        before = previous.holdings if previous else ()
        held |= {each.key for each in before if each.chain in failed or task.leaves(each.chain)}
        times = task.multipliers(outcomes)
        quotes = await market.prices.quotes(held, without(previous.prices, times) if previous else {})
        quotes = multiplied(quotes, times)
        context.progress(0.8)
        found = windows(task.openings, outcomes, task.watched)
        with tracer.segment("flows"):
            moved = await moves(market, found, task.keys)
        await progress.end()
    finality = {name: context.platform.chains[name].finality_blocks for name in outcomes}
    growing = frozenset(name for name in outcomes if context.platform.chains[name].kind == "solana")
    return outcomes, quotes, positions, Ledger(windows=found, moved=moved, finality=finality, growing=growing)


def _is_behind(outcomes: Mapping[str, Outcome], least: Mapping[str, int]) -> bool:
    """Tell whether a node answered of a block before the one that is asked for: another endpoint had that already."""
    return any(isinstance(said, ChainReading) and said.block < least.get(name, 0) for name, said in outcomes.items())


def _progress(context: JobContext, task: Task) -> Progress:
    def tell(message: Mapping[str, Any]) -> None:
        context.platform.publish(context.user_id, "portfolio", message)

    previous = task.previous
    prices = {key: price.usd for key, price in previous.prices.items()} if previous else {}
    return Progress(tell, context.job_id, previous.job_id if previous else None, prices)


async def _at_instants(context: JobContext, task: Task, results: Results) -> Results:
    async with open_client() as client:
        market, stored = context.platform.market(client), StoredPrices(context.platform.timeseries)
        with tracer.segment("instants"):
            return await at_instants(market, stored, task, results)


@job(BACKFILL)
def backfill(context: JobContext, payload: BackfillPayload) -> Mapping[str, Any]:
    """Rebuild what lies before a user's first snapshot.

    Or read a part of it, and go on as another job.
    """
    stores = Stores.of_worker(context.platform)
    made = Backfill(platform=context.platform, stores=stores, user_id=context.user_id, attempt=context.attempt,
                    point=context.point)  # fmt: skip
    told = made.step()
    if told["left"]:
        go_on(context.platform, context.user_id, payload.model_copy(update={"step": payload.step + 1}), context.job_id)
    elif "days" in told:
        recount(stores, context.user_id, None)
        refigure(stores, context.user_id)
    return told


@job(EXPORT)
def export(context: JobContext, payload: ExportPayload) -> Mapping[str, Any]:
    """Write a table of a user's portfolio to the bucket of exports."""
    count = Counter[str]()
    rows = PortfolioExports.of(context.platform).rows(context.user_id, payload)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{payload.what}.{payload.form}"
        with path.open("w", encoding="utf-8", newline="") as file:
            for text in table(payload.what, payload.form, counted(rows, count)):
                file.write(text)
        context.point("first_write")
        key = export_key(context.user_id, context.job_id, payload.form)
        stored = context.platform.bucket("exports").put_file(path, key, content_type=TYPES[payload.form])
    return {"what": payload.what, "format": payload.form, "rows": count["rows"], "size": stored.size,
            "sha256": stored.sha256}  # fmt: skip


@job(FIGURES)
def figures(context: JobContext, payload: FiguresPayload) -> Mapping[str, Any]:  # noqa: ARG001 - the form of a job's body
    """Count a user's lots and figures anew, after he corrected a flow."""
    stores = Stores.of_worker(context.platform)
    recount(stores, context.user_id, None)
    refigure(stores, context.user_id)
    return {}


@job(SNAPSHOTS)
def snapshots(context: JobContext, payload: Moment) -> Mapping[str, Any]:
    """Plan the hour's run over everybody who watches a wallet, and start its workers."""
    run = Runs.of(context.platform).begin(payload.at, before_commit=lambda: context.point("run_planned"))
    return {"run": str(run.id), "users": run.users}


@job(RUN)
def run(context: JobContext, payload: RunPayload) -> Mapping[str, Any]:
    """Do chunks of a run for a minute, whosever they were."""
    return Runs.of(context.platform).carry_on(payload, point=context.point)


@job(NAMES)
def names(context: JobContext, payload: Moment) -> Mapping[str, Any]:  # noqa: ARG001 - the form of a job's body
    """Look up names of wallets again; tell of those that go elsewhere."""
    return look_up(context.platform)


@job(TIMESERIES)
def timeseries(context: JobContext, payload: Moment) -> Mapping[str, Any]:  # noqa: ARG001 - the form of a job's body
    """Keep the partitions and roll-ups of snapshots up to date.

    Rows of an earlier release are made lean; what is left goes on the next time. As of now, not of the payload: a
    repeat a day late makes today's partitions.
    """
    store = Stores.of_worker(context.platform).snapshots
    done, ends, repacked = store.maintain(context.platform.clock.now()), time.monotonic() + REPACK_SECONDS, 0
    while time.monotonic() < ends and (batch := store.repack()):
        repacked += batch
    return {"done": done, "repacked": repacked}
