"""Returns against figures worked out by hand, and what may never count as a gain."""

from __future__ import annotations

import statistics
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premium.portfolio.model import Holding
from premium.portfolio.valuation.performance import measure, step
from tests.unit.portfolio.examples import quote, snapshot

pytestmark = pytest.mark.unit


def test_a_rise_of_the_price_is_the_profit() -> None:
    result = measure([snapshot(0, a=("10", "100")), snapshot(365, a=("10", "110"))])
    assert (result.profit, result.net_flow, result.roi) == (Decimal(100), Decimal(0), Decimal("0.1"))
    assert (result.time_weighted_return, result.apy, result.money_weighted_return) == (Decimal("0.1"),) * 3


def test_an_empty_portfolio_has_no_return() -> None:
    result = measure([snapshot(0), snapshot(10), snapshot(20)])
    figures = (result.roi, result.time_weighted_return, result.money_weighted_return, result.apy, result.volatility)
    assert figures == (None,) * 5
    assert (result.profit, result.max_drawdown) == (Decimal(0), Decimal(0))


def test_a_deposit_is_no_gain_and_a_withdrawal_no_loss() -> None:
    path = [snapshot(0, a=("10", "100")), snapshot(10, a=("30", "100")), snapshot(20, a=("5", "100"))]
    result = measure(path)
    assert (result.profit, result.net_flow) == (Decimal(0), Decimal(-500))
    assert (result.time_weighted_return, result.max_drawdown, result.volatility) == (Decimal(0),) * 3


def test_time_weighting_ignores_how_much_was_at_work() -> None:
    """+50 % on 1,000; then 10,000 more come in; then -50 %: TWR is 1.5 x 0.5 - 1."""
    path = [
        snapshot(0, a=("10", "100")),
        snapshot(100, a=("10", "150")),
        snapshot(200, a=("110", "150")),
        snapshot(300, a=("110", "75")),
    ]
    result = measure(path)
    assert result.time_weighted_return == Decimal("-0.25")
    assert result.profit == Decimal(500) - Decimal(8250)
    assert result.max_drawdown == Decimal("-0.5")
    assert result.money_weighted_return is not None
    assert result.money_weighted_return < Decimal("-0.8")


def test_a_swap_at_market_prices_changes_nothing() -> None:
    part = step(snapshot(0, a=("10", "100"), b=("0", "20")), snapshot(1, a=("0", "100"), b=("50", "20")))
    assert (part.flow, part.gain) == (Decimal(0), Decimal(0))


def test_an_asset_that_loses_its_price_is_no_loss_but_a_flow() -> None:
    gone = snapshot(1, a=("10", "100"))
    part = step(snapshot(0, a=("10", "100"), b=("1", "50")), gone)
    assert (part.gain, part.flow) == (Decimal(0), Decimal(-50))


def test_one_snapshot_has_a_value_and_no_returns() -> None:
    result = measure([snapshot(0, a=("1", "5"))])
    assert (result.end_value, result.profit, result.time_weighted_return) == (Decimal(5), Decimal(0), None)
    assert (result.money_weighted_return, result.apy, result.volatility) == (None, None, None)


def test_a_price_missing_for_a_while_makes_no_flow_of_the_gain() -> None:
    path = [snapshot(0, a=("10", "100")), snapshot(1, a=("10", "100")), snapshot(2, a=("10", "200"))]
    gap = Holding.model_copy(path[1].holdings[0], update={"quote": quote(None)})
    path[1] = path[1].model_copy(update={"holdings": (gap,)})
    result = measure(path)
    assert (result.profit, result.net_flow, result.time_weighted_return) == (Decimal(1000), Decimal(0), Decimal(1))
    gone = measure(path[:2])
    assert (gone.profit, gone.net_flow, gone.end_value) == (Decimal(0), Decimal(-1000), Decimal(0))


def test_a_nearly_emptied_portfolio_does_not_sink_the_return() -> None:
    """A second account that sinks a return, a nearly emptied one at -100 % (wealthfolio 1414, 497)."""
    path = [
        snapshot(0, a=("1000", "100")),
        snapshot(10, a=("0", "100"), b=("0.5", "1")),
        snapshot(20, b=("0.5", "0.01")),
        snapshot(30, a=("1000", "110"), b=("0.5", "0.01")),
        snapshot(40, a=("1000", "121"), b=("0.5", "0.01")),
    ]
    assert measure(path).time_weighted_return == pytest.approx(Decimal("0.1"), abs=Decimal("1e-6"))


def test_all_withdrawn_has_no_money_weighted_loss() -> None:
    result = measure([snapshot(0, a=("10", "100")), snapshot(365, a=("10", "110")), snapshot(366)])
    assert result.money_weighted_return == pytest.approx(Decimal("0.1"), abs=Decimal("0.001"))


def test_a_rate_has_no_bound() -> None:
    result = measure([snapshot(0, a=("1", "1")), snapshot(2, a=("1", "1.2"))])
    assert result.money_weighted_return is not None
    assert result.money_weighted_return > 10**6
    assert result.apy == result.money_weighted_return


def test_volatility_and_drawdown_are_those_of_daily_returns() -> None:
    prices = ["100", "110", "99", "104.5", "125.4"]
    result = measure([snapshot(day, a=("10", price)) for day, price in enumerate(prices)])
    returns = [float(after) / float(before) - 1 for before, after in pairwise(map(Decimal, prices))]
    assert float(result.volatility or 0) == pytest.approx(statistics.stdev(returns) * 365**0.5, abs=1e-8)
    assert result.max_drawdown == Decimal("-0.1")


@given(st.lists(st.tuples(st.integers(0, 1000), st.decimals("0.01", "1000", places=2)), min_size=2, max_size=8))
def test_value_is_start_plus_flows_plus_profit_to_the_last_digit(path: list[tuple[int, Decimal]]) -> None:
    result = measure([snapshot(day, a=(str(amount), str(usd))) for day, (amount, usd) in enumerate(path)])
    assert result.end_value == result.start_value + result.net_flow + result.profit
    assert -1 <= result.max_drawdown <= 0
