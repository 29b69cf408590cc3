"""Allow cross-origin requests of the platform's own origins only.

API Gateway does the same where it can; the emulator cannot.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

_METHODS = "GET, POST, PUT, DELETE"
_REQUEST_HEADERS = "Authorization, Content-Type, Idempotency-Key, X-Api-Key"
EXPOSED = "X-Request-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, Idempotency-Replayed"
_MAX_AGE_SECONDS = "600"


def cors_headers(event: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers of an answer.

    A foreign origin gets none, so that its page cannot read it.
    """
    origin = _header(event, "origin")
    if not origin or origin not in _allowed():
        return {"Vary": "Origin"}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Expose-Headers": EXPOSED,
        "Vary": "Origin",
    }


def preflight(event: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the answer to an OPTIONS request, None for any other.

    It carries no credentials.
    """
    http = (event.get("requestContext") or {}).get("http") or {}
    if http.get("method") != "OPTIONS":
        return None
    allow = {}
    if _header(event, "origin") in _allowed():
        allow = {
            "Access-Control-Allow-Methods": _METHODS,
            "Access-Control-Allow-Headers": _REQUEST_HEADERS,
            "Access-Control-Max-Age": _MAX_AGE_SECONDS,
        }
    return {"statusCode": 204, "headers": allow, "body": "", "isBase64Encoded": False}


def _allowed() -> frozenset[str]:
    # Read at each request: it is a dictionary look-up, and tests and stages set it by the environment.
    return frozenset(origin.strip() for origin in os.environ.get("CORS_ORIGINS", "").split(",") if origin.strip())


def _header(event: Mapping[str, Any], name: str) -> str | None:
    headers = event.get("headers") or {}
    value = headers.get(name) or headers.get(name.title())
    return value if isinstance(value, str) else None
