"""Events as API Gateway sends them, and answers taken apart."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

Handler = Callable[[Mapping[str, Any], Any], dict[str, Any]]


def verdict(
    user_id: UUID | None = None, *, tier: str = "enterprise", outcome: str = "allow", **others: str
) -> dict[str, str]:
    """An authorizer's context; without `others` that of a caller who may do everything but an administrator's work."""
    return {
        "verdict": outcome,
        "userId": str(user_id or uuid4()),
        "externalId": "user_123",
        "tier": tier,
        "roles": "",
        "scopes": "*",
        "keyId": "",
        "proven": str(int(time.time()) + 900),
        "factor": str(int(time.time()) + 900),
        "limit": "100",
        "remaining": "99",
        "reset": "1760695260",
        "retryAfter": "0",
        "message": "",
        "cursorKey": "signs the cursors of the tests",
        **others,
    }


ANONYMOUS = verdict(userId="", externalId="", tier="", scopes="")


def event(
    method: str,
    path: str,
    *,
    by: Mapping[str, str] | None = None,
    body: object = None,
    raw: str | None = None,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Payload 2.0. `by` is the authorizer's context, None where it saw no request; `raw` is a body as it is."""
    text = raw if raw is not None else (None if body is None else json.dumps(body))
    context: dict[str, Any] = {
        "requestId": uuid4().hex,
        "stage": "$default",
        "routeKey": "$default",
        "http": {"method": method, "path": path, "sourceIp": "203.0.113.7"},
    }
    if by is not None:
        context["authorizer"] = {"lambda": dict(by)}
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": urlencode(query or {}),
        "queryStringParameters": dict(query or {}),
        "headers": {name.lower(): value for name, value in (headers or {}).items()},
        "requestContext": context,
        "body": text,
        "isBase64Encoded": False,
    }


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def data(self) -> Any:
        return self.json["data"]

    @property
    def error(self) -> Any:
        return self.json["error"]


def ask(handler: Handler, method: str, path: str, **parts: Any) -> Answer:
    """Send one request to a handler in this process."""
    return answer(handler(event(method, path, **parts), None))


def answer(raw: Mapping[str, Any]) -> Answer:
    return Answer(status=raw["statusCode"], headers=raw["headers"], text=raw["body"])
