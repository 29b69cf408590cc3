"""Views of back-tests of gas."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, Self

from pydantic import Field

from handlers.runtime import View
from premium.gas.model import StoredBacktest

HorizonName = Literal["1", "3", "10", "25", "1h", "6h", "24h"]


class ForecastScoreView(View):
    """How forecasts did; shares of one, losses and widths in wei."""

    n: int = Field(description="Outcomes", examples=[3990])
    mape: float = Field(description="The mean relative error", examples=[0.0527])
    within5: float = Field(description="Within five percent of the point", examples=[0.61])
    within10: float = Field(description="Within ten percent of the point", examples=[0.866])
    direction_right: float | None = Field(description="Of outcomes that moved; null where none did", examples=[0.58])
    cover80: float = Field(description="Within the 80 percent band", examples=[0.8])
    cover95: float = Field(description="Within the 95 percent band", examples=[0.947])
    pinball: str = Field(description="The mean pinball loss over five quantiles, in wei", examples=["412345678"])
    width80: str = Field(description="The 80 percent band's mean width, in wei", examples=["2925111312"])
    width95: str = Field(description="The 95 percent band's, in wei", examples=["5181236911"])


class BaselineScoreView(ForecastScoreView):
    """How a simple forecast did on the same outcomes."""

    name: str = Field(description="Which", examples=["last_value"])


class BacktestRowView(View):
    """One forecast, made from what was known then, and what came."""

    block: int | None = Field(description="After which it was made; null for hours", examples=[19000000])
    at: datetime
    """When it was made."""
    outcome_at: datetime
    """When its outcome was known."""
    point: str = Field(description="In wei", examples=["17318612238"])
    p80: list[str] = Field(description="The 80 percent band, in wei", examples=[["15752815550", "18677862641"]])
    p95: list[str] = Field(description="The 95 percent band, in wei", examples=[["14413570149", "19594807060"]])
    outcome: str = Field(description="The base fee that came, in wei", examples=["17102345678"])
    model: str = Field(description="What served", examples=["log_ridge"])


class GasBacktestView(View):
    """What forecasts of a horizon were worth, each made from its own past alone."""

    chain: str = Field(description="The chain", examples=["ethereum"])
    horizon: HorizonName = Field(description="Blocks or hours ahead", examples=["10"])
    made_at: datetime
    """When it was made: once a day."""
    model_version: str = Field(description="Of the models", examples=["1"])
    serving: str = Field(description="What served at its end: the model, or a baseline by name", examples=["log_ridge"])
    best_baseline: str | None = Field(description="The baseline with the least mean error", examples=["ar1"])
    scores: ForecastScoreView | None
    """Of what served; null before the first outcome."""
    baselines: list[BaselineScoreView]
    """On the same outcomes."""
    series: list[BacktestRowView]
    """The oldest first; evenly chosen where there are over 500. Scores are of all."""

    @classmethod
    def of(cls, chain: str, horizon: HorizonName, found: StoredBacktest) -> Self:
        """Return the view of a stored back-test."""
        told = found.document
        scores = None if told["scores"] is None else ForecastScoreView(**told["scores"])
        baselines = [BaselineScoreView(name=name, **each) for name, each in told["baselines"].items() if each]
        return cls(
            chain=chain, horizon=horizon, made_at=found.made_at, model_version=told["version"],
            serving=told["serving"], best_baseline=told["best_baseline"], scores=scores, baselines=baselines,
            series=[_row(each) for each in told["series"]],
        )  # fmt: skip


def _row(told: Mapping[str, Any]) -> BacktestRowView:
    times = {name: datetime.fromtimestamp(told[name], UTC) for name in ("at", "outcome_at")}
    return BacktestRowView(**{**told, **times})
