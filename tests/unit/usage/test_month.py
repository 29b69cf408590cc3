"""A month's sum, peak, average and projection beside a second, naive way."""

from __future__ import annotations

import statistics
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premium.usage.figures.month import days_of, projected, summed

pytestmark = pytest.mark.unit
MARCH = date(2026, 3, 1)


def counts(*units: int) -> dict[date, int]:
    return {MARCH + timedelta(days=day): n for day, n in enumerate(units)}


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=31), st.integers(1, 10**5))
def test_a_month_is_summed_and_projected_as_a_naive_look_says(units: list[int], quota: int) -> None:
    today = MARCH + timedelta(days=len(units) - 1)
    found = summed(MARCH, counts(*units), today)
    assert (found.requests, found.daily_average) == (sum(units), Fraction(sum(units), len(units)))
    best = max(units)
    assert found.peak == ((MARCH + timedelta(days=units.index(best)), best) if best else None)
    end = projected(MARCH, counts(*units), today, quota)
    if len(units) == 1:
        assert end is None
        return
    assert end is not None
    complete, used = units[:-1], units[-1]
    mean = statistics.mean([Fraction(n) for n in complete])
    total = sum(complete) + max(mean, used) + mean * (31 - len(units))
    assert abs(end.requests - total) <= Fraction(1, 2)
    assert sum(units) <= end.low <= end.requests <= end.high
    spread = 1.96 * ((statistics.variance(complete) if len(complete) > 1 else 0) * (32 - len(units))) ** 0.5
    assert abs(end.high - float(total) - spread) <= 0.51
    day, reached = MARCH, Fraction(0)
    expected = None
    for number in range(31):
        reached += complete[number] if number < len(complete) else max(mean, used) if number == len(complete) else mean
        if expected is None and reached >= quota:
            expected = day + timedelta(days=number)
    assert end.exceeded_on == expected


def test_days_without_use_count_and_the_earliest_peak_is_told() -> None:
    found = summed(MARCH, {date(2026, 3, 2): 5, date(2026, 3, 4): 5, date(2026, 3, 9): 100}, date(2026, 3, 5))
    assert (found.requests, found.daily_average, found.peak) == (10, 2, (date(2026, 3, 2), 5))
    end = projected(MARCH, counts(10, 0, 10, 0), date(2026, 3, 5), 100)
    assert end is not None
    assert (end.requests, end.exceeded_on) == (155, date(2026, 3, 20))


def test_a_month_that_is_over_ends_where_it_ended_and_one_to_come_has_nothing() -> None:
    end = projected(MARCH, counts(1, 2, 3), date(2026, 5, 1), 6)
    assert end == (6, 6, 6, date(2026, 3, 3))
    assert projected(MARCH, {}, date(2026, 2, 1), 6) is None
    assert summed(MARCH, {}, date(2026, 2, 1)) == (0, 0, None)
    assert [len(days_of(date(year, 2, 1))) for year in (2024, 2026)] == [29, 28]
    assert len(days_of(date(2026, 12, 1))) == 31
