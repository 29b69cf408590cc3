"""The moving window beside a naive log, and the levels of a quota beside exact fractions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premium.billing.cases.window import allowed
from premium.metering.levels import LEVELS, Reached, Used, metered

pytestmark = pytest.mark.unit
MINUTE = Fraction(60_000)


def naive(arrivals: list[int], limit: int, window: Fraction) -> list[bool]:
    """Look through all that passed before, for each arrival."""
    passed: list[int] = []
    found = [False] * len(arrivals)
    for at, index in sorted((at, index) for index, at in enumerate(arrivals)):
        if sum(at - window <= before <= at for before in passed) < limit:
            passed.append(at)
            found[index] = True
    return found


@given(
    arrivals=st.lists(st.one_of(st.integers(-100, 300), st.sampled_from([0, 59, 60, 61, 120, 121])), max_size=60),
    limit=st.integers(0, 6),
    window=st.sampled_from([Fraction(60), Fraction(1), Fraction(121, 2)]),
)
def test_a_window_passes_what_a_naive_log_passes(arrivals: list[int], limit: int, window: Fraction) -> None:
    found = allowed(arrivals, limit, window)
    assert found == naive(arrivals, limit, window)
    times = sorted(at for at, passes in zip(arrivals, found, strict=True) if passes)
    assert all(sum(at - window <= other <= at for other in times) <= limit for at in times), "never more in any window"


def test_one_of_exactly_the_windows_length_ago_still_counts() -> None:
    assert allowed([0, 60_000, 60_001], 1, MINUTE) == [True, False, True]


def test_arrivals_are_decided_in_the_order_of_time() -> None:
    assert allowed([60_001, 60_000, 0], 1, MINUTE) == [True, False, True]
    assert allowed([5, 5, 5], 2, MINUTE) == [True, True, False], "alike: in the order given"


def test_a_limit_of_nothing_and_large_numbers() -> None:
    assert allowed([1, 2], 0, MINUTE) == [False, False]
    assert allowed([10**100, 10**100 + 60_001], 1, MINUTE) == [True, True]


def test_a_hundred_thousand_arrivals_take_moments() -> None:
    assert sum(allowed(list(range(100_000)), 1_000, Fraction(1_000))) == 99_901


Units = st.one_of(st.integers(0, 100).map(Decimal), st.decimals(0, 5, places=3))
Events = st.lists(st.builds(Used, st.one_of(st.none(), st.sampled_from("abc")), Units), max_size=40)


@given(events=Events, quota=st.one_of(st.integers(0, 400).map(Decimal), st.decimals(0, 100, places=2)))
def test_levels_are_reached_as_exact_fractions_say(events: list[Used], quota: Decimal) -> None:
    total, levels = metered(events, quota)
    sums, seen, expected = Fraction(0), set(), []
    told: set[int] = set()
    for index, event in enumerate(events):
        if event.id is not None and event.id in seen:
            continue
        seen.add(event.id)
        sums += Fraction(event.units)
        for level in LEVELS:
            if level not in told and sums >= Fraction(level, 100) * Fraction(quota):
                told.add(level)
                expected.append(Reached(index, level))
    assert (Fraction(total), levels) == (sums, expected)


def test_one_step_may_pass_all_levels_and_each_is_told_once() -> None:
    used = [Used(None, Decimal(units)) for units in (79, 0, 1, 14, 5, 1000)]
    assert metered(used, Decimal(100))[1] == [(2, 80), (4, 95), (5, 100)]
    assert metered([Used(None, Decimal(7))], Decimal(7))[1] == [(0, 80), (0, 95), (0, 100)]


def test_a_quota_of_nothing_is_full_with_the_first_event_and_none_is_never() -> None:
    assert metered([Used(None, Decimal(0))], Decimal(0))[1] == [(0, 80), (0, 95), (0, 100)]
    assert metered([], Decimal(0)) == (0, [])
    assert metered([Used(None, Decimal(10**100))], None) == (10**100, [])


def test_bounds_are_exact_at_any_size() -> None:
    quota = Decimal(5 * 10**60)
    bound, under = Decimal(4 * 10**60), Decimal(4 * 10**60 - 1)
    assert metered([Used("a", bound)], quota)[1] == [(0, 80)]
    assert metered([Used("a", under)], quota)[1] == []
    tenths = [Used(None, Decimal("0.1"))] * 10
    assert metered(tenths, Decimal(1))[1] == [(7, 80), (9, 95), (9, 100)], "no float: ten tenths are one"
