"""Make the OpenAPI 3.1 document of all services from their routers."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import Any

import handlers
from handlers.runtime.answers.envelope import Failure
from handlers.runtime.documents import components, schemas, streams
from handlers.runtime.documents.links import add_links
from handlers.runtime.documents.operations import finished
from handlers.runtime.router import Router

TITLE = "Premium DeFi API"
VERSION = "1.0.0"
_UNUSED = ("HTTPValidationError", "ValidationError", "ResponseValidationError")
_DESCRIPTION = """Portfolios, tax reports, alerts and security scans, for the tiers `starter`, `pro` and `enterprise`.

Every answer wears one envelope: `data` and `meta`, or `error` and `meta`. Answers of the gateway itself (413 over
10 MB, throttling of the whole API, time-outs) are bare.

- **Credentials**: `Authorization: Bearer <JWT>` of the platform, or `X-Api-Key` (tier `enterprise`). Each operation
  says which tier and scope it needs; scopes bind API keys alone, a JWT has all of its user's.
- **Amounts** of money and tokens are decimal strings, never floats: tokens exact, money of answers in eight places;
  **times** are RFC 3339 in UTC; **names** are in camelCase, but for the earlier paths under `/v2` and for the names of
  events' and documents' own fields.
- **Lists** are pages: give `meta.pagination.nextCursor` back as `cursor`.
- **A POST** with an `Idempotency-Key` may be repeated: the same key and body give the first answer again.
- **A parameter** that an operation does not know is `INVALID_INPUT`, which names it.

Nothing here is financial or tax advice."""


def routers() -> Iterator[Router]:
    """Return the router `app` of every module in handlers/ that has one."""
    for module in modules():
        yield module.app


def modules() -> Iterator[ModuleType]:
    """Return every module in handlers/ that has a router."""
    for found in pkgutil.iter_modules(handlers.__path__):
        if not found.ispkg and isinstance(getattr(_imported(found.name), "app", None), Router):
            yield _imported(found.name)


def document(server: str = "/", stream: str = "wss://…") -> Mapping[str, Any]:
    """Return the OpenAPI document: all services' paths and models.

    `server` is where this API is, `stream` its WebSocket's address; neither is known before a stage is deployed.
    """
    whole = _whole()
    named = {**whole["tags"][-1], "description": streams.description(stream)}
    return {**whole, "servers": [{"url": server, "description": "This stage"}], "tags": [*whole["tags"][:-1], named]}


@cache
def _whole() -> Mapping[str, Any]:
    paths: dict[str, Any] = {}
    models: dict[str, Any] = _failure_schemas()
    for app in routers():
        part = json.loads(app.get_openapi_json_schema(title=TITLE, version=VERSION, security_schemes=_schemes()))
        for path, item in part["paths"].items():
            paths.setdefault(path, {}).update(item)
        models.update(part.get("components", {}).get("schemas", {}))
    models |= streams.schemas()
    for unused in _UNUSED:
        models.pop(unused, None)
    described = schemas.finished(models)
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": VERSION, "description": _DESCRIPTION, **components.ABOUT},
        "servers": [{"url": "/"}],
        "tags": [*_tags(), {"name": "Streams", "description": ""}],
        "paths": add_links(finished(schemas.renamed(paths), described)),
        "webhooks": streams.webhooks(described),
        "x-websocket": streams.messages(),
        "components": {"schemas": described, **components.shared(described)},
    }


def _tags() -> list[dict[str, str]]:
    return [{"name": module.app.tag, "description": (module.__doc__ or "").split("\n")[0]} for module in modules()]


def _imported(name: str) -> Any:
    return importlib.import_module(f"handlers.{name}")


def _schemes() -> Any:
    from aws_lambda_powertools.event_handler.openapi.models import APIKey, APIKeyIn, HTTPBearer  # noqa: PLC0415 - only the document needs it

    return {"bearer": HTTPBearer(bearerFormat="JWT"), "apiKey": APIKey(name="X-Api-Key", in_=APIKeyIn.header)}


def _failure_schemas() -> dict[str, Any]:
    schema = Failure.model_json_schema(ref_template=schemas.REF, mode="serialization")
    return {**schema.pop("$defs"), "Failure": schema}
