"""An operator starts a back-fill and sees what is not rebuilt."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from click.testing import CliRunner

from premium.cli import portfolio_backfill
from premium.portfolio.onchain.begin import ordered
from premium.portfolio.store import Stores
from premium.portfolio.store.progress.backfills import RebuiltDay
from tests.fixtures.platform import AddUser
from tests.integration.portfolio.world import World

pytestmark = pytest.mark.integration


def lines(*arguments: str) -> list[dict[str, object]]:
    said = CliRunner().invoke(portfolio_backfill.backfill, list(arguments))
    assert said.exit_code == 0, said.output
    return [json.loads(line) for line in said.output.splitlines() if line.startswith("{")]


def test_what_is_rebuilt_and_what_is_not_is_shown(
    world: World, add_user: AddUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portfolio_backfill, "platform", lambda: world.worker)
    assert lines("show", str(uuid4())) == [{"status": "none", "days": 0, "until": None}]
    at = datetime(2026, 1, 1, 23, 59, 59, tzinfo=UTC)
    days = [RebuiltDay(at, Decimal(5), True, {"wallet": {"0x1": "5"}})]
    gap = {"wallet": "0x1", "chain": "local", "asset": None, "why": "position", "since": None}
    Stores.of_worker(world.worker).backfills.keep(world.user, at, days, [], [gap], [])
    told = lines("show", str(world.user))
    assert (told[0]["status"], told[0]["days"], told[1:]) == ("done", 1, [gap])
    other = add_user()
    assert Stores.of(world.function).backfills.get(other) is None
    assert Stores.of(world.function).backfills.worth(other, at, at) == []
    assert [row.usd for row in Stores.of(world.function).backfills.worth(world.user, at, at)] == [5]


def test_an_order_is_a_job_of_its_own(world: World) -> None:
    orders = [uuid4(), uuid4()]
    for order in (*orders, orders[0]):
        ordered(world.worker, world.user, order)
    assert len(world.worker.jobs.started) == 2  # type: ignore[attr-defined] # the tests' own
