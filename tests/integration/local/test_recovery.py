"""A `kill -9` of a store and a second start: what was acknowledged is there."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import psycopg
import pytest
import redis

from local import ports
from local.aws import Aws, client_environment
from local.errors import LocalError
from local.evm import Evm
from local.postgres import Postgres
from local.redis import Redis
from local.service import Service
from migrations.roles import OWNER

pytestmark = pytest.mark.integration


@pytest.fixture
def postgres_of_its_own(tmp_path: Path) -> Iterator[Postgres]:
    """Durable as in `make up`; pytest's folder is closed to others, so this is also the clone in /root of mode 700."""
    server = Postgres(tmp_path / "postgres", ports.free())
    server.start()
    yield server
    server.destroy()


def kill(service: Service) -> None:
    assert service.pid is not None
    os.kill(service.pid, signal.SIGKILL)
    while service.pid is not None:
        time.sleep(0.01)


def test_postgres_keeps_what_was_committed(postgres_of_its_own: Postgres) -> None:
    url = postgres_of_its_own.url("premium", OWNER)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (value int)")
        connection.execute("INSERT INTO kept VALUES (42)")
    kill(postgres_of_its_own)
    postgres_of_its_own.start()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT value FROM kept").fetchall() == [(42,)]


def test_redis_keeps_what_was_acknowledged(tmp_path: Path) -> None:
    server = Redis(tmp_path / "redis", ports.free())
    try:
        server.start()
        redis.Redis.from_url(server.url, db=1).rpush("queue", "job")
        kill(server)
        server.start()
        assert redis.Redis.from_url(server.url, db=1).lrange("queue", 0, -1) == [b"job"]
    finally:
        server.stop()


def test_objects_in_s3_survive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Aws(tmp_path / "aws", ports.free())
    for name, value in client_environment(server.endpoint).items():
        monkeypatch.setenv(name, value)
    try:
        server.start()
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="reports")
        s3.put_object(Bucket="reports", Key="2025/report.csv", Body=b"gain,loss")
        kill(server)
        server.start()
        assert s3.get_object(Bucket="reports", Key="2025/report.csv")["Body"].read() == b"gain,loss"
    finally:
        server.stop()


def test_a_stop_that_was_cut_short_leaves_no_half_of_the_emulators_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws = Aws(tmp_path / "aws", ports.free())
    aws.start()
    kept = aws.data / "state" / "cloudformation.json"
    kept.write_text("{}")  # the first of many, written when the time was over
    monkeypatch.setattr(Aws, "grace", 0.0)
    aws.stop()
    assert aws.pid is None
    assert not kept.exists()


def test_the_chain_survives_a_stop(tmp_path: Path) -> None:
    node = Evm(tmp_path / "evm", ports.free())
    try:
        node.start()
        for _ in range(3):
            node.call("evm_mine")
        node.stop()
        node.start()
        assert int(node.call("eth_blockNumber"), 16) == 3
    finally:
        node.stop()


def test_a_taken_port_names_its_holder_and_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        server = Redis(tmp_path / "redis", stranger.getsockname()[1])
        with pytest.raises(LocalError, match=rf"taken by .*pid {os.getpid()}.*PREMIUM_REDIS_PORT=\d+ make up"):
            server.start()
    assert server.pid is None


def test_a_second_start_keeps_the_process(postgres_of_its_own: Postgres) -> None:
    before = postgres_of_its_own.pid
    postgres_of_its_own.start()
    assert postgres_of_its_own.pid == before


def test_stop_leaves_a_process_alone_that_only_shares_the_number(tmp_path: Path) -> None:
    """After a reboot a recorded pid may be anyone's: the start time tells."""
    server = Redis(tmp_path / "redis", ports.free())
    server.data.mkdir()
    server.record.write_text(f'{{"pid": {os.getpid()}, "started": "another boot:1"}}')
    server.stop()
    assert not server.record.exists()
