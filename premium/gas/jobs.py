"""Payloads and kinds of the gas service's jobs."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from premium.jobs.model import JobKind, JobPayload, Moment


class ChainDay(JobPayload):
    """A chain, and the moment of the run that it is part of."""

    chain: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{1,31}$")
    at: datetime


PREDICT = JobKind(
    name="gas.predict", function="premium.gas.work.minute.predict", queue="aggregation", payload=Moment,
    timeout_seconds=50,
)  # fmt: skip
"""Tells the base fees of the next hours, of all followed chains."""

TRAIN = JobKind(
    name="gas.train", function="premium.gas.work.days.train", queue="aggregation", payload=Moment, timeout_seconds=60
)
"""Starts the day's trainings, one a followed chain."""

TRAIN_CHAIN = JobKind(
    name="gas.train_chain", function="premium.gas.work.days.train_chain", queue="aggregation", payload=ChainDay,
    timeout_seconds=170,
)  # fmt: skip
"""Trains a chain's model of hours ahead, tests it on its own past, and lets it serve where it may."""

BACKTEST = JobKind(
    name="gas.backtest", function="premium.gas.work.days.backtest", queue="aggregation", payload=Moment,
    timeout_seconds=60,
)  # fmt: skip
"""Starts the day's back-tests, one a followed chain."""

BACKTEST_CHAIN = JobKind(
    name="gas.backtest_chain", function="premium.gas.work.days.backtest_chain", queue="aggregation", payload=ChainDay,
    timeout_seconds=170,
)  # fmt: skip
"""Makes every forecast of a chain's newest blocks anew from its own past, and keeps what came of it."""
