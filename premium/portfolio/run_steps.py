"""Does the chunks of a run.

Reads chains for many users at once, asks prices once, writes each user's results once. The database says what is left,
so that any worker goes on where another was killed. What a chunk writes it writes again alike: flows, assets, positions
and statements as a refresh does, snapshots last, by one COPY a block.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from premium.chains.model import ChainReading, Outcome
from premium.neighbours import open_client
from premium.observability import logger
from premium.portfolio.closes import close_day, recount
from premium.portfolio.flow_model import NewFlows
from premium.portfolio.onchain.begin import begin, begin_missed
from premium.portfolio.onchain.instants import at_instants
from premium.portfolio.onchain.ledger import Ledger, moves, windows
from premium.portfolio.onchain.matches import match
from premium.portfolio.onchain.refresh import with_positions
from premium.portfolio.positions.found import ChainPositions
from premium.portfolio.run_model import Chunk, Read, Run
from premium.portfolio.store import Stores
from premium.portfolio.store.packed.lean_rows import UserSnapshot
from premium.portfolio.task import Results, Task
from premium.portfolio.valuation.statement import DORMANT_HOURS, is_due
from premium.portfolio.valuation.summary import news, summary
from premium.prices.model import Quality, Quote
from premium.prices.store import StoredPrices

if TYPE_CHECKING:
    from premium.bootstrap import Platform
    from premium.prices.market import Market

READS_AT_ONCE = 10
ASSETS_AT_ONCE = 1_000
IDLE_SECONDS = 0.5
INSTANTS_SECONDS = 20.0
NOT_IN_RUN = "it came to be watched after the run had begun"


@dataclass(frozen=True, kw_only=True)
class UserErrand:
    """A user's part of a run."""

    job_id: UUID
    user_id: UUID
    created_at: datetime
    platform: Platform


