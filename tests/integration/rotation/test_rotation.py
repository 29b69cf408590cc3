"""Passwords change while requests go on: none is refused, whenever the rotation is killed, and the old ones end."""

from __future__ import annotations

import time

import psycopg
import pytest
import redis

from premium.errors import UpstreamUnavailable
from premium.rotation.databases import conninfo
from premium.rotation.kept import Fields
from tests.integration.rotation.conftest import Load, Stage

pytestmark = pytest.mark.integration
SECRETS = ("App", "AppAlternate", "Worker", "WorkerAlternate", "Owner", "Admin", "RedisAuth")


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


def values(stage: Stage) -> dict[str, Fields]:
    return {name: stage.kept(name).fields() for name in (*SECRETS, "Database", "WorkerDatabase", "Redis", "Origin")}


def lets_in(stage: Stage, fields: Fields) -> bool:
    try:
        psycopg.connect(conninfo(fields, stage.host, fields["port"]), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def takes(fields: Fields, token: str) -> bool:
    with redis.Redis(host=fields["host"], port=int(fields["port"]), password=token) as client:
        try:
            return bool(client.ping())
        except redis.AuthenticationError:
            return False


def assert_rotated(stage: Stage, before: dict[str, Fields]) -> None:
    """Every secret is new and valid, every old value is refused, readers have what is in force."""
    after = values(stage)
    for name in SECRETS:
        assert after[name]["password"] != before[name]["password"], name
    for name in ("App", "AppAlternate", "Worker", "WorkerAlternate", "Owner", "Admin"):
        assert lets_in(stage, after[name]), name
        assert not lets_in(stage, before[name]), f"{name}: the old password still opens the database"
    for name, role in (("Database", "premium_app"), ("WorkerDatabase", "premium_worker")):
        assert lets_in(stage, after[name])
        assert after[name]["username"] in {role, f"{role}_alternate"}
        assert after[name]["username"] != before[name]["username"], "the roles take turns"
    assert takes(after["Redis"], after["Redis"]["password"])
    assert not takes(after["Redis"], before["Redis"]["password"])
    assert after["Redis"]["password"] == after["RedisAuth"]["password"]
    assert stage.cloudfront.sent == after["Origin"]["value"] != before["Origin"]["value"]
    assert "previous" not in after["Origin"]
    assert all(stage.rotation().state().values())


def test_nobody_is_refused_while_everything_is_rotated(stage: Stage, load: Load) -> None:
    before = values(stage)
    stage.rotation().run()
    time.sleep(0.5)
    assert_rotated(stage, before)
    assert load.refused == []
    assert min(load.served.values()) > 50, load.served
    assert stage.elasticache.calls == ["ROTATE", "SET"]


def test_a_second_rotation_takes_the_turns_back(stage: Stage, load: Load) -> None:
    stage.rotation().run()
    time.sleep(1.1)  # a rotation is named by its second
    between = values(stage)
    stage.rotation().run()
    assert_rotated(stage, between)
    assert load.refused == []


@pytest.mark.timeout(400)
def test_killed_at_every_step_it_goes_on_and_nobody_is_refused(stage: Stage, load: Load) -> None:
    before = values(stage)
    places: set[str] = set()
    while _dies_at_a_new_place(stage, places):
        assert load.refused == [], f"after the deaths at {places}"
    assert len(places) > 25, places
    assert_rotated(stage, before)
    assert load.refused == []


def _dies_at_a_new_place(stage: Stage, places: set[str]) -> bool:
    """Let it run to a step before which it has not died yet; false when there is none and it ends."""

    def step(line: str) -> None:
        if line not in places and not line.startswith("wait"):
            places.add(line)
            raise Killed(line)

    try:
        stage.rotation(step).run()
    except Killed:
        return True
    return False


def test_a_pooler_that_does_not_know_the_new_user_stops_it_before_anybody_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("premium.rotation.databases.PATIENCE", 0.5)
    kept = stage.kept("Database")
    before = kept.fields()
    nowhere = {**before, "port": "1"}
    kept.put(nowhere)
    with pytest.raises(UpstreamUnavailable, match="is not let in"):
        stage.rotation().run()
    assert kept.fields() == nowhere
    kept.put(before)
    stage.rotation().run()
    assert all(stage.rotation().state().values())
