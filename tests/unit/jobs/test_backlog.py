"""The figure that the fleet is scaled on."""

from __future__ import annotations

from decimal import Decimal

import pytest

from premium.jobs.backlog import Backlog

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("queued", "retrying", "started", "workers", "expected"),
    [(0, 0, 0, 0, "0"), (7, 0, 0, 0, "7"), (7, 0, 3, 4, "2.5"), (0, 0, 2, 2, "1"), (0, 1, 0, 0, "1")],
)
def test_queued_and_started_over_running_workers(
    queued: int, retrying: int, started: int, workers: int, expected: str
) -> None:
    backlog = Backlog(queue="tax", queued=queued, retrying=retrying, started=started, workers=workers)
    assert backlog.per_worker == Decimal(expected)
