"""The boot of the TimescaleDB host, run: its own script, units and programs on PostgreSQL 15 and pgBackRest 2.45.

Debian's pgBackRest knows no PostgreSQL 16, which the image has; what is asked of either is the same.
"""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local.aws import Aws
from local.clients import Clients
from migrations.files import FOLDER
from migrations.runner import Runner
from stacks.constructs.timescale.host_measures import MEASURES
from stacks.hosts.user_data import FILES
from tests.integration.timescale_host.conftest import PASSWORD, NewMachine
from tests.integration.timescale_host.machine import Machine
from tests.integration.timescale_host.steps import backups, deploy_roles, measured, up, url, wait_for_backup

pytestmark = [pytest.mark.integration, pytest.mark.timeout(400)]
Signals = tuple[str, list[dict[str, Any]]]


def test_first_start_then_reboot_then_another_release(
    new_machine: NewMachine, signals: Signals, aws_session: Aws, tmp_path: Path
) -> None:
    machine, clients = new_machine(in_s3=True), Clients(aws_session.endpoint)
    machine.start(attached=False)
    boot = threading.Thread(target=machine.boot)
    boot.start()
    time.sleep(3)
    assert signals[1] == []  # it waits for its volume, which CloudFormation attaches after the instance
    machine.attach()
    boot.join()
    assert [each["Status"] for each in signals[1]] == ["SUCCESS"], signals[1]

    passwords = deploy_roles(machine)
    owner = url(machine, "premium_owner", passwords["premium_owner"])
    Runner("timeseries", owner, FOLDER / "timeseries", lambda _: None).up()
    refused(url(machine, "premium_app", "wrong", "BOUNCER_PORT"))
    pooled(machine, passwords["premium_app"])
    passwords = deploy_roles(machine, generation=2)  # a rotation: the pooler is told nothing
    pooled(machine, passwords["premium_app"])
    pooled(machine, passwords["premium_app_alternate"], "premium_app_alternate")
    refused(url(machine, "premium_app", "premium_app-1", "BOUNCER_PORT"))
    refused(url(machine, "postgres", "any"), "pg_hba")
    refused(url(machine, "premium_app", passwords["premium_app"], tls="disable"), "no encryption")
    with psycopg.connect(url(machine, "premium_admin", PASSWORD)) as connection:
        assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)
    assert wait_for_backup(machine, 1) == ["full"]
    figures = measured(machine, clients)
    assert set(figures) == {each.key for each in MEASURES}
    assert figures["up"] == 1
    assert figures["archive"] < 60
    assert 0 < figures["volume"] < 80
    assert figures["backup"] < 300
    machine.check("/opt/timescale/current/bin/backup")
    assert backups(machine) == ["full", "diff"]
    archived = clients.s3.list_objects_v2(Bucket=machine.values["BUCKET"], Prefix="timeseries/")["Contents"]
    assert {each["Key"].split("/")[1] for each in archived} == {"archive", "backup"}

    machine.query("CREATE TABLE kept AS SELECT 1 AS one")
    machine.cut()  # in the middle of everything
    reachable, machine.endpoint = machine.endpoint, "http://127.0.0.1:9"  # and AWS is away
    machine.start()
    up(machine)
    assert machine.query("SELECT one FROM kept") == "1"
    pooled(machine, passwords["premium_app"])
    machine.cut()

    machine.endpoint = reachable
    clients.secrets.put_secret_value(SecretId=machine.values["ADMIN_SECRET"], SecretString='{"password": "another-2"}')
    release = tmp_path / "release"
    shutil.copytree(FILES, release)
    configure = release / "bin/configure"
    configure.write_text(configure.read_text().replace("random_page_cost = 1.1", "random_page_cost = 1.2"))
    changed = new_machine(in_s3=True, files=release, values={"MAX_CONNECTIONS": "60"}, memory=2 * 1024 * 1024)
    changed.values = {**machine.values, "MAX_CONNECTIONS": "60"}
    changed.start()
    up(changed)
    asked = "SELECT string_agg(current_setting(name), ' ' ORDER BY name) FROM pg_settings WHERE name IN"
    shown = changed.query(f"{asked} ('max_connections', 'random_page_cost', 'shared_buffers')")
    assert shown == "60 1.2 512MB"
    deploy_roles(changed, password="another-2", generation=3)
    refused(url(changed, "premium_admin", PASSWORD))


def pooled(machine: Machine, password: str, role: str = "premium_app") -> None:
    with psycopg.connect(url(machine, role, password, "BOUNCER_PORT")) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (role,)


def refused(conninfo: str, why: str = "authentication failed") -> None:
    with pytest.raises(psycopg.OperationalError, match=why), psycopg.connect(conninfo, connect_timeout=10):
        pass


def test_restore_to_a_time_then_another_host_then_a_lost_volume(
    new_machine: NewMachine, signals: Signals, aws_session: Aws
) -> None:
    """The drills of docs/operate.md: restore, and replace the time-series host."""
    first = new_machine("first", in_s3=True)
    first.start()
    up(first)
    wait_for_backup(first, 1)
    first.query("CREATE TABLE kept AS SELECT g FROM generate_series(1, 1000) g")
    time.sleep(1)
    good = first.query("SELECT now()")
    time.sleep(1)
    first.query("DELETE FROM kept")  # the mistake
    first.check("/opt/timescale/current/bin/restore", good)
    assert first.query("SELECT count(*) FROM kept") == "1000"
    first.query("INSERT INTO kept VALUES (0)")
    wait_for_backup(first, 2)
    certificate = first.check("cat", "/var/lib/timescale/tls/server.crt")
    first.stop()

    second = new_machine(
        "second", in_s3=True
    )  # another root, another machine image: the volume and the address are the same
    second.values = first.values
    second.start()
    up(second)
    assert second.query("SELECT count(*) FROM kept") == "1001"
    assert second.check("cat", "/var/lib/timescale/tls/server.crt") == certificate
    deploy_roles(second)
    assert measured(second, Clients(aws_session.endpoint))["up"] == 1
    wait_for_backup(second, 3)
    second.stop()

    third = new_machine("third", volume="blank", in_s3=True)  # the volume is lost, the archive is not
    third.values = first.values
    third.start()
    assert third.boot().returncode != 0
    assert signals[1][-1]["Status"] == "FAILURE"
    assert "archive holds backups: restore them" in signals[1][-1]["Reason"]
    third.check("/opt/timescale/current/bin/restore")
    assert third.query("SELECT count(*) FROM kept") == "1001"
    deploy_roles(third, generation=2)
