"""The stage itself: what is set after the deploy, a second `up`, and a `kill -9` of everything."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import httpx
import psycopg
import pytest
import redis

from local import processes, stacks
from local.cdk import Cdk
from local.deploy import deploy
from local.postgres import SUPERUSER, Postgres
from local.up import Stage, up

pytestmark = pytest.mark.e2e


def test_expiring_tables_expire(stack: Stage) -> None:
    """The emulator drops the template's time to live; `local.after_deploy` sets it."""
    assembly = Cdk(stack.places, stack.clients.endpoint).assembly
    found = []
    for kind in ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"):
        for table in stacks.resources(stack.clients, kind):
            wanted = stacks.template(assembly, table).get("TimeToLiveSpecification")
            now = stack.clients.dynamodb.describe_time_to_live(TableName=table.physical_id)["TimeToLiveDescription"]
            found.append((bool(wanted), now.get("TimeToLiveStatus") == "ENABLED"))
    assert (True, True) in found
    assert all(wanted == now for wanted, now in found)


def test_only_our_own_pages_may_call_from_a_browser(stack: Stage) -> None:
    asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    ours = httpx.options(f"{stack.api}/v1/portfolio", headers={"Origin": "http://localhost:3000", **asked})
    assert ours.headers["access-control-allow-origin"] == "http://localhost:3000"
    assert ours.headers["access-control-allow-credentials"] == "true"
    other = httpx.options(f"{stack.api}/v1/portfolio", headers={"Origin": "https://evil.example", **asked})
    assert "access-control-allow-origin" not in other.headers


def test_a_second_up_changes_nothing(stack: Stage) -> None:
    before = {service.name: service.pid for service in stack.neighbours.own} | {"workers": stack.fleet.pid}
    assert not deploy(stack.places, stack.clients).done
    again = up(stack.places)
    assert {service.name: service.pid for service in again.neighbours.own} | {"workers": again.fleet.pid} == before


def test_after_a_kill_of_everything_up_brings_all_back(stack: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(stack.neighbours.postgres, Postgres)
    url = stack.neighbours.postgres.url("premium", SUPERUSER)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE public.kept (value int)")
        connection.execute("INSERT INTO public.kept VALUES (42)")
    redis.Redis.from_url(stack.neighbours.redis.url, db=3).set("kept", "42")
    bucket = stacks.output(stack.places.outputs, "ReportsBucket")
    stack.clients.s3.put_object(Bucket=bucket, Key="kept/report.csv", Body=b"42")

    _kill_all(stack.places.state)
    capsys.readouterr()
    again = up(stack.places)

    assert "the emulator lost what it keeps in memory" in capsys.readouterr().out
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT value FROM public.kept").fetchall() == [(42,)]
        connection.execute("DROP TABLE public.kept")
    assert redis.Redis.from_url(again.neighbours.redis.url, db=3).get("kept") == b"42"
    bucket = stacks.output(again.places.outputs, "ReportsBucket")
    assert again.clients.s3.get_object(Bucket=bucket, Key="kept/report.csv")["Body"].read() == b"42"
    assert httpx.get(f"{again.api}/v1/health/ready").json()["success"]


def _kill_all(state: Path) -> None:
    for record in state.glob("*/process.json"):
        process = processes.running(record)
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
