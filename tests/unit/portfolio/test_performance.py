"""Returns of values and booked flows, by the shared figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from premium.portfolio.model import Worth
from premium.portfolio.valuation.performance import Performance, measure

pytestmark = pytest.mark.unit

START = datetime(2026, 1, 1, tzinfo=UTC)
Flow = tuple[datetime, Decimal]


def after(days: float) -> datetime:
    return START + timedelta(days=days)


def worth(*usd: str | None, days: float = 1) -> list[Worth]:
    """One value each `days`; None is one whose price is missing."""
    return [Worth(at=after(n * days), usd=Decimal(each or 0), is_good=each is not None) for n, each in enumerate(usd)]


def flow(days: float, usd: str) -> Flow:
    return after(days) - timedelta(microseconds=1), Decimal(usd)


def measured(values: list[Worth], *flows: Flow, **sums: str) -> Performance:
    found = measure(values, flows, {kind: Decimal(usd) for kind, usd in sums.items()})
    assert found is not None
    assert found.end_value == found.start_value + found.net_flow + found.profit
    return found


def test_a_year_at_ten_percent() -> None:
    found = measured(worth("1000", "1100", days=365))
    assert (found.profit, found.roi, found.time_weighted_return, found.money_weighted_return, found.apy) == (
        100, Decimal("0.1"), Decimal("0.1"), Decimal("0.1"), Decimal("0.1"))  # fmt: skip
    assert (found.unique, found.gaps, found.max_drawdown) == (True, (), 0)


def test_deposits_and_withdrawals_are_no_gain() -> None:
    found = measured(worth("1000", "3000", "500"), flow(1, "2000"), flow(2, "-2500"))
    assert (found.profit, found.net_flow, found.max_drawdown) == (0, -500, 0)
    assert found.time_weighted_return is not None
    assert abs(found.time_weighted_return) < Decimal("1e-8")


def test_a_fall_is_what_the_money_did_that_was_there() -> None:
    found = measured(worth("1000", "1500", "16500", "8250"), flow(2, "15000"))
    assert (found.profit, found.net_flow) == (-7750, 15000)
    assert found.time_weighted_return == Decimal("-0.25")
    assert found.max_drawdown == Decimal("-0.5")


def test_a_value_in_doubt_ends_no_interval() -> None:
    found = measured(worth("2000", None, "4000"))
    assert (found.profit, found.time_weighted_return) == (2000, 1)
    assert [(gap.start, gap.end, gap.why) for gap in found.gaps] == [(after(0), after(2), "no_value")]
    assert measure(worth(None, None), [], {}) is None


def test_nothing_has_no_return() -> None:
    found = measured(worth("0", "0", "0"))
    assert (found.time_weighted_return, found.money_weighted_return, found.roi, found.volatility) == (None,) * 4


def test_a_tiny_base_earns_nothing_and_is_told() -> None:
    found = measured(worth("10000", "0.5", "0.25", "10000.25"), flow(1, "-9999.5"), flow(3, "10000"))
    assert found.time_weighted_return == 0
    assert {gap.why for gap in found.gaps} == {"tiny_base"}


def test_single_kinds_stand_beside_the_profit() -> None:
    found = measured(worth("100", "110"), income="12", gas="-1.5", fee="-0.5", unexplained="3")
    assert (found.income, found.costs, found.unexplained) == (12, 2, 3)


def test_a_day_alone_has_no_apy_and_no_volatility() -> None:
    found = measured(worth("100", "110", days=0.5))
    assert (found.apy, found.volatility) == (None, None)
