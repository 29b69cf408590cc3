"""Make the OpenAPI 3.1 document of all services from their routers."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import handlers
from handlers.runtime.answers.envelope import Failure
from handlers.runtime.answers.errors import STATUS
from handlers.runtime.router import Router

TITLE = "Premium DeFi API"
VERSION = "1.0.0"
_REF = "#/components/schemas/{model}"
_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
}
_HEADERS = {
    "X-Request-Id": "Also in `meta.requestId` and our logs",
    "X-RateLimit-Limit": "Requests a minute",
    "X-RateLimit-Remaining": "Left in this minute",
    "X-RateLimit-Reset": "Unix seconds at which the oldest request leaves the window",
}
_ALWAYS = (400, 404, 405, 413, 429, 500, 503)
_WITH_CREDENTIALS = (401, 403)
_WRITING = (409, 422)
_DESCRIPTION = (
    "Every answer wears one envelope: `data` and `meta`, or `error` and `meta`. Answers of the gateway itself (413 "
    "over 10 MB, throttling of the whole API, time-outs) are bare. Nothing here is financial or tax advice."
)


def routers() -> Iterator[Router]:
    """Return the router `app` of every module in handlers/ that has one."""
    for module in pkgutil.iter_modules(handlers.__path__):
        if not module.ispkg and isinstance(app := getattr(_imported(module.name), "app", None), Router):
            yield app


@cache
def document() -> Mapping[str, Any]:
    """Return the OpenAPI document: all services' paths and models.

    Each route has the errors, headers and security that all share.
    """
    merged: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": VERSION, "description": _DESCRIPTION},
        "servers": [{"url": "/"}],
        "paths": {},
        "components": {"schemas": _failure_schemas(), "securitySchemes": _SCHEMES},
    }
    for app in routers():
        part = json.loads(app.get_openapi_json_schema(title=TITLE, version=VERSION, security_schemes=_schemes()))
        merged["paths"].update({path: _operations(item) for path, item in part["paths"].items()})
        merged["components"]["schemas"].update(part.get("components", {}).get("schemas", {}))
    for unused in ("HTTPValidationError", "ValidationError", "ResponseValidationError"):
        merged["components"]["schemas"].pop(unused, None)
    return merged


def _imported(name: str) -> Any:
    return importlib.import_module(f"handlers.{name}")


def _schemes() -> Any:
    from aws_lambda_powertools.event_handler.openapi.models import APIKey, APIKeyIn, HTTPBearer  # noqa: PLC0415 - only the document needs it

    return {"bearer": HTTPBearer(bearerFormat="JWT"), "apiKey": APIKey(name="X-Api-Key", in_=APIKeyIn.header)}


def _operations(item: dict[str, Any]) -> dict[str, Any]:
    return {method: _operation(method, operation) for method, operation in item.items()}


def _operation(method: str, operation: dict[str, Any]) -> dict[str, Any]:
    operation["responses"].pop("422", None)
    headers = {name: {"description": text, "schema": {"type": "string"}} for name, text in _HEADERS.items()}
    for answer in operation["responses"].values():
        answer["headers"] = headers
    guarded = _WITH_CREDENTIALS if operation.get("security") else ()
    wanted = (*_ALWAYS, *guarded, *(() if method == "get" else _WRITING))
    for status in sorted(wanted):
        operation["responses"].setdefault(str(status), _failure_response(status, headers))
    if method == "post" and operation.get("security"):
        operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
    return operation


_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and request give the first answer again for a day; another request is CONFLICT",
    "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,255}$"},
}


def _failure_response(status: int, headers: Mapping[str, Any]) -> dict[str, Any]:
    codes = ", ".join(code for code, its in STATUS.items() if its == status)
    content = {"application/json": {"schema": {"$ref": _REF.format(model="Failure")}}}
    return {"description": codes, "content": content, "headers": dict(headers)}


def _failure_schemas() -> dict[str, Any]:
    schema = Failure.model_json_schema(ref_template=_REF, mode="serialization")
    return {**schema.pop("$defs"), "Failure": schema}
