"""A run whose Redis and PostgreSQL go away under its hands: each user is written once, none is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from local.postgres import SUPERUSER
from premium.bootstrap import Platform
from premium.config import Settings
from premium.errors import AppError
from premium.portfolio import run_model
from premium.portfolio.jobs import RunPayload
from premium.portfolio.run_model import Run
from premium.portfolio.runs import Runs
from tests.integration.chaos.conftest import Stage
from tests.integration.portfolio.platforms import Jobs

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(400)]
USERS = 4


@pytest.fixture
def worker(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """Two users a block; what a worker left is free at once."""
    monkeypatch.setattr(run_model.planned, "__defaults__", (2, 2))
    monkeypatch.setattr("premium.portfolio.store.runs.LEASE", timedelta(0))
    made = Platform(Settings.from_environment(stage.environment))
    made.__dict__["jobs"] = Jobs()
    yield made
    made.close()


@pytest.mark.parametrize(("point", "ago"), [("run_read", 2), ("run_valued", 1), ("before_commit", 0)])
def test_stores_that_restart_at_a_point_cost_nobody_his_hour(
    stage: Stage, worker: Platform, point: str, ago: int
) -> None:
    """An hour each, since all three are written to one pair of databases."""
    users = {stage.user() for _ in range(USERS)}
    moment = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=ago)
    _since(stage, users, moment - timedelta(hours=2))
    runs, left = Runs.of(worker), [stage.redis, stage.postgres]
    run = runs.begin(moment)

    def restart(name: str) -> None:
        while name == point and left:
            service = left.pop()
            service.stop()
            service.start()

    for _ in range(20):
        with suppress(AppError, psycopg.Error, OSError):
            runs.carry_on(RunPayload(run_id=run.id, number=0), seconds=60, point=restart)
            if runs.stores.runs.get(run.id).status != "running":
                break
    found: Run = runs.stores.runs.get(run.id)
    assert left == [], "both went away"
    assert (found.status, (found.report or {})["undone"]) == ("done", [])
    with psycopg.connect(stage.postgres.url("timeseries", SUPERUSER)) as connection:
        rows = connection.execute('SELECT user_id FROM portfolio_rows WHERE "timestamp" = %s', (moment,)).fetchall()
    written = Counter(row[0] for row in rows)
    assert {user: written[user] for user in users} == dict.fromkeys(users, 1)


def _since(stage: Stage, users: set[UUID], then: datetime) -> None:
    with psycopg.connect(stage.postgres.url("premium", SUPERUSER)) as connection:
        connection.execute("UPDATE portfolio_wallets SET created_at = %s WHERE user_id = ANY (%s)", (then, [*users]))
