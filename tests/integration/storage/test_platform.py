"""A process as it is deployed: secrets by ARN, and a rotation under its feet."""

from __future__ import annotations

import json
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3
import psycopg
import pytest
import redis as redis_library
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from local.aws import Aws
from local.postgres import SUPERUSER
from local.redis import Redis
from premium.bootstrap import Platform
from premium.config import Settings
from premium.jobs.queue import QueueUnavailable
from premium.storage.cache import Cache
from premium.storage.redis_client import CACHES
from premium.storage.secrets import Secrets
from tests.fixtures.postgres import Databases

pytestmark = pytest.mark.integration


@pytest.fixture
def secret(aws: Aws) -> Callable[..., tuple[str, Callable[..., None]]]:
    """`arn, put = secret(**fields)`; `put(**fields)` is a rotation."""
    client = boto3.client("secretsmanager")

    def make(**fields: Any) -> tuple[str, Callable[..., None]]:
        arn = client.create_secret(Name=uuid.uuid4().hex, SecretString=json.dumps(fields))["ARN"]
        return arn, lambda **new: client.put_secret_value(SecretId=arn, SecretString=json.dumps(new))  # type: ignore[return-value]  # the answer is not needed

    return make


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Platform]]:
    """Renewals without the pause that protects Secrets Manager."""
    monkeypatch.setattr("premium.storage.secrets.RENEWAL_PAUSE_SECONDS", 0)
    made: list[Platform] = []

    def make(**settings: str) -> Platform:
        made.append(Platform(Settings(premium_stage="prod", **settings)))  # type: ignore[arg-type]  # each is a string
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_a_rotated_database_password_stops_nobody(
    secret: Callable[..., Any], platform: Callable[..., Platform], postgres: Databases
) -> None:
    role = f"rotating_{uuid.uuid4().hex[:12]}"
    admin = conninfo_to_dict(postgres.url("premium", SUPERUSER))
    fields = {
        "host": admin["host"],
        "port": admin["port"],
        "dbname": admin["dbname"],
        "username": role,
        "sslmode": "prefer",
    }

    def administer(statement: str, *words: str) -> None:
        with psycopg.connect(postgres.url("premium", SUPERUSER), autocommit=True) as connection:
            names = {"role": sql.Identifier(role), "database": sql.Identifier(str(admin["dbname"]))}
            connection.execute(sql.SQL(statement).format(*map(sql.Literal, words), **names))

    administer("CREATE ROLE {role} LOGIN PASSWORD {}", "first")
    administer("GRANT CONNECT ON DATABASE {database} TO {role}")
    try:
        arn, rotate = secret(**fields, password="first")
        database = platform(database_secret_arn=arn).database
        database.check()
        administer("ALTER ROLE {role} PASSWORD {}", "second")
        rotate(**fields, password="second")
        administer("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = {}", role)
        database.check()
        database.close()
    finally:
        administer("REVOKE ALL ON DATABASE {database} FROM {role}")
        administer("DROP ROLE {role}")


def test_a_rotated_redis_password_stops_nobody(
    secret: Callable[..., Any], platform: Callable[..., Platform], redis_server: Redis
) -> None:
    parts = urlsplit(redis_server.url)
    fields = {"host": parts.hostname, "port": parts.port, "tls": "false"}
    admin = redis_library.Redis.from_url(redis_server.url)
    first = parts.password or ""
    arn, rotate = secret(**fields, password=first or "none")
    try:
        if not first:
            admin.config_set("requirepass", "none")
        client = platform(redis_secret_arn=arn).redis(3)
        assert client.ping()
        admin.config_set("requirepass", "second")
        rotate(**fields, password="second")
        client.connection_pool.disconnect()
        assert client.ping()
    finally:
        admin.config_set("requirepass", first)
        admin.close()


def test_secrets_come_from_secrets_manager(secret: Callable[..., Any]) -> None:
    arn, rotate = secret(password="first")
    secrets = Secrets()
    assert secrets.read(arn) == {"password": "first"}
    rotate(password="second")
    assert secrets.read(arn) == {"password": "first"}, "known for minutes"


def test_a_cache_expires_what_it_keeps_and_misses_what_it_cannot_read(redis_server: Redis) -> None:
    platform = Platform(Settings(premium_stage="local", redis_url=redis_server.url))
    cache = Cache(platform.redis(3), "portfolio")
    cache.set("a", {"total": "1.50"}, ttl_seconds=60)
    assert cache.get("a") == {"total": "1.50"}
    assert 0 < platform.redis(3).ttl("portfolio:a") <= 60
    assert platform.redis(2).get("portfolio:a") is None, "each number is a database of its own"
    cache.delete("a")
    assert cache.get("a") is None
    platform.redis(3).set("portfolio:b", "{")
    assert cache.get("b") is None
    with pytest.raises(ValueError, match="time to live"):
        cache.set("c", 1, ttl_seconds=0)
    platform.close()


def test_a_cache_without_redis_is_empty() -> None:
    platform = Platform(Settings(premium_stage="local", redis_url="redis://127.0.0.1:1"))
    cache = Cache(platform.redis(3), "portfolio")
    cache.set("a", 1, ttl_seconds=60)
    cache.delete("a")
    assert cache.get("a") is None


def test_a_redis_that_hangs_holds_no_request_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"redis://127.0.0.1:{silent.getsockname()[1]}"
        at = Platform(Settings(premium_stage="local", redis_url=address))
        started = time.perf_counter()
        assert Cache(at.redis(CACHES), "test").get("a") is None
        assert time.perf_counter() - started < 1
        with pytest.raises(QueueUnavailable):
            at.queue.waiting()
        assert time.perf_counter() - started < 4
        at.close()
