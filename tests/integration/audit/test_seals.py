"""Days of the audit trail sealed in a bucket, and entries that somebody touched found by the command."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import boto3
import pytest
from click.testing import CliRunner, Result

from local.aws import Aws
from premium.audit import store as audit_store
from premium.audit.chain import Chains
from premium.audit.model import SYSTEM_ACTOR, Action, Entry
from premium.audit.seals import Seals
from premium.audit.store import AuditStore
from premium.bootstrap import platform
from premium.cli.main import main
from premium.storage.objects import Objects
from premium.storage.tables import Table
from stacks.terms.tables import creation

pytestmark = pytest.mark.integration

TODAY = datetime.now(UTC).date()
YESTERDAY = TODAY - timedelta(days=1)
MORNING = datetime(TODAY.year, TODAY.month, TODAY.day, 2, 30, tzinfo=UTC)


@pytest.fixture
def names(aws: Aws) -> tuple[str, str]:
    name = f"audit-{uuid4().hex[:8]}"
    boto3.client("dynamodb").create_table(TableName=name, **creation("audit"))
    boto3.client("s3").create_bucket(Bucket=name)
    return name, name


@pytest.fixture
def seals(names: tuple[str, str]) -> Seals:
    return Seals(store=AuditStore(Table(names[0])), bucket=Objects(names[1], path_style=True))


def write(seals: Seals, day: date, name: str, *, hour: int = 12, minutes: int = 0) -> None:
    at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    action = Action(id=uuid4(), time=at, actor=SYSTEM_ACTOR, name=name)
    seals.store.begin(action)
    seals.store.end(Entry(**action.model_dump(), ended_at=at + timedelta(minutes=minutes), outcome="done"))


def new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_store, "_CHAINS", defaultdict(Chains))


def verified(seals: Seals, since: date, until: date) -> list[tuple[int, bool, list[str]]]:
    return [(each.entries, each.sealed, each.problems) for each in seals.verify(since, until)]


def test_days_are_sealed_once_and_hold(seals: Seals, monkeypatch: pytest.MonkeyPatch) -> None:
    before = YESTERDAY - timedelta(days=1)
    for day in (before, YESTERDAY):
        for process in range(3):
            new_process(monkeypatch)
            for n in range(3):
                write(seals, day, f"{process}-{n}")
    write(seals, YESTERDAY, "over midnight", hour=23, minutes=90)
    assert seals.make(MORNING) == [before, YESTERDAY]
    assert seals.make(MORNING) == []
    assert verified(seals, before, TODAY) == [(18, True, []), (19, True, []), (1, False, [])]


def test_days_that_were_missed_are_caught_up(seals: Seals) -> None:
    first = TODAY - timedelta(days=9)
    write(seals, first, "long ago")
    assert seals.make(MORNING - timedelta(days=8)) == [first]
    made = seals.make(MORNING)
    assert (len(made), made[0], made[-1]) == (8, first + timedelta(days=1), YESTERDAY)
    assert all(not problems for _, _, problems in verified(seals, first, YESTERDAY))


def test_a_day_is_not_sealed_before_its_slowest_writer_is_done(seals: Seals) -> None:
    write(seals, YESTERDAY, "late")
    assert seals.make(MORNING - timedelta(hours=1)) == []


def at(names: tuple[str, str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    monkeypatch.setenv("AUDIT_TABLE", names[0])
    monkeypatch.setenv("ANCHORS_BUCKET", names[1])
    platform.cache_clear()
    try:
        return CliRunner().invoke(main, ["accounts", "audit", "verify", *arguments])
    finally:
        platform.cache_clear()


@pytest.mark.parametrize("touched", ["removed", "changed", "inserted", "none"])
def test_the_command_finds_what_was_touched(
    seals: Seals, names: tuple[str, str], environment: Any, monkeypatch: pytest.MonkeyPatch, touched: str
) -> None:
    for n in range(4):
        write(seals, YESTERDAY, f"entry {n}")
    seals.make(MORNING)
    table = boto3.resource("dynamodb").Table(names[0])
    items = sorted(table.scan()["Items"], key=lambda item: item["place"])
    victim = items[3]
    if touched == "removed":
        table.delete_item(Key={"pk": victim["pk"], "sk": victim["sk"]})
    elif touched == "changed":
        table.put_item(Item=victim | {"name": "something harmless"})
    elif touched == "inserted":
        table.put_item(Item=victim | {"sk": victim["sk"].replace("#", "#0", 1), "name": "put in"})
    result = at(names, monkeypatch, "--from", YESTERDAY.isoformat())
    assert result.exit_code == (0 if touched == "none" else 1), result.output
    assert (f"{YESTERDAY}: {touched}: " in result.output) is (touched != "none"), result.output


def test_days_that_cannot_be_verified_are_refused(
    names: tuple[str, str], environment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = at(names, monkeypatch, "--from", "2020-01-01")
    assert (old.exit_code, "entries are kept 366 days" in old.output) == (2, True)
    turned = at(names, monkeypatch, "--from", TODAY.isoformat(), "--to", YESTERDAY.isoformat())
    assert (turned.exit_code, "or later" in turned.output) == (2, True)
