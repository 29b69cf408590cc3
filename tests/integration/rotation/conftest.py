"""A stage's stores and secrets as its stacks leave them, with readers that never stop."""

from __future__ import annotations

import itertools
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import boto3
import psycopg
import pytest
import redis as redis_library
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from handlers.runtime.requests.attempt import attempt_of
from local.aws import Aws
from local.postgres import SUPERUSER, Postgres
from local.redis import Redis
from migrations.roles import ALTERNATES, OWNER, make_roles
from premium.bootstrap import Platform
from premium.config import Settings
from premium.rotation.databases import OneRole, Server, TwoRoles
from premium.rotation.kept import Kept
from premium.rotation.origin import Origin
from premium.rotation.redis import Token
from premium.rotation.service import Rotation
from premium.rotation.turn import Step, Turn
from premium.storage.secrets import Secrets
from tests.fixtures import run

HEADER = "X-Origin-Secret"
TTL = 0.3
"""Seconds for which this test's processes keep what they read; deployed ones keep it five minutes."""
SETTLE = 0.8


@dataclass
class ElastiCache:
    """ElastiCache's API over a real Redis: two tokens at most, refused while it is at work."""

    admin: redis_library.Redis
    tokens: list[str]
    calls: list[str] = field(default_factory=list)

    def client(self) -> Any:
        """boto3's own client: it checks every request against the service's model."""
        client = boto3.client("elasticache", region_name="us-east-1")
        events = client.meta.events
        events.register("before-call.elasticache.ModifyReplicationGroup", self._modify)  # type: ignore[arg-type]
        events.register("before-call.elasticache.DescribeReplicationGroups", self._describe)  # type: ignore[arg-type]
        return client

    def _modify(self, params: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        body = params["body"]
        token, strategy = body["AuthToken"], body["AuthTokenUpdateStrategy"]
        self.calls.append(strategy)
        assert 16 <= len(token) <= 128
        if strategy == "ROTATE":
            self.tokens = [*self.tokens[-1:], token]
        else:
            assert token in self.tokens, "SET takes a token that was rotated in before"
            self.tokens = [token]
        words = [f">{one}" for one in self.tokens]
        self.admin.execute_command("ACL", "SETUSER", "default", "resetpass", *words)  # type: ignore[no-untyped-call]
        return _ok(), {"ReplicationGroup": {}}

    def _describe(self, **_: Any) -> tuple[Any, dict[str, Any]]:
        return _ok(), {"ReplicationGroups": [{"Status": "available"}]}


@dataclass
class CloudFront:
    """A distribution that sends a header; one version at a time, as AWS asks by its ETag."""

    sent: str
    version: int = 1

    def client(self) -> Any:
        client = boto3.client("cloudfront", region_name="us-east-1")
        events = client.meta.events
        events.register("before-call.cloudfront.GetDistributionConfig", self._config)  # type: ignore[arg-type]
        events.register("before-call.cloudfront.GetDistribution", self._status)  # type: ignore[arg-type]
        events.register("before-call.cloudfront.UpdateDistribution", self._update)  # type: ignore[arg-type]
        return client

    def _config(self, **_: Any) -> tuple[Any, dict[str, Any]]:
        headers = {"Quantity": 1, "Items": [{"HeaderName": HEADER, "HeaderValue": self.sent}]}
        origins = [{"Id": "api", "DomainName": "x.example", "CustomHeaders": headers}, {"Id": "s", "DomainName": "s"}]
        config = {
            "CallerReference": "premium",
            "Comment": "premium",
            "Enabled": True,
            "Origins": {"Quantity": 2, "Items": origins},
            "DefaultCacheBehavior": {"TargetOriginId": "api", "ViewerProtocolPolicy": "https-only"},
        }
        return _ok(), {"ETag": str(self.version), "DistributionConfig": config}

    def _status(self, **_: Any) -> tuple[Any, dict[str, Any]]:
        return _ok(), {"Distribution": {"Status": "Deployed"}}

    def _update(self, params: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        assert params["headers"]["If-Match"] == str(self.version)
        body = params["body"].decode()
        self.version, self.sent = self.version + 1, body.split("<HeaderValue>")[1].split("<")[0]
        return _ok(), {"Distribution": {"Status": "InProgress"}}


def _ok() -> Any:
    class Answer:
        status_code = 200

    return Answer()


@dataclass
class Stage:
    """The stores, the secrets by name, and how to rotate them."""

    secrets: dict[str, str]
    host: str
    elasticache: ElastiCache
    cloudfront: CloudFront

    def kept(self, name: str) -> Kept:
        return Kept(boto3.client("secretsmanager"), self.secrets[name])

    def rotation(self, step: Step = lambda _: None) -> Rotation:
        return Rotation(self._turns(step), settle_seconds=SETTLE, step=step)

    def _turns(self, step: Step) -> list[Turn]:
        server = Server(self.kept("Admin"), self.host)
        roles = {name: (self.kept(name), self.kept(f"{name}Alternate")) for name in ("App", "Worker")}
        quick: dict[str, Any] = {"sleep": lambda _: time.sleep(0.05)}
        token = Token("group", self.elasticache.client(), self.kept("RedisAuth"), self.kept("Redis"), step, **quick)
        origin = Origin("E1", HEADER, self.cloudfront.client(), self.kept("Origin"), step, **quick)
        return [
            TwoRoles("database.app", server, self.kept("Database"), roles["App"], step, **quick),
            TwoRoles("database.worker", server, self.kept("WorkerDatabase"), roles["Worker"], step, **quick),
            token,
            origin,
            OneRole("database.owner", server, self.kept("Owner"), step),
            OneRole("database.admin", server, self.kept("Admin"), step),
        ]


@pytest.fixture(scope="session")
def postgres_server(worker_suffix: str) -> Postgres:
    """A server of its own: roles are the whole server's, and other processes' tests sign in as them."""
    return run.shared(f"postgres-rotation-{worker_suffix}", Postgres)


@pytest.fixture
def stage(
    aws: Aws, postgres_server: Postgres, empty_database: Callable[[str], str], redis_server: Redis
) -> Iterator[Stage]:
    """Roles of this test's own names would be other roles: it takes the product's, and gives them back to the next."""
    url = conninfo_to_dict(empty_database(SUPERUSER))
    users = {"Owner": OWNER, "App": "premium_app", "Worker": "premium_worker"}
    users |= {f"{name}Alternate": f"{users[name]}_alternate" for name in ("App", "Worker")}
    common = {"port": str(url["port"]), "dbname": str(url["dbname"]), "sslmode": "prefer"}
    made: dict[str, Mapping[str, str]] = {
        name: {**common, "username": user, "password": f"first-{name}"} for name, user in users.items()
    }
    admin = f"admin_{uuid.uuid4().hex[:8]}"
    made["Admin"] = {**common, "username": admin, "password": "first-admin"}
    at = {"host": str(url["host"])}
    made |= {"Database": {**made["App"], **at}, "WorkerDatabase": {**made["Worker"], **at}}
    parts = urlsplit(redis_server.url)
    made["RedisAuth"] = {"password": "f" * 16}
    made["Redis"] = {**made["RedisAuth"], "host": str(parts.hostname), "port": str(parts.port), "tls": "false"}
    made["Origin"] = {"value": "first-origin"}
    client = boto3.client("secretsmanager")
    arns = {name: client.create_secret(Name=uuid.uuid4().hex, SecretString=json.dumps(dict(fields)))["ARN"]
            for name, fields in made.items()}  # fmt: skip
    before = parts.password or ""
    with _administrator(empty_database(SUPERUSER), admin):
        make_roles(empty_database(SUPERUSER), lambda: [made[name] for name in users], lambda _: None)
        server = redis_library.Redis.from_url(redis_server.url)
        server.execute_command("ACL", "SETUSER", "default", "resetpass", f">{'f' * 16}")  # type: ignore[no-untyped-call]
        yield Stage(arns, str(url["host"]), ElastiCache(server, ["f" * 16]), CloudFront("first-origin"))
        words = ["resetpass", f">{before}"] if before else ["nopass"]
        server.execute_command("ACL", "SETUSER", "default", *words)  # type: ignore[no-untyped-call]
        server.close()
        restored = [{"username": role, "password": postgres_server.password(role)} for role in users.values()
                    if role not in ALTERNATES]  # fmt: skip
        make_roles(empty_database(SUPERUSER), lambda: restored, lambda _: None)


class _administrator:  # noqa: N801 - used as a statement
    """A role that may make roles, with the rights over ours that their maker has."""

    def __init__(self, url: str, name: str) -> None:
        self._url, self._name = url, sql.Identifier(name)

    def __enter__(self) -> None:
        roles = sql.SQL(", ").join(map(sql.Identifier, (OWNER, "premium_app", "premium_worker", *ALTERNATES)))
        with psycopg.connect(self._url, autocommit=True) as connection:
            for role in ALTERNATES:
                _make_if_absent(connection, role)
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEROLE PASSWORD 'first-admin'").format(self._name))
            connection.execute(sql.SQL("GRANT {} TO {} WITH ADMIN TRUE").format(roles, self._name))

    def __exit__(self, *_: object) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP ROLE {}").format(self._name))
            for role in ALTERNATES:
                connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def _make_if_absent(connection: psycopg.Connection[Any], role: str) -> None:
    if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is None:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))


