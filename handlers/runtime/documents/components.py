"""What all operations of the OpenAPI document share: headers, answers, parameters, credentials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.runtime.answers.errors import STATUS
from handlers.runtime.documents.examples import example_of

ABOUT: Mapping[str, Any] = {
    "contact": {"name": "The operators of this stage"},
    "license": {"name": "Proprietary", "identifier": "LicenseRef-Proprietary"},
}
_SCHEMES: Mapping[str, Any] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token of the platform: `sub`, `tier`, `iat`, `exp`",
    },
    "apiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Api-Key",
        "description": "A key of `POST /v1/users/api-keys`, with the scopes that it was given",
    },
}
_WHOLE = {"type": "integer", "minimum": 0}
_HEADERS: Mapping[str, tuple[str, Mapping[str, Any], object]] = {
    "X-Request-Id": ("Also in `meta.requestId`, in our logs and the trace", {"type": "string"}, "req_JKJaXmPLvHcESHA="),
    "X-RateLimit-Limit": ("Requests a minute of the caller's tier", _WHOLE, 300),
    "X-RateLimit-Remaining": ("Requests left in this minute", _WHOLE, 299),
    "X-RateLimit-Reset": ("Unix seconds at which the oldest request leaves the window", _WHOLE, 1792233600),
    "Retry-After": ("Seconds after which the same request may succeed", {"type": "integer", "minimum": 1}, 12),
    "Allow": ("The methods that this path answers", {"type": "string"}, "GET, PUT"),
    "Idempotency-Replayed": (
        "`true`: this is the first answer to this Idempotency-Key again; else absent",
        {"type": "string", "enum": ["true"]},
        "true",
    ),
}
EVERYWHERE = ("X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
_EXTRA = {405: ("Allow",), 429: ("Retry-After",), 503: ("Retry-After",)}
_WORDS: Mapping[int, tuple[str, Mapping[str, Any]]] = {
    400: ("Something in the request is wrong; `details` says what", {"limit": "must be 200 at most; given '500'"}),
    401: ("The credentials are missing, wrong or expired", {}),
    403: ("The caller's tier, scope or role does not allow it", {"required": "pro", "tier": "starter"}),
    404: ("There is no such thing, or it is another user's", {}),
    405: ("The path exists under other methods", {"allowed": ["GET", "PUT"]}),
    409: ("It contradicts what is there already", {}),
    413: ("The body is too large", {"maximum": 4194304}),
    422: ("It is understood, and cannot be done", {}),
    429: ("Too many requests; `Retry-After` says when to come again", {}),
    500: ("A defect of ours, which was recorded", {}),
    503: ("A store or a neighbour does not answer just now", {}),
}  # fmt: skip
IDEMPOTENCY_KEY: Mapping[str, str] = {"$ref": "#/components/parameters/IdempotencyKey"}


def shared(models: Mapping[str, Any]) -> dict[str, Any]:
    """Return the components beside the schemas."""
    return {
        "securitySchemes": _SCHEMES,
        "headers": {name: _header(*about) for name, about in _HEADERS.items()},
        "parameters": {"IdempotencyKey": _IDEMPOTENCY_KEY},
        "responses": {_name(status): _failure(status, models) for status in _WORDS if status not in _INLINE},
    }


def headers(*more: str) -> dict[str, Any]:
    """Return references to the headers of every answer, and to `more`."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*EVERYWHERE, *more)}


# Readers that resolve no references find Retry-After at the operation itself.
_INLINE = frozenset({429, 503})


def refusal(status: int, models: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an operation's answer of this status."""
    return _failure(status, models) if status in _INLINE else {"$ref": f"#/components/responses/{_name(status)}"}


def _header(text: str, schema: Mapping[str, Any], example: object) -> dict[str, Any]:
    return {"description": text, "schema": schema, "example": example}


def _codes(status: int) -> list[str]:
    return [code for code, its in STATUS.items() if its == status]


def _name(status: int) -> str:
    return "".join(word.capitalize() for word in _codes(status)[-1].split("_"))


def _failure(status: int, models: Mapping[str, Any]) -> dict[str, Any]:
    text, details = _WORDS[status]
    example = dict(example_of(models["Failure"], models))
    said = ": ".join(*details.items()) if status == 400 else text.partition(";")[0]
    example["error"] = {"code": _codes(status)[0], "message": said, "details": details}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Failure"}, "example": example}}
    named = " or ".join(f"`{code}`" for code in _codes(status))
    return {"description": f"{named}: {text}", "headers": headers(*_EXTRA.get(status, ())), "content": content}


_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and request give the first answer again for a day; another request is CONFLICT",
    "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,255}$"},
    "example": "5f0c8f6e-order-17",
}
