"""Sums of days and months over counters that the drain wrote: the same however often, and whenever it is killed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner

from premium.bootstrap import Platform
from premium.cli.billing import billing
from premium.jobs.model import JobStatus
from premium.limits import Limiter
from premium.metering.counts import UsageCounts
from premium.metering.drain import UsageDrain
from premium.metering.summaries import Summaries, first_whole_month
from premium.metering.usage import Use
from premium.storage.tables import Change, Table
from premium.usage.aggregation import Aggregator
from tests.factories.http import answer, event, verdict
from tests.fixtures.platform import AddUser

pytestmark = pytest.mark.integration
NIGHT = datetime(2026, 11, 20, 1, tzinfo=UTC)
DAY = date(2026, 11, 19)


class Counted:
    """A table of its own, and what was asked on it."""

    def __init__(self, platform: Platform, name: str) -> None:
        self.table, self.redis, self.database = Table(name), platform.redis(2), platform.worker_database
        self.counts, self.summaries = UsageCounts(self.table), Summaries(self.table)

    def ask(self, subject: UUID, at: datetime, *routes: str) -> None:
        limiter = Limiter(self.redis, patience=5)
        for route in routes:
            limiter.check(f"user:{at}", 1000, Use(subject=subject, customer=UUID(int=7), endpoint=route, at=at))
        UsageDrain(self.redis, self.table.boto3, self.database).run(at)

    def sum_up(self, day: date = DAY, now: datetime = NIGHT, point: Callable[[str], Any] = print) -> dict[date, int]:
        return Aggregator(counts=self.counts, summaries=self.summaries, now=now, point=point).run(day)


@pytest.fixture
def counted(platform: Platform, own_table: Callable[[str], str]) -> Counted:
    return Counted(platform, own_table("usage"))


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def test_hours_make_days_and_days_make_months(counted: Counted) -> None:
    key, other = uuid4(), uuid4()
    counted.ask(key, noon(DAY), "GET /v1/a", "GET /v1/b", "GET /v1/a")
    counted.ask(key, noon(DAY) + timedelta(hours=1), "GET /v1/b")
    counted.ask(key, noon(date(2026, 11, 16)), *["GET /v1/b"] * 4)
    counted.ask(other, noon(DAY), "GET /v1/c")
    found = counted.sum_up()
    assert {day: n for day, n in found.items() if n} == {date(2026, 11, 16): 4, DAY: 5}
    month = counted.summaries.month(key, date(2026, 11, 1))
    assert month is not None
    assert (month.requests, month.limited, month.through) == (8, 0, DAY)
    assert month.endpoints == {"GET /v1/a": 2, "GET /v1/b": 6}
    assert month.peak == (date(2026, 11, 16), 4), "the earliest of equals"
    item = counted.table.get({"pk": f"usage#{key}", "sk": f"2026-11#daily#{DAY}"})
    assert item is not None
    assert item["summed"] == {"requests": 4, "limited": 0, "endpoints": {"GET /v1/a": 2, "GET /v1/b": 2}}
    kept = counted.table.get({"pk": f"usage#{key}", "sk": "2026-11#monthly#2026-11"})
    assert kept is not None
    assert datetime.fromtimestamp(int(kept["ttl"]), UTC) == datetime(2029, 1, 1, tzinfo=UTC), "25 months after its end"


def test_twice_is_once_and_what_came_late_is_taken_in(counted: Counted) -> None:
    key = uuid4()
    counted.ask(key, noon(DAY), "GET /v1/a")
    counted.sum_up()
    counted.sum_up()
    assert counted.summaries.month(key, DAY.replace(day=1)).requests == 1  # type: ignore[union-attr] # it is there
    counted.ask(key, noon(DAY), "GET /v1/a")
    counted.sum_up(DAY + timedelta(days=1), NIGHT + timedelta(days=1))
    assert counted.summaries.month(key, DAY.replace(day=1)).requests == 2  # type: ignore[union-attr] # it is there


def test_missed_days_are_caught_up_over_a_months_end(counted: Counted) -> None:
    early, late = uuid4(), uuid4()
    counted.sum_up(date(2026, 10, 20), datetime(2026, 10, 21, 1, tzinfo=UTC))
    counted.ask(early, noon(date(2026, 10, 25)), "GET /v1/a")
    counted.ask(late, noon(date(2026, 11, 2)), "GET /v1/a")
    found = counted.sum_up(date(2026, 11, 5), datetime(2026, 11, 6, 1, tzinfo=UTC))
    assert (min(found), len(found), sum(found.values())) == (date(2026, 10, 21), 16, 2)
    october = counted.summaries.month(early, date(2026, 10, 1))
    assert october is not None
    assert october.through == date(2026, 10, 31), "ended, though nothing was asked on its last day"
    assert counted.summaries.month(late, date(2026, 11, 1)) is not None
    assert counted.summaries.month(early, date(2026, 11, 1)) is None
    assert counted.summaries.last() == date(2026, 11, 5)


def test_an_earlier_day_by_hand_leaves_the_month_whole(counted: Counted) -> None:
    key = uuid4()
    counted.ask(key, noon(DAY), "GET /v1/a")
    counted.sum_up()
    counted.ask(key, noon(date(2026, 11, 3)), "GET /v1/a")
    counted.sum_up(date(2026, 11, 3))
    month = counted.summaries.month(key, DAY.replace(day=1))
    assert month is not None
    assert (month.requests, month.through) == (2, DAY)
    assert counted.summaries.last() == DAY


@pytest.mark.parametrize("where", ["first_write", "before_commit"])
def test_killed_anywhere_and_run_again_it_leaves_the_same(counted: Counted, where: str) -> None:
    key = uuid4()
    counted.ask(key, noon(DAY), "GET /v1/a", "GET /v1/b")

    def die(point: str) -> None:
        if point == where:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        counted.sum_up(point=die)
    assert counted.summaries.last() is None
    counted.sum_up()
    month = counted.summaries.month(key, DAY.replace(day=1))
    assert month is not None
    assert (month.requests, counted.summaries.last()) == (2, DAY)


def test_hours_that_do_not_add_up_are_an_alarm(counted: Counted, capsys: pytest.CaptureFixture[str]) -> None:
    key = uuid4()
    counted.ask(key, noon(DAY), "GET /v1/a")
    counted.sum_up()
    assert "UnevenDays" not in capsys.readouterr().out
    counted.table.update({"pk": f"usage#{key}", "sk": f"2026-11#hourly#{DAY}T12"}, Change(add={"requests": 1}))
    counted.sum_up()
    said = capsys.readouterr().out
    assert '"Namespace":"Premium/Usage"' in said
    assert '"UnevenDays":[1.0]' in said
    assert "DailyRequests" not in said, "which was told with the first sum"


def test_months_are_summed_up_while_all_of_their_days_are_kept() -> None:
    assert first_whole_month(date(2026, 11, 30)) == date(2026, 10, 1)
    assert first_whole_month(date(2026, 11, 28)) == date(2026, 9, 1)
    assert first_whole_month(date(2026, 11, 29)) == date(2026, 9, 1)


def test_staff_starts_it_by_hand(platform: Platform, add_user: AddUser) -> None:
    from handlers.usage import handler  # noqa: PLC0415 - as the platform's fixture names its stores

    def post(body: dict[str, Any] | None, role: str = "admin") -> Any:
        by = verdict(add_user(), roles=role)
        return answer(handler(event("POST", "/admin/trigger-aggregation", by=by, body=body), None))

    started = post(None)
    assert (started.status, started.data["kind"], started.data["status"]) == (202, "usage.aggregate", "queued")
    job = platform.jobs.store.get(UUID(started.data["id"]))
    assert job.status is JobStatus.QUEUED
    today = datetime.now(UTC).date()
    assert job.payload["at"] == f"{today}T01:00:00Z"
    refused = post({"date": str(today)})
    assert (refused.status, list(refused.error["details"])) == (400, ["date"])
    assert post({"date": "2020-01-01"}).status == 400
    assert post(None, role="support").status == 403


def test_operators_list_a_month_by_key(
    platform: Platform, own_table: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = own_table("usage")
    counted, key = Counted(platform, name), uuid4()
    counted.ask(key, noon(DAY), "GET /v1/a", "GET /v1/a")
    counted.ask(UUID(int=7), noon(DAY), "GET /v1/a")
    counted.sum_up()
    monkeypatch.setitem(platform._tables, "usage", counted.table)
    shown = CliRunner().invoke(billing, ["usage", "--month", "2026-11", "--json"])
    assert shown.exit_code == 0, shown.output
    rows = json.loads(shown.output)
    assert [(row["key"], row["requests"]) for row in rows] == [(str(key), 2), (None, 1)]
    assert CliRunner().invoke(billing, ["usage", "--month", "November"]).exit_code == 2
