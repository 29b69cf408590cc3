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
    if not origin or origin not in allowed_origins():
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
    if _header(event, "origin") in allowed_origins():
        allow = {
            "Access-Control-Allow-Methods": _METHODS,
            "Access-Control-Allow-Headers": _REQUEST_HEADERS,
            "Access-Control-Max-Age": _MAX_AGE_SECONDS,
        }
    return {"statusCode": 204, "headers": allow, "body": "", "isBase64Encoded": False}


def allowed_origins() -> frozenset[str]:
    """Return the origins whose pages may call the API and open its streams."""
    # Read at each request: it is a dictionary look-up, and tests and stages set it by the environment.
    return frozenset(origin.strip() for origin in os.environ.get("CORS_ORIGINS", "").split(",") if origin.strip())


def _header(event: Mapping[str, Any], name: str) -> str | None:
    headers = event.get("headers") or {}
    value = headers.get(name) or headers.get(name.title())
    return value if isinstance(value, str) else None
