"""Figures of return series against empyrical and quantstats, and against their definitions written a second way."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from premium.returns.figures import NO_SPREAD, Terms, figures, luckiest

pytestmark = pytest.mark.unit


def series(seed: int, count: int) -> list[float]:
    """Returns from a linear congruential generator, between -4.95 % and 5.05 %."""
    found, state = [], seed
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2**31
        found.append((state % 2001 - 990) / 20_000)
    return found


def of(returns: list[float], terms: Terms | None = None, benchmark: list[float] | None = None) -> dict[str, float]:
    against = None if benchmark is None else np.array(benchmark)
    return {name: float(values[0]) for name, values in figures(np.array([returns]), terms, against).items()}


TERMS = Terms(risk_free=0.0001, mar=0.0005)
PEERS = {
    # empyrical-reloaded 0.7.1 with annualization=365, risk_free and required_return as TERMS has them
    "total_return": -0.3377460736774349,
    "annual_return": -0.7144932932286614,
    "annual_volatility": 0.534962935526453,
    "sharpe": -2.1415385513999783,
    "sortino": -3.1205938151730206,
    "downside_risk": 0.41390960390927556,
    "max_drawdown": -0.337746073677435,
    "calmar": -2.1154747572611003,
    "omega": 0.7478475149931709,
    "tail_ratio": 0.9431792934903354,
    "value_at_risk": -0.04501,
    "conditional_value_at_risk": -0.046158333333333336,
    "stability": 0.519366304198181,
    "beta": -0.04572366660302833,
    "alpha": -0.6838659848145324,
    # quantstats 0.0.86
    "win_rate": 0.4666666666666667,
    "profit_factor": 0.7791672975018926,
    "payoff_ratio": 0.8904769114307345,
    "kelly": -0.13226332970620222,
    "ulcer_index": 0.17112804034049534,
    "expected_return": -0.003428328333623054,
    "consecutive_wins": 3.0,
    "consecutive_losses": 4.0,
    "skew": 0.0801462797414014,
    "kurtosis": -1.1756052918782278,
}


@pytest.mark.parametrize("name", PEERS)
def test_the_field_s_libraries_say_the_same(name: str) -> None:
    assert of(series(1, 120), TERMS, series(2, 120))[name] == pytest.approx(PEERS[name], rel=1e-9)


def test_the_chance_that_it_was_skill_is_the_papers() -> None:
    returns = series(3, 400)
    found = of(returns, Terms(trials=50, trials_variance=0.01))
    sharpe = statistics.fmean(returns) / statistics.stdev(returns)
    spread = 1 - found["skew"] * sharpe + (found["kurtosis"] + 3 - 1) / 4 * sharpe**2
    score = sharpe / math.sqrt(spread / 399)
    normal = statistics.NormalDist()
    assert found["psr"] == pytest.approx(normal.cdf(score))
    gamma = 0.5772156649015329
    best = 0.1 * ((1 - gamma) * normal.inv_cdf(1 - 1 / 50) + gamma * normal.inv_cdf(1 - 1 / (50 * math.e)))
    assert luckiest(50, 0.01) == pytest.approx(best)
    assert found["deflated_sharpe"] == pytest.approx(normal.cdf((sharpe - best) / math.sqrt(spread / 399)))
    half = normal.inv_cdf(0.975) * math.sqrt(spread / 399) * math.sqrt(365)
    assert (found["sharpe_low"], found["sharpe_high"]) == pytest.approx(
        (found["sharpe"] - half, found["sharpe"] + half)
    )


def test_wilson_s_interval_is_the_textbook_s() -> None:
    """7 of 10: 0.3968 to 0.8922."""
    found = of([0.01] * 7 + [-0.01] * 3)
    assert (found["win_rate_low"], found["win_rate_high"]) == pytest.approx((0.39678, 0.89221), abs=1e-5)


UNSPREAD = ("sharpe", "sortino", "calmar", "omega", "tail_ratio", "stability", "payoff_ratio", "kelly", "ulcer_index")


@pytest.mark.parametrize("returns", [[0.01], [0.01] * 5, [0.0] * 9, [-0.02] * 3, [0.1, 0.1 + NO_SPREAD / 2]])
def test_without_a_spread_nothing_is_divided_by_it(returns: list[float]) -> None:
    found = of(returns, benchmark=returns)
    undefined = {
        name for name in (*UNSPREAD, "alpha", "beta", "psr", "skew", "kurtosis") if not math.isnan(found[name])
    }
    assert undefined == set()
    assert found["annual_volatility"] == 0 or len(returns) == 1


def test_gains_and_losses_alone() -> None:
    gains, losses, nothing = of([0.01, 0.02]), of([-0.01, -0.02]), of([0.0, 0.0])
    assert math.isnan(gains["profit_factor"])
    assert (losses["profit_factor"], nothing["profit_factor"]) == (0, 0)
    assert (gains["win_rate"], losses["win_rate"]) == (1, 0)
    assert math.isnan(nothing["win_rate"])
    assert math.isnan(gains["calmar"]), "it never fell"


def test_all_lost_is_all_lost() -> None:
    found = of([0.1, -1.0, 0.5])
    assert (found["total_return"], found["annual_return"], found["max_drawdown"]) == (-1, -1, -1)
    assert math.isnan(found["stability"])


percents = st.integers(-9_000, 20_000).map(lambda number: number / 10_000)


@settings(max_examples=50, deadline=None)
@given(
    st.integers(1, 40).flatmap(lambda n: st.lists(st.lists(percents, min_size=n, max_size=n), min_size=1, max_size=6))
)
def test_many_series_at_once_are_each_as_alone(rows: list[list[float]]) -> None:
    together = figures(np.array(rows))
    for place, row in enumerate(rows):
        alone = of(row)
        for name, value in alone.items():
            assert together[name][place] == pytest.approx(value, rel=1e-9, abs=1e-12, nan_ok=True), name


@settings(max_examples=50, deadline=None)
@given(st.lists(percents, min_size=2, max_size=60))
def test_definitions_written_a_second_way(returns: list[float]) -> None:
    found, level = of(returns), [1.0]
    for value in returns:
        level.append(level[-1] * (1 + value))
    falls = [now / max(level[: place + 1]) - 1 for place, now in enumerate(level)]
    ordered = sorted(returns)
    lowest = ordered[: int((len(returns) - 1) * 0.05) + 1]
    assert found["total_return"] == pytest.approx(level[-1] - 1, rel=1e-9, abs=1e-12)
    assert found["max_drawdown"] == pytest.approx(min(falls), rel=1e-9, abs=1e-12)
    assert found["conditional_value_at_risk"] == pytest.approx(statistics.fmean(lowest), rel=1e-9, abs=1e-12)
    assert found["value_at_risk"] <= statistics.median(returns) + 1e-12
    assert found["downside_risk"] == pytest.approx(
        math.sqrt(statistics.fmean(min(value, 0) ** 2 for value in returns) * 365), rel=1e-9, abs=1e-12
    )
