"""An event's time is one: as intake read it, so does the matcher, batch or single."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest

from premium.alerts.language.event import IncomingEvent
from premium.alerts.language.values import seconds
from premium.alerts.matcher.columns.times import column

pytestmark = pytest.mark.unit

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WRITTEN = [
    1763640000, 1763640000.25, 1763640000000, "1763640000", "1763640000.25", "1763640000000", "+1763640000",
    "2025-11-20T12:00:00Z", "2025-11-20t12:00:00z", "2025-11-20 12:00:00.123456789Z", "2025-11-20T12:00Z",
    "2025-11-20T12:00:00+0530", "2025-11-20T12:00:00-00:00", "2025-11-20T12:00:00,5Z",
]  # fmt: skip


@pytest.mark.parametrize("written", WRITTEN)
def test_the_matcher_reads_a_time_as_intake_does(written: Any) -> None:
    raw = {"event_id": "e", "kind": "gas", "chain": "c", "timestamp": written}
    assert seconds(written) == IncomingEvent.model_validate(raw, context={"now": NOW}).timestamp.timestamp()


def test_a_column_is_its_single_times_and_what_is_none_is_nan() -> None:
    plain = ["2025-11-20T12:00:00Z", "2024-02-29T23:59:59Z"]
    assert column(plain).tolist() == [seconds(one) for one in plain]
    none = [None, True, "", "noon", "2025-02-29T00:00:00Z", "2025-11-20T12:00:60Z", "NaN", 10**14, [], {}]
    assert [one for one in none if not math.isnan(seconds(one))] == []
    assert all(map(math.isnan, column(none)))
