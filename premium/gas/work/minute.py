"""Body of each minute's predictions: hours ahead, of all followed chains."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from premium.bootstrap import Platform
from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.gas.jobs import PREDICT
from premium.gas.models import Models
from premium.gas.series.hours import STEPS, TEN, HourModel
from premium.gas.series.model import Quantiles
from premium.gas.service import FOLLOWED, HOURS
from premium.gas.store.predictions import PredictionStore
from premium.gas.store.tens import TenStore
from premium.jobs.model import Moment
from premium.storage.cache import Cache

_SINCE = timedelta(hours=50)
"""Ten minutes that are read: a model is at most two days old in the cache."""
_KEPT_SECONDS = 600


@job(PREDICT)
def predict(context: JobContext, payload: Moment) -> Mapping[str, Any]:
    """Tell the base fees of the next hours, of every chain that has a model."""
    return predicted(context.platform, at=payload.at)


def predicted(platform: Platform, *, at: datetime) -> Mapping[str, Any]:
    """Write a minute's predictions, and put them where handlers read them."""
    cache, models = Cache(platform.redis(3), "gas"), Cache(platform.redis(3), "gas:model")
    names = cache.get(FOLLOWED) or []
    served, told = models.get_many(names), cache.get_many(names)
    tens = TenStore(platform.timeseries).newest(names, at - _SINCE, at)
    written: list[dict[str, Any]] = []
    for name in names:
        known = served.get(name) or Models.of(platform).tell(name)
        if known is None or name not in tens or name not in told:
            continue
        rows = _rows(known, tens[name])
        cache.set(f"{HOURS}:{name}", rows, ttl_seconds=_KEPT_SECONDS)
        written += [{**row, "chain": name, "now": told[name]["next_base_fee"]} for row in rows]
    PredictionStore(platform.timeseries).add_hours(written, at)
    return {"chains": len(names), "rows": len(written)}


def _rows(known: Mapping[str, Any], tens: list[tuple[int, float]]) -> list[dict[str, Any]]:
    """Return the predictions of a chain, the nearest first."""
    models = {key: HourModel(body) for key, body in known["bodies"].items()}
    for each in models.values():
        each.learn(tens)
    at, now = tens[-1]
    found: list[dict[str, Any]] = []
    lowest: tuple[float, int] | None = None
    for horizon, about in ((name, known["horizons"][name]) for name in STEPS if name in known["horizons"]):
        said, due = models[about["key"]].said(horizon, about["serving"], now), at + STEPS[horizon] * TEN
        lowest = (said.point, due) if lowest is None or said.point < lowest[0] else lowest
        found.append(_row(horizon, due, lowest[1], said, about))
    return found


def _row(horizon: str, due: int, optimal: int, said: Quantiles, about: Mapping[str, Any]) -> dict[str, Any]:
    low95, low80, point, high80, high95 = (str(round(each)) for each in said)
    return {
        "horizon": horizon, "at": due, "optimal_time": optimal, "point": point, "p80": [low80, high80],
        "p95": [low95, high95], "confidence": about["backtest"]["within10"] if about["backtest"] else None,
        "model": about["serving"], "model_version": about["version"], "backtest": about["backtest"],
    }  # fmt: skip
