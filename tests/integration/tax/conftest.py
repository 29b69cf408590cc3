"""The tax service with real stores: PostgreSQL, the emulator's tables and bucket, Redis; requests by event."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import boto3
import psycopg
import pytest

from handlers.tax import handler
from local.aws import Aws
from local.redis import Redis
from premium import bootstrap
from premium.bootstrap import Platform
from premium.jobs.model import JobRecord
from premium.tax.work import report
from stacks.tables import creation
from tests.fixtures.postgres import Databases

Answer = tuple[int, dict[str, Any]]
Ask = Callable[..., Answer]


@pytest.fixture
def platform(aws: Aws, redis_server: Redis, postgres: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """This process as a handler and as a worker, over tables and a bucket of its own."""
    suffix = uuid4().hex[:12]
    dynamodb, s3 = boto3.client("dynamodb"), boto3.client("s3")
    for name in ("jobs", "idempotency"):
        dynamodb.create_table(TableName=f"{name}-{suffix}", **creation(name))
    for name in ("reports", "exports"):
        s3.create_bucket(Bucket=f"{name}-{suffix}")
    values = {
        "PREMIUM_STAGE": "local",
        "JOBS_TABLE": f"jobs-{suffix}",
        "IDEMPOTENCY_TABLE": f"idempotency-{suffix}",
        "REPORTS_BUCKET": f"reports-{suffix}",
        "EXPORTS_BUCKET": f"exports-{suffix}",
        "REDIS_URL": redis_server.url,
        "DATABASE_URL": postgres.url("premium", "premium_app"),
        "WORKER_DATABASE_URL": postgres.url("premium", "premium_worker"),
        "TIMESERIES_URL": postgres.url("timeseries", "premium_worker"),
        "WEBSOCKET_ENDPOINT": "http://127.0.0.1:1",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    bootstrap.platform.cache_clear()
    made = bootstrap.platform()
    yield made
    made.close()
    bootstrap.platform.cache_clear()


@pytest.fixture
def user(postgres: Databases, platform: Platform) -> UUID:
    return add_user(postgres)


def add_user(postgres: Databases) -> UUID:
    with psycopg.connect(postgres.url("premium", "postgres")) as connection:
        row = connection.execute(
            "INSERT INTO premium_users (external_id, tier) VALUES (%s, 'pro') RETURNING id", (f"user_{uuid4().hex}",)
        ).fetchone()
    assert row is not None
    return UUID(str(row[0]))


@pytest.fixture
def ask(platform: Platform, user: UUID) -> Ask:
    """One request to the tax function, past the authorizer."""

    def request(method: str, path: str, body: Any = None, *, as_user: UUID | None = None, **options: str) -> Answer:
        event = event_of(method, path, body, as_user or user, options)
        answer = handler(event, None)
        return answer["statusCode"], json.loads(answer["body"])

    return request


def event_of(method: str, path: str, body: Any, user: UUID, options: dict[str, str]) -> dict[str, Any]:
    key = options.pop("key", uuid4().hex)
    verdict = {
        "verdict": "allow",
        "userId": str(user),
        "externalId": "user_1",
        "tier": "pro",
        "scopes": "*",
        "limit": "1000",
        "remaining": "999",
        "reset": "0",
    }
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "&".join(f"{name}={value}" for name, value in options.items()),
        "queryStringParameters": options,
        "headers": {"content-type": "application/json", "idempotency-key": key},
        "requestContext": {
            "requestId": uuid4().hex,
            "stage": "$default",
            "http": {"method": method, "path": path, "sourceIp": "127.0.0.1"},
            "authorizer": {"lambda": verdict},
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


@pytest.fixture
def work(platform: Platform) -> Callable[[str], JobRecord]:
    """Carries out a report's job in this process; the record afterwards."""

    def run(job_id: str) -> JobRecord:
        report(job_id)
        return platform.jobs.store.get(UUID(job_id))

    return run
