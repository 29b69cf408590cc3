"""Bodies of the daily jobs, which start one job a chain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.gas.jobs import BACKTEST, BACKTEST_CHAIN, TRAIN, TRAIN_CHAIN, ChainDay
from premium.gas.models import Models
from premium.gas.service import FOLLOWED
from premium.gas.store.backtests import BacktestStore
from premium.gas.store.history import GasHistory
from premium.gas.work.backtests import BLOCKS, block_backtests
from premium.jobs.model import SYSTEM, JobKind, Moment
from premium.observability import logger
from premium.storage.cache import Cache


@job(TRAIN)
def train(context: JobContext, payload: Moment) -> Mapping[str, Any]:
    """Start the trainings of all followed chains."""
    return _started(context, payload, TRAIN_CHAIN)


@job(TRAIN_CHAIN)
def train_chain(context: JobContext, payload: ChainDay) -> Mapping[str, Any]:
    """Train a chain's model of hours ahead, and let it serve where it may.

    Not while its newest history has a hole: what served goes on, and the next day's training has all of it.
    """
    if hole := GasHistory(context.platform.timeseries).newest_hole(payload.chain):
        logger.warning("a training waits for a hole of gas history", chain=payload.chain, low=hole.low, high=hole.high)
        return {"chain": payload.chain, "hole": [hole.low, hole.high]}
    return {"chain": payload.chain, "refused": dict(Models.of(context.platform).train(payload.chain, payload.at))}


@job(BACKTEST)
def backtest(context: JobContext, payload: Moment) -> Mapping[str, Any]:
    """Start the back-tests of all followed chains."""
    return _started(context, payload, BACKTEST_CHAIN)


@job(BACKTEST_CHAIN)
def backtest_chain(context: JobContext, payload: ChainDay) -> Mapping[str, Any]:
    """Make the newest forecasts of a chain anew, and keep what came of them."""
    platform = context.platform
    rows = GasHistory(platform.timeseries).newest(payload.chain, BLOCKS)
    found = block_backtests(platform.chains[payload.chain].fees, rows)
    store = BacktestStore(platform.worker_database)
    for horizon, document in found.items():
        store.put(payload.chain, horizon, payload.at, document)
    return {"chain": payload.chain, "horizons": sorted(found)}


def _started(context: JobContext, payload: Moment, kind: JobKind[ChainDay]) -> Mapping[str, Any]:
    """Start a job a chain; a second run of the moment finds the first one's."""
    platform = context.platform
    names = Cache(platform.redis(3), "gas").get(FOLLOWED) or []
    for name in names:
        moment = payload.at.isoformat()
        platform.jobs.start(
            kind, ChainDay(chain=name, at=payload.at), user_id=SYSTEM, request_id=f"req_{kind.name}_{name}_{moment}",
            idempotency_key=f"{name}:{moment}",
        )  # fmt: skip
    return {"chains": len(names)}
