"""`kill -9` of the worker at each point of a back-fill: it ends once, and with what an unhurt one leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from local.postgres import SUPERUSER
from premium.bootstrap import Platform
from premium.config import Settings
from premium.errors import NotFound
from premium.execution.chaos import VARIABLE
from premium.jobs.identity import job_id
from premium.jobs.model import JobRecord, JobStatus
from premium.portfolio.jobs import BACKFILL, REFRESH, BackfillPayload, RefreshPayload
from premium.portfolio.work import backfill, refresh
from tests.integration.chaos.conftest import Fleets, Stage, until
from tests.integration.chaos.test_kill import json_lines
from tests.integration.portfolio.platforms import Jobs, context
from tests.integration.portfolio.provider import coins
from tests.integration.portfolio.servers import serving

pytestmark = pytest.mark.chaos
POINTS = ("recorded", "backfill_read", "first_write", "before_commit")
"""All that a back-fill passes."""
_UNHURT: dict[str, list[Any]] = {}


@pytest.fixture
def provider(stage: Stage) -> Iterator[Mapping[str, str]]:
    """Every asset costs two dollars at any time: what a worker's environment says of where to ask."""
    assert stage

    with serving(coins(lambda _: Decimal(2), lambda _: Decimal(2))) as server:
        yield {"PRICE_API_URL": server.url}


@pytest.mark.parametrize("point", POINTS)
def test_a_backfill_killed_at_a_point_ends_once_with_the_figures_of_an_unhurt_one(
    stage: Stage, fleet: Fleets, provider: Mapping[str, str], point: str
) -> None:
    hurt, unhurt = stage.user(), _UNHURT or at_once(stage, provider, stage.user())
    first = stage.platform.jobs.start(REFRESH, RefreshPayload(), user_id=hurt, request_id="req_chaos")
    running = fleet("--processes=2", queues="aggregation", extra={**provider, VARIABLE: point})
    job = job_id(BACKFILL, hurt, f"backfill-{first.id}")
    until(lambda: stage.ended(first) and done(stage, job) is not None, seconds=40)

    record = done(stage, job)
    assert record is not None
    assert (record.status, record.attempt) == (JobStatus.DONE, 2)
    shown = [e["point"] for e in json_lines(running.log()) if e["message"] == "point" and e.get("job_id") == str(job)]
    # A window that was read and kept is not read again: the second attempt passes no such point.
    rest = POINTS if point == "recorded" else tuple(each for each in POINTS if each != "backfill_read")
    assert shown == [*POINTS[: POINTS.index(point) + 1], *rest]
    left = figures(stage, hurt)
    assert left == unhurt
    assert len(left["days"]) > 300, "a history of two years lies behind the wallet"
    assert len(left["flows"]) > 20


def done(stage: Stage, job: UUID) -> JobRecord | None:
    """The job's record when it has ended; before the refresh has started it there is none."""
    try:
        record = stage.platform.jobs.store.get(job)
    except NotFound:
        return None
    return record if record.status.ended else None


def at_once(stage: Stage, provider: Mapping[str, str], user: UUID) -> Mapping[str, list[Any]]:
    """Refresh and back-fill in this process, which nobody kills; all points compare with one of these."""
    made = Platform(Settings.from_environment({**stage.environment, **provider}))
    made.__dict__["jobs"] = Jobs()
    try:
        refresh.__wrapped__(context(made, user), RefreshPayload())  # type: ignore[attr-defined] # the body of the job
        assert backfill.__wrapped__(context(made, user), BackfillPayload())["left"] is False  # type: ignore[attr-defined] # as above
    finally:
        made.close()
    _UNHURT.update(figures(stage, user))
    return _UNHURT


def figures(stage: Stage, user: UUID) -> Mapping[str, list[Any]]:
    """All that a back-fill leaves of a user: days, flows with what they realised, gaps."""
    with psycopg.connect(stage.postgres.url("premium", SUPERUSER)) as connection:
        return {name: [row[0] for row in connection.execute(query, (user,))] for name, query in _LEFT.items()}


_LEFT = {
    "days": """SELECT to_jsonb(d) - '{user_id,id,created_at}'::text[] FROM portfolio_rebuilt_days d WHERE user_id = %s
               ORDER BY day""",
    "flows": """SELECT to_jsonb(f) - '{user_id,id,created_at}'::text[] FROM portfolio_flows f WHERE user_id = %s
                ORDER BY block, tx, index, asset""",
    "held": "SELECT jsonb_build_array(asset, units, usd) FROM portfolio_first_held WHERE user_id = %s ORDER BY asset",
    "whole": "SELECT jsonb_build_array(status, days, gaps) FROM portfolio_backfills WHERE user_id = %s",
}
