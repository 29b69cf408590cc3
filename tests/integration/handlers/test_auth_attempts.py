"""Everything below /v1/auth/ is an attempt of its IP address: 30 a minute, by the API's own document."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from redis.exceptions import ConnectionError as RedisDown

from handlers import accounts, logins, people
from handlers.runtime.documents.openapi import document
from premium.accounts.service import login_attempts
from premium.bootstrap import Platform
from tests.factories.http import Answer, answer, event
from tests.integration.handlers.asking import rule
from tests.integration.handlers.conftest import Sign, forget

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def routes() -> list[tuple[str, str]]:
    """Method and path of all that stands below /v1/auth/."""
    whole: dict[str, Any] = json.loads(json.dumps(document("https://a.example", "wss://a.example/stream")))
    found = [
        (method.upper(), path)
        for path, item in whole["paths"].items()
        if path.startswith("/v1/auth/")
        for method in item
    ]
    assert len(found) >= 19
    return found


def ask(method: str, path: str, ip: str, token: str | None = None) -> Answer:
    """A request that is wrong in some way, as whoever tries things sends it."""
    for app in (accounts, logins, people):
        whole = path.replace("{sessionId}", str(uuid4())).replace("{id}", str(uuid4()))
        if method in app.app.methods_of(whole):
            by = rule(token=token, ip=ip)
            sent: dict[str, Any] = {} if method == "GET" else {"body": {}}
            return answer(app.handler(event(method, whole, by=by, **sent), None))
    raise AssertionError(f"nobody answers {method} {path}")


def test_each_route_takes_the_thirtieth_attempt_and_not_the_next(
    at: Platform, sign: Sign, routes: list[tuple[str, str]]
) -> None:
    """29 of other kinds came before: all are counted together, with and without a token."""
    token = sign()
    for number, (method, path) in enumerate(routes):
        ip = f"198.51.100.{number + 1}"
        for _ in range(29):
            login_attempts(at).of_ip(ip)
        statuses = [ask(method, path, ip, token if number % 2 else None).status for _ in range(2)]
        assert statuses[0] != 429, (method, path)
        assert statuses[1] == 429, (method, path)
    refused = ask("POST", "/v1/auth/refresh", "198.51.100.1")
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert ask("POST", "/v1/auth/refresh", "203.0.113.1").status == 401, "another address is another's"


def test_a_token_works_while_redis_is_silent_and_nobody_logs_in(
    at: Platform, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = sign()
    assert ask("GET", "/v1/auth/session", "192.0.2.1", token).status == 200

    def down(*_: object, **__: object) -> None:
        raise RedisDown

    monkeypatch.setattr("redis.Redis.execute_command", down)
    forget()
    assert ask("GET", "/v1/auth/session", "192.0.2.1", token).status == 200
    assert ask("POST", "/v1/auth/refresh", "192.0.2.1").status == 503