@dataclass
class RunWorker:
    """One worker of a run, over one client."""

    platform: Platform
    stores: Stores
    run: Run
    market: Market
    point: Callable[[str], None]
    instants_until: float = 0.0
    """Until when prices of flows' instants are asked for: a chunk is another's after its lease."""

    @property
    def asleep_since(self) -> datetime:
        """Return before when unused wallets must have been looked at to be asked."""
        return self.run.moment - timedelta(hours=DORMANT_HOURS)

    async def some(self) -> bool:
        """Do what can be done now; return whether there was anything."""
        began, cpu, calls, by = time.monotonic(), time.process_time(), self.market.asked, self.market.asked_by
        chunks = await asyncio.to_thread(self.stores.runs.claim, self.run, self.platform.clock.now(), READS_AT_ONCE)
        if not chunks:
            return False
        steps = {"match": self._match, "read": self._read, "value": self._value, "write": self._write}
        ends = await asyncio.gather(*(steps[chunk.kind](chunk) for chunk in chunks))
        spent = {"calls": self.market.asked - calls, "methods": dict(self.market.asked_by - by),
                 "cpu": round(time.process_time() - cpu, 3), "seconds": round(time.monotonic() - began, 3)}  # fmt: skip
        for chunk, end in zip(chunks, ends, strict=True):
            mine = {**(spent if chunk is chunks[0] else {}), **end.pop("measured", {})}
            now = self.platform.clock.now()
            await asyncio.to_thread(partial(self.stores.runs.end, chunk, now, measured=mine, **end))
        return True

    async def _match(self, chunk: Chunk) -> dict[str, Any]:
        measured = await match(self.market, self.stores, chunk.chain, self.platform.clock.now())
        self.point("run_matched")
        return {"measured": measured}

    async def _read(self, chunk: Chunk) -> dict[str, Any]:
        chain, runs = chunk.chain, self.stores.runs
        if reason := await asyncio.to_thread(runs.failing, self.run.id, chain):
            return {"reason": reason}
        asked = await asyncio.to_thread(runs.asked, chunk, self.run.moment, self.asleep_since)
        wanted = {chain: asked.wallets}
        outcomes: Mapping[str, Outcome] = await self.market.balances(wanted, {chain: asked.searched})
        due = {chain: {wallet: tokens for wallet, tokens in asked.wallets.items() if wallet in asked.positions}}
        outcomes, positions = await with_positions(self.market, outcomes, due)
        said, found = outcomes[chain], positions.get(chain)
        self.point("run_read")
        if not isinstance(said, ChainReading):
            logger.info("a chain was not read", chain=chain, reason=said)
            return {"reason": said}
        assets = {balance.key for balance in said.balances}
        assets |= {asset for each in (found.found if found else ()) for asset in each.holds}
        blocks = await asyncio.to_thread(runs.wallets_of_blocks, chunk, self.run.moment)
        read = Read(outcome=said, positions=found)
        return {
            "parts": {block: read.of_wallets(mine).packed() for block, mine in blocks.items()}, "assets": assets,
            "measured": {"wallets": len(asked.wallets), "positionsAsked": len(due[chain])},
        }  # fmt: skip

    async def _value(self, _: Chunk) -> dict[str, Any]:
        """Ask each asset's price once, some at a time: what is known stays known."""
        assets = await asyncio.to_thread(self.stores.runs.assets, self.run.id)
        silent = 0
        for start in range(0, len(assets), ASSETS_AT_ONCE):
            silent += await self._priced(assets[start : start + ASSETS_AT_ONCE])
        self.point("run_valued")
        return {"measured": {"assets": len(assets), "silent": silent}}

    async def _priced(self, assets: Sequence[str]) -> int:
        """Ask and keep prices; return of how many no source said anything."""
        quotes = await self.market.prices.quotes(assets)
        await asyncio.to_thread(self.stores.runs.keep_quotes, self.run.id, quotes)
        return sum(quote.quality is Quality.UNAVAILABLE for quote in quotes.values())

    async def _write(self, chunk: Chunk) -> dict[str, Any]:
        stores, moment = self.stores, self.run.moment
        users = await asyncio.to_thread(stores.runs.users, chunk, moment)
        jobs = {user: self.run.job_of(user) for user in users}
        done = await asyncio.to_thread(stores.snapshots.written, moment, jobs)
        reads = await asyncio.to_thread(self._reads, chunk)
        left = [user for user in users if user not in done]
        tasks = await asyncio.to_thread(self._tasks, left, jobs)
        parts = {user: self._parts(task, reads) for user, task in tasks.items()}
        quotes = await self._quotes(tasks, parts)
        cells, sums, failed, made = Counter[str](), Counter[str](), list[str](), list[UserSnapshot]()
        opened: dict[UUID, NewFlows] = {}
        self.instants_until = time.monotonic() + INSTANTS_SECONDS
        ledgers = await asyncio.gather(*(self._ledger(task, parts[user]) for user, task in tasks.items()))
        for (user, task), ledger in zip(tasks.items(), ledgers, strict=True):
            try:
                results = await self._results(task, parts[user], quotes, ledger)
                made.append(UserSnapshot(user, self._keep(user, task, parts[user], results, cells, sums)))
                opened[user] = results.flows
            except Exception as error:  # one portfolio that cannot be stated costs the others nothing
                logger.exception("a portfolio could not be stated", user_id=str(user))
                failed.append(f"{user}: {type(error).__name__}")
        prices = [price for each in made for price in each.snapshot.good_prices]
        await asyncio.to_thread(StoredPrices(self.platform.timeseries).keep, prices)
        self.point("first_write")
        add = stores.snapshots.add_all
        written = await asyncio.to_thread(add, made, before_commit=partial(self.point, "before_commit"))
        self.point("run_written")
        await asyncio.to_thread(self._begin, opened, tasks, jobs, is_repeat=chunk.attempts > 1)
        later = moment + timedelta(microseconds=1)
        known = await asyncio.to_thread(stores.snapshots.before_of_all, sorted(done), later) if done else {}
        for user, snapshot in (*known.items(), *made):
            before = tasks[user].previous if user in tasks else None
            await asyncio.to_thread(self._hand_on, user, snapshot, before)
        reason = f"{len(failed)} portfolios could not be stated: {', '.join(failed)}"[:500] if failed else None
        told = {"users": written, "before": len(done), "failed": len(failed), "cells": dict(cells), **sums}
        return {"reason": reason, "measured": told}

    def _reads(self, chunk: Chunk) -> dict[str, Read]:
        rows = self.stores.runs.reads(chunk)
        return {
            chain: Read.unpacked(data) if data is not None else Read(outcome=reason or NOT_IN_RUN)
            for chain, (data, reason) in rows.items()
        }

    def _tasks(self, users: Sequence[UUID], jobs: Mapping[UUID, UUID]) -> dict[UUID, Task]:
        moment = self.run.moment
        previous = self.stores.snapshots.before_of_all(users, moment)
        found = {}
        for user in users:
            errand = UserErrand(job_id=jobs[user], user_id=user, created_at=moment, platform=self.platform)
            task = Task.of(errand, self.stores, hourly=True, previous=previous)
            asleep = {pair: row for pair, row in task.searches.items()
                      if not is_due(row, moment) and pair[1] in task.active}  # fmt: skip
            found[user] = replace(task, dormant=asleep)
        return found

    @staticmethod
    def _parts(task: Task, reads: Mapping[str, Read]) -> dict[str, Read]:
        missing = Read(outcome=NOT_IN_RUN)
        return {chain: reads.get(chain, missing).of_wallets(list(mine)) for chain, mine in task.watched.items()}

    async def _quotes(self, tasks: Mapping[UUID, Task], parts: Mapping[UUID, Mapping[str, Read]]) -> dict[str, Quote]:
        """Return the run's quotes of all that a block holds.

        What only a failed chain's part holds is asked now.
        """
        keys: set[str] = set()
        for user, task in tasks.items():
            for read in parts[user].values():
                if isinstance(read.outcome, ChainReading):
                    keys |= {balance.key for balance in read.outcome.balances}
            keys |= {a for read in parts[user].values() for f in _found(read) for a in f.holds}
            failed = {chain for chain, read in parts[user].items() if isinstance(read.outcome, str)}
            keys |= {each.key for each in (task.previous.holdings if task.previous else ()) if each.chain in failed}
        known = await asyncio.to_thread(self.stores.runs.quotes, self.run.id, keys)
        if missing := sorted(keys - known.keys()):
            await self._priced(missing)
            known |= await asyncio.to_thread(self.stores.runs.quotes, self.run.id, missing)
        return known

    async def _ledger(self, task: Task, parts: Mapping[str, Read]) -> Ledger:
        outcomes = {chain: read.outcome for chain, read in parts.items()}
        found = windows(task.openings, outcomes, task.watched)
        moved = await moves(self.market, found)
        finality = {name: self.platform.chains[name].finality_blocks for name in outcomes}
        return Ledger(windows=found, moved=moved, finality=finality)

    async def _results(
        self, task: Task, parts: Mapping[str, Read], quotes: Mapping[str, Quote], ledger: Ledger
    ) -> Results:
        outcomes = {chain: read.outcome for chain, read in parts.items()}
        positions: dict[str, ChainPositions] = {c: read.positions for c, read in parts.items() if read.positions}
        results = task.stated(outcomes, _with_former(quotes, task, self.platform.clock.now()), positions, ledger)
        if time.monotonic() > self.instants_until:
            return results  # a provider that is slow costs a run seconds, not its lease
        return await at_instants(self.market, StoredPrices(self.platform.timeseries), task, results)

    def _keep(  # noqa: PLR0917 - a user's part of everything
        self,
        user: UUID,
        task: Task,
        parts: Mapping[str, Read],
        results: Results,
        cells: Counter[str],
        sums: Counter[str],
    ) -> Any:
        outcomes = {chain: read.outcome for chain, read in parts.items()}
        snapshot, stores = results.snapshot, self.stores
        close_day(stores, user, task.last, task.positions, self.run.moment)
        stores.flows.keep(user, results.flows)
        stores.assets.replace(user, snapshot)
        stores.positions.replace(user, snapshot.timestamp, results.positions)
        stores.statements.keep(user, results.statement)
        recount(stores, user, results.statement)
        positions = {chain: read.positions for chain, read in parts.items() if read.positions}
        stores.searches.keep(user, task.searches_after(outcomes, positions))
        answer = results.statement.answer
        cells.update(row["status"] for row in answer["coverage"])
        is_open = any(row.kind == "unexplained" for row in results.flows.rows)
        spam = sum(row["why"] == "spam" for row in answer["holdings"])
        sums.update(open=int(is_open), lines=len(answer["holdings"]), spam=spam)
        return snapshot

    def _begin(
        self, opened: Mapping[UUID, NewFlows], tasks: Mapping[UUID, Task], jobs: Mapping[UUID, UUID], *, is_repeat: bool
    ) -> None:
        """Start back-fills, when the snapshots stand: each reaches back from a user's first one."""
        for user, flows in opened.items():
            begin(self.platform, user, flows, tasks[user].openings, jobs[user])
        for user, cause in jobs.items() if is_repeat else ():
            begin_missed(self.platform, self.stores, user, cause)

    def _hand_on(self, user: UUID, snapshot: Any, before: Any) -> None:
        self.stores.newest.put(user, snapshot)
        if self.platform.has_streams:
            told = {**summary(snapshot, self.stores.statements.get(user)), **news(before, snapshot)}
            self.platform.publish(user, "portfolio", {"type": "portfolio", "data": told})


def _found(read: Read) -> Sequence[Any]:
    return read.positions.found if read.positions is not None else ()


def _with_former(quotes: Mapping[str, Quote], task: Task, now: datetime) -> dict[str, Quote]:
    """Where a source was silent the price of the snapshot before counts, as in a refresh."""
    former = task.previous.prices if task.previous else {}
    return {
        key: Quote.of(former[key], now) if quote.quality is Quality.UNAVAILABLE and key in former else quote
        for key, quote in quotes.items()
    }


async def work_on(
    platform: Platform, run: Run, *, seconds: float, point: Callable[[str], None] = lambda _: None
) -> None:
    """Do chunks of a run for a time, or until none is left."""
    stores, ends = Stores.of_worker(platform), time.monotonic() + seconds
    async with open_client() as client:
        worker = RunWorker(platform, stores, run, platform.market(client), point)
        while time.monotonic() < ends and platform.clock.now() < run.write_until:
            if not await worker.some():
                if not await asyncio.to_thread(stores.runs.open, run.id):
                    return
                await asyncio.sleep(IDLE_SECONDS)
