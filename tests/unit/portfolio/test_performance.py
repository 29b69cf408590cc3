"""Returns against figures worked out by hand, and what may never count as a gain."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premium.portfolio.valuation.performance import drawdown, measure, step, xirr
from tests.unit.portfolio.examples import START, snapshot

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
    assert result.max_drawdown == Decimal("0.5")
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


def test_xirr_of_the_textbook_example() -> None:
    """The example of the spreadsheet function XIRR: 37.34 %."""
    amounts = ((0, -10_000), (60, 2_750), (303, 4_250), (411, 3_250), (456, 2_750))
    rate = xirr([(START + timedelta(days=day), amount) for day, amount in amounts])
    assert rate == pytest.approx(0.373362535, abs=1e-6)


@pytest.mark.parametrize("flows", [[], [(START, -1.0)], [(START, -1.0), (START, 2.0)]])
def test_no_rate_without_time(flows: list[tuple[object, float]]) -> None:
    assert xirr(flows) is None  # type: ignore[arg-type] # empty and short lists


def test_drawdown_is_from_the_highest_point_before() -> None:
    assert drawdown([1.5, 0.8, 0.5, 4.0]) == pytest.approx(0.6)


@given(st.lists(st.tuples(st.integers(0, 1000), st.decimals("0.01", "1000", places=2)), min_size=2, max_size=8))
def test_value_is_start_plus_flows_plus_profit_to_the_last_digit(path: list[tuple[int, Decimal]]) -> None:
    result = measure([snapshot(day, a=(str(amount), str(usd))) for day, (amount, usd) in enumerate(path)])
    assert result.end_value == result.start_value + result.net_flow + result.profit
    assert 0 <= result.max_drawdown <= 1
