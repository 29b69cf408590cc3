"""Plans runs over all portfolios, starts their workers, ends and reports them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from premium.jobs.model import SYSTEM
from premium.observability import logger, observe
from premium.portfolio.fleet.costs import PRICES, dollars
from premium.portfolio.jobs import REFRESH, RUN, RefreshPayload, RunPayload
from premium.portfolio.run_model import Run, planned
from premium.portfolio.store import Stores
from premium.portfolio.valuation.statement import DORMANT_HOURS

if TYPE_CHECKING:
    from premium.bootstrap import Platform

KEPT = timedelta(days=30)
USERS_A_WORKER, MOST_WORKERS = 1_000, 40
SECONDS_A_STEP = 60.0


@dataclass(frozen=True, kw_only=True)
class Runs:
    """The use cases of runs; for workers and operators."""

    platform: Platform
    stores: Stores

    @classmethod
    def of(cls, platform: Platform) -> Runs:
        """Return the runs as the workers' role sees them."""
        return cls(platform=platform, stores=Stores.of_worker(platform))

    def begin(self, moment: datetime, *, before_commit: Callable[[], None] = lambda: None) -> Run:
        """Plan the run of an hour, once, and start its workers.

        Those that are overdue end. Users with wallets of other kinds have a refresh of their own: keys are
        opened for one user at a time.
        """
        now, runs = self.platform.clock.now(), self.stores.runs
        active = [chain.name for chain in self.platform.chains.active if chain.kind == "evm"]
        asleep = moment - timedelta(hours=DORMANT_HOURS)
        run = runs.begin(moment, now, planned, active, asleep_since=asleep, before_commit=before_commit)
        for late in runs.overdue(now):
            self.conclude(late)
        runs.clear(now - KEPT)
        self.start(run)
        for user in runs.users_apart(moment):
            key, payload = f"hourly-{moment.isoformat()}", RefreshPayload(hourly=True)
            self.platform.jobs.start(
                REFRESH, payload, user_id=user, request_id=f"req_run_{run.id}", idempotency_key=key
            )
        return run

    def start(self, run: Run, *, again: str = "") -> int:
        """Start a run's workers; the same ones however often this is called. Return how many."""
        workers = min(MOST_WORKERS, -(-run.users // USERS_A_WORKER))
        for number in range(workers):
            self._start(RunPayload(run_id=run.id, number=number), again)
        return workers

    def carry_on(
        self, payload: RunPayload, *, seconds: float = SECONDS_A_STEP, point: Callable[[str], None] = lambda _: None
    ) -> Mapping[str, Any]:
        """Do chunks of a run for a time.

        Then start the next step, or end the run where nothing is left.
        """
        runs = self.stores.runs
        run = runs.get(payload.run_id)
        if run.status == "running":
            asyncio.run(work_on_later(self.platform, run, seconds=seconds, point=point))
            run = runs.get(run.id)
        left = runs.open(run.id)
        if run.status == "running":
            if left and self.platform.clock.now() < run.write_until:
                self._start(payload.model_copy(update={"step": payload.step + 1}), "")
            else:
                self.conclude(run)
        return {"run": str(run.id), "left": left}

    def conclude(self, run: Run, status: str | None = None) -> bool:
        """End a run with its report; return whether this call did."""
        left = self.stores.runs.open(run.id)
        report = self.report(run)
        done = self.stores.runs.finish(run, status or ("late" if left else "done"), report, self.platform.clock.now())
        if done:
            _measure(report)
            say = logger.info if not left and not report["unread"] else logger.error
            say("a run has ended", run=str(run.id), late=bool(left), report=report)
        return done

    def report(self, run: Run) -> dict[str, Any]:
        """Return what a run has done so far, and what it left undone, by name."""
        chunks = self.stores.runs.measured(run.id)
        sums, cells, methods = Counter[str](), Counter[str](), Counter[str]()
        for chunk in chunks:
            sums.update({k: v for k, v in chunk["measured"].items() if isinstance(v, int | float)})
            cells.update(chunk["measured"].get("cells", {}))
            methods.update(chunk["measured"].get("methods", {}))
        by = Counter[str]()
        for chunk in chunks:
            by[chunk["kind"]] += chunk["measured"].get("calls", 0)
        ends = [chunk["ended_at"] for chunk in chunks if chunk["ended_at"] is not None]
        reads = [chunk for chunk in chunks if chunk["kind"] == "read"]
        failed = Counter(chunk["chain"] for chunk in reads if chunk["reason"])
        asked = Counter(chunk["chain"] for chunk in reads)
        return {
            "users": run.users, "written": sums["users"], "before": sums["before"], "failed": sums["failed"],
            "cells": dict(sorted(cells.items())), "equationsOpen": sums["open"], "spamHeld": sums["spam"],
            "lines": sums["lines"], "pricesSilent": sums["silent"], "calls": sums["calls"],
            "callsBy": dict(by), "methods": dict(methods.most_common()), "wallets": sums["wallets"],
            "touched": sums["touched"], "positionsAsked": sums["positionsAsked"], "assets": sums["assets"],
            "cpuSeconds": round(sums["cpu"], 1),
            "seconds": round((max(ends) - run.started_at).total_seconds(), 1) if ends else 0,
            "dollars": str(dollars(calls=sums["calls"], cpu_seconds=sums["cpu"])), "prices": PRICES.dated,
            "chunks": len(chunks), "readChunks": len(reads),
            "repeated": sum(max(0, chunk["attempts"] - 1) for chunk in chunks),
            "chainsFailed": {chain: f"{n} of {asked[chain]} reads" for chain, n in sorted(failed.items())},
            "unread": sorted(chain for chain, n in failed.items() if n == asked[chain]),
            "undone": [f"{c['kind']} {c['block']} {c['chain']}".strip() for c in chunks if c["status"] != "done"][:100],
        }  # fmt: skip

    def retry(self, run_id: UUID) -> int:
        """Open a run's failed chunks again and start workers; return how many chunks."""
        now = self.platform.clock.now()
        opened = self.stores.runs.retry(run_id, now)
        if opened:
            self.start(self.stores.runs.get(run_id), again=now.isoformat())
        return opened

    def newest(self, limit: int) -> Sequence[Run]:
        """Return the newest runs, the newest first."""
        return self.stores.runs.newest(limit)

    def _start(self, payload: RunPayload, again: str) -> None:
        key = f"run-{payload.run_id}-{payload.number}-{payload.step}{again}"
        self.platform.jobs.start(
            RUN, payload, user_id=SYSTEM, request_id=f"req_run_{payload.run_id}", idempotency_key=key
        )


def _measure(report: Mapping[str, Any]) -> None:
    """Say of a run that has ended what alarms watch; shares in percent."""
    cells = Counter[str](report["cells"])
    read = cells["fresh"] + cells["stale"] + cells["unread"]
    observe("RunUndone", report["users"] - report["written"] - report["before"], "Count")
    observe("RunStale", _percent(cells["stale"] + cells["unread"], read), "Percent")
    observe("ChainsUnread", len(report["unread"]), "Count")
    observe("PricesSilent", _percent(report["pricesSilent"], report["assets"]), "Percent")
    observe("EquationsOpen", _percent(report["equationsOpen"], report["users"]), "Percent")
    observe("SpamHeld", _percent(report["spamHeld"], report["lines"]), "Percent")


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 0.0


async def work_on_later(platform: Platform, run: Run, **how: Any) -> None:
    """Load the heavy parts only where chunks are done."""
    from premium.portfolio.run_steps import work_on  # noqa: PLC0415 - operators' commands need none of it

    await work_on(platform, run, **how)