@dataclass
class Load:
    """Processes that read their secrets as ours do and open every connection anew; `refused` holds what failed."""

    stage: Stage
    refused: list[str] = field(default_factory=list)
    served: dict[str, int] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Load:
        kinds = {"database": self._database, "worker": self._worker, "redis": self._redis, "edge": self._edge}
        for name, call in kinds.items():
            self._threads += [threading.Thread(target=self._run, args=(name, call)) for _ in range(2)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _run(self, name: str, call: Callable[[Platform], None]) -> None:
        arns = self.stage.secrets
        settings = {"database_secret_arn": arns["Database"], "worker_database_secret_arn": arns["WorkerDatabase"],
                    "redis_secret_arn": arns["Redis"], "origin_secret_arn": arns["Origin"]}  # fmt: skip
        platform = Platform(Settings(premium_stage="prod", **settings))
        platform.__dict__["secrets"] = Secrets(ttl_seconds=TTL)
        for _ in itertools.takewhile(lambda _: not self._over.is_set(), itertools.count()):
            try:
                call(platform)
            except Exception as error:  # noqa: BLE001 - each is what a user would have seen
                self.refused.append(f"{name}: {type(error).__name__}: {error}: {error.__cause__}")
            self.served[name] = self.served.get(name, 0) + 1
            self._over.wait(0.01)
        platform.close()

    def _database(self, platform: Platform) -> None:
        with platform.database.as_user(uuid.uuid4()) as connection:
            row = connection.execute("SELECT pg_has_role('premium_app', 'USAGE') AS may").fetchone()
        assert row == {"may": True}
        platform.database.close()

    def _worker(self, platform: Platform) -> None:
        with platform.worker_database.transaction() as connection:
            row = connection.execute("SELECT pg_has_role('premium_worker', 'USAGE') AS may").fetchone()
        assert row == {"may": True}
        platform.worker_database.close()

    def _redis(self, platform: Platform) -> None:
        assert platform.redis(2).ping()
        platform.redis(2).connection_pool.disconnect()

    def _edge(self, platform: Platform) -> None:
        arn = platform.settings.origin_secret_arn
        assert arn is not None
        sent = self.stage.cloudfront.sent
        attempt_of({"headers": {HEADER.lower(): sent}}, platform.secrets.read(arn))


@pytest.fixture
def load(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    monkeypatch.setattr("premium.storage.secrets.RENEWAL_PAUSE_SECONDS", TTL / 60)  # the part that it is when deployed
    with Load(stage) as running:
        yield running
