"""Risk by the standard library says what the vectorised figures say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from premium.returns import daily
from premium.returns.figures import Terms, figures

pytestmark = pytest.mark.unit

Series = st.lists(st.integers(-900, 900).map(lambda n: n / 10_000), min_size=1, max_size=60)


@given(Series, Series)
@settings(max_examples=50, deadline=None)
def test_both_ways_agree(returns: list[float], other: list[float]) -> None:
    count = min(len(returns), len(other))
    mine, benchmark = returns[:count], other[:count]
    found = {name: float(v[0]) for name, v in figures(np.array([mine]), Terms(), np.array(benchmark)).items()}
    ours = {
        "annual_volatility": daily.volatility(mine),
        "sharpe": daily.sharpe(mine),
        "sortino": daily.sortino(mine),
        "beta": daily.beta(mine, benchmark),
        "alpha": daily.alpha(mine, benchmark),
    }
    for name, value in ours.items():
        told = math.nan if value is None else value
        assert told == pytest.approx(found[name], rel=1e-9, abs=1e-12, nan_ok=True), name


def test_nothing_and_a_constant_have_no_ratio() -> None:
    assert daily.volatility([]) is None
    assert daily.volatility([0.01, 0.01]) == 0
    assert daily.sharpe([0.01, 0.01]) is daily.sortino([0.01, 0.02]) is daily.beta([0.01, 0.02], [0.0, 0.0]) is None
