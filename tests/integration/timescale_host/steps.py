"""What the tests of the host do to a machine, and what they ask it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping

from local.clients import Clients
from migrations.roles import ALTERNATES, ROLES, make_roles
from tests.integration.timescale_host.conftest import PASSWORD
from tests.integration.timescale_host.machine import Machine


def url(machine: Machine, user: str, password: str, port: str = "PORT", tls: str = "require") -> str:
    return f"postgresql://{user}:{password}@127.0.0.1:{machine.values[port]}/timeseries?sslmode={tls}"


def up(machine: Machine) -> None:
    done = machine.boot()
    assert done.returncode == 0, done.stdout + done.stderr + machine.journal()


def deploy_roles(machine: Machine, password: str = PASSWORD, generation: int = 1) -> Mapping[str, str]:
    """The deployment's own step; the roles' passwords by name."""
    passwords = {role: f"{role}-{generation}" for role in (*ROLES, *ALTERNATES)}
    secrets = [{"username": role, "password": word} for role, word in passwords.items()]
    make_roles(url(machine, "premium_admin", password), lambda: secrets, lambda _: None)
    return passwords


def backups(machine: Machine) -> list[str]:
    info = machine.check(
        "docker", "exec", "timescale", "pgbackrest", "--log-level-console=error", "info", "--output=json"
    )
    return [each["type"] for each in json.loads(info)[0]["backup"]]


def wait_for_backup(machine: Machine, number: int) -> list[str]:
    ends = time.monotonic() + 120
    while len(found := backups(machine)) < number:
        assert time.monotonic() < ends, machine.journal()
        time.sleep(0.5)
    return found


def measured(machine: Machine, clients: Clients) -> dict[str, int]:
    machine.check("/opt/timescale/current/bin/measure")
    group = machine.values["LOG_GROUP"]
    events = clients.logs.get_log_events(logGroupName=group, logStreamName="measures")["events"]
    return dict(json.loads(events[-1]["message"])["host"])
