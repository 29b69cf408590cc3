"""The handlers' own environment, as the stack gives it: real stores, tables and secrets of this test's own."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import boto3
import jwt
import pytest

from handlers import authorizer
from handlers.events import stream
from handlers.runtime import idempotency
from local.aws import Aws, client_environment
from local.redis import Redis
from premium.bootstrap import Platform, platform
from stacks.tables import TABLES, creation
from tests.fixtures.postgres import Databases

KEY = "integration-key-of-more-than-32-bytes"
Sign = Callable[..., str]


@pytest.fixture(scope="session")
def provisions(aws_session: Aws) -> dict[str, str]:
    """Variables of the tables, the buckets and the JWT secret, made once a run; every test uses ids of its own."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in client_environment(aws_session.endpoint).items():
            patch.setenv(name, value)
        client = boto3.client("dynamodb")
        given = {shape.variable: f"{name}-{uuid4().hex[:8]}" for name, shape in TABLES.items()}
        for name, shape in TABLES.items():
            client.create_table(TableName=given[shape.variable], **creation(name))  # type: ignore[arg-type] # made as data
        fields = json.dumps({"algorithm": "HS256", "key": KEY, "issuer": "https://free.example"})
        secret = boto3.client("secretsmanager").create_secret(Name=f"jwt-{uuid4().hex}", SecretString=fields)
        buckets = {f"{name.upper()}_BUCKET": f"{name}-{uuid4().hex[:8]}" for name in ("reports", "exports")}
        for bucket in buckets.values():
            boto3.client("s3").create_bucket(Bucket=bucket)
        return given | buckets | {"JWT_SECRET_ARN": secret["ARN"]}


@pytest.fixture
def at(
    aws: Aws,
    redis_server: Redis,
    postgres: Databases,
    provisions: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Platform]:
    """The platform of this process, as the handlers see it."""
    given = {
        "PREMIUM_STAGE": "local",
        "DATABASE_URL": postgres.url("premium", "premium_app"),
        "TIMESERIES_URL": postgres.url("timeseries", "premium_app"),
        "REDIS_URL": redis_server.url,
        "WEBSOCKET_ENDPOINT": aws.endpoint,
        **provisions,
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    forget()
    yield platform()
    platform().close()
    forget()


def forget() -> None:
    """As a new process: nothing is cached."""
    cached: tuple[Any, ...] = (
        platform, authorizer.gatekeeper, stream.users, idempotency._store,
    )  # fmt: skip
    for function in cached:
        function.cache_clear()


@pytest.fixture
def sign() -> Sign:
    """`sign(sub="user_1", tier="pro")` is a token of the free platform."""

    def make(**changes: Any) -> str:
        now = int(time.time())
        whole = {"sub": f"user_{uuid4().hex[:8]}", "tier": "pro", "iat": now, "exp": now + 600}
        return jwt.encode(whole | {"iss": "https://free.example"} | changes, KEY, algorithm="HS256")

    return make
