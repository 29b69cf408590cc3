"""Declare the gas service."""

from __future__ import annotations

from pydantic import Field

from premium.manifest import Alarm, Command, Metric, Resident, Schedule, Service, ServiceSettings


class GasSettings(ServiceSettings):
    """What the environment tells the follower of fees."""

    gas_chains: str = Field(
        default="", description="Chains, comma-separated, whose fees are followed; without it those of EVENT_SOURCES"
    )


SERVICE = Service(
    name="gas",
    title="What a transaction will cost",
    routes=(
        "GET /v1/gas/estimate",
        "GET /v1/gas/predictions",
        "GET /v1/gas/backtest",
        "GET /v1/gas/optimization",
        "POST /v1/gas/optimization",
    ),
    needs=("redis", "database", "idempotency", "audit"),
    scopes=("gas:read",),
    kinds=("gas.backtest", "gas.backtest_chain", "gas.predict", "gas.train", "gas.train_chain"),
    queue="aggregation",
    worker_needs=("exports",),
    schedules=(
        Schedule(name="gas.predict", every=1, job="gas.predict"),
        Schedule(name="gas.train", every=1440, at=130, job="gas.train"),
        Schedule(name="gas.backtest", every=1440, at=190, job="gas.backtest"),
    ),
    # Beside the matcher, which always runs: an answer is waited for, and a class of its own costs a task.
    residents=(Resident(name="gas.follow", queue="alerts", function="premium.gas.work.resident.serve"),),
    settings=GasSettings,
    tables=("gas_backtests", "gas_history", "gas_hours", "gas_models", "gas_predictions", "gas_tens"),
    metrics=(
        Metric(name="GasNodesRefused", title="Nodes whose blocks or tips could not be", minutes=5),
        Metric(name="GasReorganised", title="Blocks that a reorganisation replaced in gas history"),
        Metric(name="GasHistoryGaps", title="Blocks that gas history lacked when a page was filled", minutes=5),
        Metric(
            name="GasFollowerLag", title="Age of the newest followed block, by chain", statistic="Maximum", minutes=5
        ),
        Metric(
            name="GasCalibration",
            title="Worst share of outcomes that an 80 percent band missed or held too often, by chain",
            statistic="Maximum",
        ),
    ),
    alarms=(
        Alarm(
            name="GasFollowerLag",
            metric="GasFollowerLag",
            text="A followed chain's newest block is over ten minutes old: estimates are stale, then 503",
            severity="warning",
            above=600,
            statistic="Maximum",
            minutes=5,
            periods=2,
        ),
        Alarm(
            name="GasHistoryGaps",
            metric="GasHistoryGaps",
            text="Gas history has a hole that has not closed for three quarters of an hour",
            severity="warning",
            above=0,
            minutes=15,
            periods=3,
        ),
        Alarm(
            name="GasCalibration",
            metric="GasCalibration",
            text="An 80 percent band of forecasts holds over 15 points too often or too rarely",
            severity="warning",
            above=15,
            statistic="Maximum",
            minutes=60,
            periods=3,
        ),
    ),
    commands=(Command(name="gas", text="Fees of blocks, blobs and rollups, and forecasts, by files."),),
)
