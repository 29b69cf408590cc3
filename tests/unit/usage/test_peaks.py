"""A day unlike those before: at its bounds, one short of each."""

from __future__ import annotations

import pytest

from premium.usage.figures.peaks import anomalous

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("today", "before", "expected"),
    [
        (100, [20] * 7, True),
        (99, [1] * 7, False),
        (100, [20] * 6, False),
        (100, [20] * 6 + [21], False),
        (104, [20] * 6 + [21], True),
        (500, [0] * 6 + [100], True),
        (500, [10_000] + [100] * 30, True),
        (499, [100] * 30, False),
        (500, [], False),
    ],
)
def test_five_times_the_mean_of_thirty_days_at_most_and_seven_at_least(
    today: int, before: list[int], expected: bool
) -> None:
    assert anomalous(today, before) is expected
