"""The worker image starts as Fargate starts it: not root, a read-only root, the task's empty folder over /tmp."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from local.redis import Redis
from migrations.roles import OWNER
from stacks.terms.classes import classes
from tests.fixtures.image_root import Declared, ImageRoot, worker_image
from tests.fixtures.postgres import Databases

pytestmark = pytest.mark.integration
CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL")


@pytest.fixture
def image(tmp_path: Path) -> ImageRoot:
    return worker_image(tmp_path / "root")


Started = Callable[..., tuple[subprocess.Popen[bytes], Path]]


@pytest.fixture
def start(tmp_path: Path, environment: dict[str, str]) -> Iterator[Started]:
    """`process, output = start(image, command)`; what still runs at the end is killed."""
    running: list[subprocess.Popen[bytes]] = []
    emulator = {name: os.environ[name] for name in CREDENTIALS}

    def started(image: ImageRoot, command: tuple[str, ...], **more: str) -> tuple[subprocess.Popen[bytes], Path]:
        output = tmp_path / f"output-{len(running)}.log"
        running.append(image.start(command, {**environment, **emulator, **more}, output))
        return running[-1], output

    yield started
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait()


def workers_of(server: Redis) -> list[bytes]:
    with redis.Redis.from_url(f"{server.url}/1") as client:
        return sorted(name for name in client.smembers("rq:workers"))


def wait_for(what: Callable[[], bool], process: subprocess.Popen[bytes], output: Path) -> None:
    end = time.monotonic() + 40
    while not what():
        assert process.poll() is None, output.read_text()
        assert time.monotonic() < end, output.read_text()
        time.sleep(0.1)


def test_the_image_runs_its_own_command(image: ImageRoot, start: Started, redis_server: Redis) -> None:
    process, output = start(image, image.declared.command)
    wait_for(lambda: bool(workers_of(redis_server)), process, output)
    inside = Path(f"/proc/{process.pid}")
    assert re.search(r"^Uid:\s+10001\s+10001", (inside / "status").read_text(), re.MULTILINE)
    assert oct((inside / "root" / "tmp").stat().st_mode) == "0o41777"
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0, output.read_text()


def test_every_class_of_workers_starts(image: ImageRoot, start: Started, redis_server: Redis) -> None:
    """With every body of every job imported, from the image's dependencies alone."""
    names = ",".join(queue.name for queue in classes() if queue.name != "alerts")
    (command, *_) = [queue.command for queue in classes() if queue.name == "default"]
    process, output = start(image, tuple(names if word == "default" else word for word in command))
    wait_for(lambda: bool(workers_of(redis_server)), process, output)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0, output.read_text()


def test_every_resident_imports_from_the_image(image: ImageRoot, start: Started) -> None:
    load = "[import_module(each.function.rpartition('.')[0]) for each in declared()]"
    program = f"from importlib import import_module; from workers.residents import declared; assert {load}"
    process, output = start(image, ("python", "-c", program))
    assert process.wait(timeout=40) == 0, output.read_text()


def test_without_the_declared_volume_it_would_not_start(tmp_path: Path, start: Started) -> None:
    """What a task looked like before: so the root above is one that shows the fault."""
    dockerfile = Path("Dockerfile").read_text().replace('VOLUME ["/tmp"]\n', "")
    process, output = start(worker_image(tmp_path / "root", dockerfile), Declared.read(dockerfile).command)
    assert process.wait(timeout=40) != 0
    assert "No usable temporary directory" in output.read_text()


def test_migrations_run_from_the_image(image: ImageRoot, start: Started, postgres: Databases) -> None:
    urls = {
        "MIGRATION_DATABASE_URL": postgres.url("premium", OWNER),
        "MIGRATION_TIMESERIES_URL": postgres.url("timeseries", OWNER),
    }
    process, output = start(image, ("python", "-m", "migrations", "status"), **urls)
    assert process.wait(timeout=40) == 0, output.read_text()
    assert "0 pending" in output.read_text()


def test_the_root_is_read_only(image: ImageRoot, start: Started) -> None:
    process, output = start(image, ("python", "-c", "open('/app/x', 'w')"))
    assert process.wait(timeout=40) == 1
    assert "Read-only file system" in output.read_text() or "Permission denied" in output.read_text()
