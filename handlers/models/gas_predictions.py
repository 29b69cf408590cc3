"""Views of predictions of gas."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Self

from pydantic import Field

from handlers.models.gas_backtests import HorizonName
from handlers.runtime import View
from premium.gas.service import Estimate


class BacktestView(View):
    """What came of the forecasts before, each made from its own past; shares of one."""

    n: int = Field(description="Outcomes", examples=[1471])
    mape: float = Field(description="The mean relative error", examples=[0.0527])
    within10: float = Field(description="Within ten percent of the point", examples=[0.866])
    cover80: float = Field(description="Within the 80 percent band", examples=[0.8])
    cover95: float = Field(description="Within the 95 percent band", examples=[0.947])
    best_baseline: str = Field(description="The baseline with the least mean error", examples=["ar1"])
    best_baseline_mape: float = Field(description="Its mean relative error", examples=[0.0667])


class PredictionView(View):
    """The base fee so many blocks or hours ahead.

    Of hours: the mean of the ten minutes that begin then.
    """

    horizon: HorizonName = Field(description="Blocks ahead, or hours", examples=["3"])
    at: datetime
    """When it is due."""
    point: str = Field(description="In wei", examples=["17318612238"])
    p80: list[str] = Field(description="The 80 percent band, in wei", examples=[["15752815550", "18677862641"]])
    p95: list[str] = Field(description="The 95 percent band, in wei", examples=[["14413570149", "19594807060"]])
    confidence: float | None = Field(
        description="The measured share of outcomes within ten percent; null before the first", examples=[0.866]
    )
    model: str = Field(
        description="`exact` where the header decides, `log_ridge`, or the baseline that serves", examples=["log_ridge"]
    )
    model_version: str = Field(description="Another where the same series would be told otherwise", examples=["1"])
    backtest: BacktestView | None
    """Null before the first outcome."""
    optimal_time: datetime
    """When, up to this horizon, the lowest base fee is expected."""

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """Return the view of what the follower told."""
        times = {name: datetime.fromtimestamp(told[name], UTC) for name in ("at", "optimal_time")}
        backtest = None if told["backtest"] is None else BacktestView(**told["backtest"])
        return cls(**{**told, **times, "backtest": backtest})


class PredictionsView(View):
    """What is said of a chain's next base fees."""

    chain: str = Field(description="The chain", examples=["ethereum"])
    block: int = Field(description="The newest block, after which this is said", examples=[19000000])
    base_fee: str = Field(description="Its base fee in wei", examples=["16800000000"])
    predictions: list[PredictionView]
    """The nearest first."""
    age_seconds: int = Field(description="How old the newest block is", examples=[4])
    stale: bool
    """Whether the node is behind: the figures are those of then."""
    history_gap: bool
    """Whether blocks of before are missing, or reorganised, and being read: scores lack them meanwhile."""

    @classmethod
    def of(cls, found: Estimate) -> Self:
        """Return the view of what is known."""
        told = found.told
        return cls(
            chain=told["chain"], block=told["block"]["number"], base_fee=told["block"]["base_fee"],
            predictions=[PredictionView.of(each) for each in told["predictions"]], age_seconds=found.age,
            stale=found.stale, history_gap=told.get("gap", False),
        )  # fmt: skip
