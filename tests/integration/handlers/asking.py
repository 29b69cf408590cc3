"""One request through the authorizer and the function behind it, as API Gateway would send it."""

from __future__ import annotations

from typing import Any

from handlers import authorizer
from tests.factories.http import Answer, Handler, answer, event


def rule(*, token: str | None = None, key: str | None = None, route: str = "GET /v1/x", ip: str = "203.0.113.7") -> Any:
    """The authorizer's context for such credentials."""
    headers = ({"authorization": f"Bearer {token}"} if token else {}) | ({"x-api-key": key} if key else {})
    asked = event("GET", "/v1/x", headers=headers) | {"routeKey": route, "type": "REQUEST"}
    asked["requestContext"]["http"]["sourceIp"] = ip
    made = authorizer.handler(asked, None)
    assert made["isAuthorized"] is True
    return made["context"]


def through(
    handler: Handler, method: str, path: str, *, token: str | None = None, key: str | None = None, **parts: Any
) -> Answer:
    """Authorizer first, then the function with its verdict."""
    return answer(handler(event(method, path, by=rule(token=token, key=key), **parts), None))
