"""The tax service with real stores: PostgreSQL, the emulator's tables and bucket, Redis; requests by event."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from handlers.tax import handler
from premium.bootstrap import Platform
from premium.jobs.model import JobRecord
from premium.tax.work import report
from tests.factories.http import verdict

Answer = tuple[int, dict[str, Any]]
Ask = Callable[..., Answer]


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
            "authorizer": {"lambda": verdict(user_id=user, externalId="user_1")},
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
