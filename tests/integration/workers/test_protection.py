"""Scale-in protection against a local stand-in of the ECS agent, which checks what it is told."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from premium.bootstrap import Platform
from premium.jobs.model import JobRecord
from tests.integration.workers.conftest import Fleet, until
from tests.integration.workers.synthetic import LONG, STEPS
from workers.protection import Protection

pytestmark = pytest.mark.integration

ON = {"ProtectionEnabled": True, "ExpiresInMinutes": 60}
OFF = {"ProtectionEnabled": False}


@dataclass
class Agent:
    uri: str = ""
    told: list[dict[str, Any]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    status: int = 200


@pytest.fixture
def agent() -> Iterator[Agent]:
    """Answers `PUT /api/task/task-protection/v1/state` as the ECS agent does."""
    made = Agent()

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path != "/api/task/task-protection/v1/state" or self.headers["Content-Type"] != "application/json":
                made.wrong.append(f"{self.path} {self.headers['Content-Type']}")
            made.told.append(body)
            self.send_response(made.status)
            self.end_headers()
            self.wfile.write(json.dumps({"protection": body}).encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Silent."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    made.uri = f"http://127.0.0.1:{server.server_port}/api/task"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    assert made.wrong == []


def test_a_fleet_protects_its_task_while_long_jobs_run_and_only_then(
    platform: Platform, start: Callable[..., JobRecord], fleet: Callable[..., Fleet], agent: Agent
) -> None:
    short, first, second = start(STEPS), start(LONG, seconds=1), start(LONG, seconds=2.5)
    fleet("--processes=2", extra={"ECS_AGENT_URI": agent.uri})
    jobs = (short, first, second)
    until(lambda: all(platform.jobs.store.get(job.id).status.ended for job in jobs))
    until(lambda: OFF in agent.told)
    assert agent.told == [ON, ON, OFF]


def test_the_last_one_out_lifts_it(agent: Agent, tmp_path: Path) -> None:
    one, other = (Protection(agent.uri, tmp_path / "lock") for _ in range(2))
    with one.held():
        with other.held():
            pass
        assert agent.told == [ON, ON]
    assert agent.told == [ON, ON, OFF]


def test_a_killed_holder_does_not_keep_it(agent: Agent, tmp_path: Path) -> None:
    protection = Protection(agent.uri, tmp_path / "lock")
    child = os.fork()
    if child == 0:
        with protection.held():
            os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    protection.lift_if_idle()
    assert agent.told == [ON, OFF]


def test_a_failing_agent_does_not_stop_the_job(agent: Agent, tmp_path: Path) -> None:
    agent.status = 500
    done = []
    with Protection(agent.uri, tmp_path / "lock").held():
        done.append(1)
    with Protection("http://127.0.0.1:1", tmp_path / "lock").held():
        done.append(2)
    assert done == [1, 2]


def test_outside_ecs_nothing_is_asked(tmp_path: Path) -> None:
    with Protection(None, tmp_path / "lock").held():
        assert not (tmp_path / "lock").exists()
