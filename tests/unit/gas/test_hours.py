"""Forecasts of hours: nothing of the future, the same bytes, a gate."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from premium.gas.series.hours import LEAST, STEPS, TEN, HourModel, Trained, even, refusal, trained
from premium.gas.series.model import MODEL

pytestmark = pytest.mark.unit
START = 1_780_000_200


def days(seed: int, count: int) -> list[tuple[int, float]]:
    """Ten minutes of a market with days and a level that comes back."""
    draw, level, rows = random.Random(seed), 0.0, []
    for place in range(count):
        at = START + TEN * place
        level = 0.98 * level + draw.gauss(0, 0.05)
        rows.append((at, 2e10 * math.exp(0.4 * math.sin(at / 86_400 * 2 * math.pi) + level)))
    return rows


@cache
def model(count: int = 600) -> Trained:
    made = trained(days(1, count))
    assert made is not None
    return made


def test_the_same_series_gives_the_same_bytes() -> None:
    again = trained(days(1, 600))
    assert again is not None
    assert (again.body, again.version) == (model().body, model().version)
    assert len(model().body) < 1 << 20


def test_changing_the_future_changes_no_forecast() -> None:
    rows = days(1, 600)
    other = trained([*rows[:500], *((at, fee * 3) for at, fee in rows[500:])])
    assert other is not None
    turn = rows[500][0]
    for horizon in STEPS:
        before = [row for row in model().backtests[horizon]["series"] if row["at"] < turn]
        same = {row["at"]: row for row in other.backtests[horizon]["series"]}
        assert before
        for row in before:
            assert {**row, "outcome": None} == {**same[row["at"]], "outcome": None}


def test_a_kept_model_says_what_the_walk_said() -> None:
    """Inference from JSON goes on with later ten minutes."""
    kept = HourModel(json.loads(model().body))
    for horizon in STEPS:
        said = kept.said(horizon, MODEL, days(1, 600)[-1][1])
        assert said.low95 <= said.low80 <= said.point <= said.high80 <= said.high95
    later = days(1, 650)
    kept.learn(later)
    assert kept.until == later[-1][0]
    once = kept.said("1h", "last_value", later[-1][1])
    assert once.point == pytest.approx(later[-1][1])


def test_too_little_is_no_model() -> None:
    assert trained(days(1, LEAST - 1)) is None


def test_holes_are_filled_or_end_what_was_before() -> None:
    rows = [(0, 1.0), (TEN, 2.0), (4 * TEN, 5.0)]
    assert even(rows) == [(0, 1.0), (TEN, 2.0), (2 * TEN, 2.0), (3 * TEN, 2.0), (4 * TEN, 5.0)]
    assert even([(0, 1.0), (100 * TEN, 5.0)]) == [(100 * TEN, 5.0)]


def scores(mape: float, pinball: int, cover80: float = 0.8, cover95: float = 0.95) -> dict[str, Any]:
    return {"mape": mape, "pinball": str(pinball), "cover80": cover80, "cover95": cover95}


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (scores(0.1, 90), None),
        (scores(0.2, 90), "mean error"),
        (scores(0.1, 100), "pinball"),
        (scores(0.1, 90, cover80=0.75), "cover80"),
        (scores(0.1, 90, cover80=0.85), "cover80"),
        (scores(0.1, 90, cover95=0.91), "cover95"),
        (scores(0.1, 90, cover95=0.99), "cover95"),
        (None, "nothing came"),
    ],
)
def test_what_may_not_serve_is_told_why(own: Mapping[str, Any] | None, words: str | None) -> None:
    found = refusal({"model": own, "baselines": {"last_value": scores(0.2, 100), "ar1": None}})
    assert (found is None) if words is None else (words in str(found))


def test_a_storm_after_long_calm_is_trained_on() -> None:
    """Twelve days at the floor, then hours that are a thousand times as dear."""
    rows = [(START + TEN * place, 1e9 * (1 if place < 1_700 else 1_000 ** ((place % 7) / 6))) for place in range(1_800)]
    made = trained(rows)
    assert made is not None
    kept = HourModel(json.loads(made.body))
    for horizon in STEPS:
        assert all(math.isfinite(each) and each > 0 for each in kept.said(horizon, MODEL, rows[-1][1]))
