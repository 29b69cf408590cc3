"""Every route, with headers of 100 KB, bodies of a byte too many, and base64: refused by name, never a 500."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from handlers.runtime.documents.openapi import document, routers
from handlers.runtime.entry import entry
from handlers.runtime.requests.body import MAX_BODY_BYTES
from premium.bootstrap import Platform
from tests.factories.http import Answer, Handler, answer, event, verdict
from tests.integration.handlers.asking import rule
from tests.integration.handlers.conftest import Sign

pytestmark = pytest.mark.integration
WHOLE = document()
OPERATIONS = [(method, path) for path, item in WHOLE["paths"].items() for method in item]
HEADERS = (
    "authorization", "x-api-key", "idempotency-key", "content-type", "cookie", "origin", "accept", "x-forwarded-for",
    "stripe-signature", "paddle-signature", "x-request-id", "user-agent",
)  # fmt: skip
LONG = 100 * 1024
TAKES_FILES = {"/v1/tax/transactions/import"}
"""Which says its own bound."""


@pytest.fixture
def caller(at: Platform, sign: Sign) -> dict[str, str]:
    context = rule(token=sign(sub="user_bounds", tier="enterprise"))
    return verdict(UUID(context["userId"]), roles="admin")


def handlers() -> Iterator[tuple[str, str, Handler, bool]]:
    known = [(app, entry(app)) for app in routers()]
    for method, path in OPERATIONS:
        handler = next(made for app, made in known if app.methods_of(path))
        takes = "requestBody" in WHOLE["paths"][path][method]
        yield method.upper(), re.sub(r"\{\w+\}", str(uuid4()), path), handler, takes


def ask(handler: Handler, made: dict[str, Any]) -> Answer:
    found = answer(handler(made, None))
    assert found.status in (*range(200, 300), 302, 400, 401, 403, 404, 409, 413, 415, 422, 429, 503), (
        made["rawPath"], found.text[:500],
    )  # fmt: skip
    if found.status >= 400:
        assert found.error["message"].isprintable()
        assert len(found.error["message"]) < 700, made["rawPath"]
    return found


def test_headers_of_100_kb_are_refused_or_passed_over(caller: dict[str, str]) -> None:
    for method, path, handler, _ in handlers():
        if method == "DELETE" and path == "/v1/users/me":
            continue  # which would end the caller of all that follow
        for name in HEADERS:
            for value in ("x" * LONG, "v1=" + ",v1=".join(["0" * 64] * (LONG // 68))):
                sent = event(method, path, by=caller, raw="{}" if method != "GET" else None, headers={name: value})
                said = ask(handler, sent)
                assert len(said.text) < 1_000_000 or said.status == 200
                assert value not in said.text, (path, name)


def test_a_body_of_a_byte_too_many_is_413_and_base64_is_read(caller: dict[str, str]) -> None:
    whole = json.dumps({"x": "y" * (MAX_BODY_BYTES - 8)})
    assert len(whole) > MAX_BODY_BYTES
    for method, path, handler, takes in handlers():
        if method == "GET" or path == "/v1/users/me":
            continue
        for in_base64 in (False, True):
            raw = base64.b64encode(whole.encode()).decode() if in_base64 else whole
            sent = event(method, path, by=caller, raw=raw) | {"isBase64Encoded": in_base64}
            said = ask(handler, sent)
            if takes and path not in TAKES_FILES:
                assert (said.status, said.error["code"]) == (413, "PAYLOAD_TOO_LARGE"), (method, path, said.text[:300])
                assert str(MAX_BODY_BYTES) in said.error["message"]
        for broken in ("%%%", "a", base64.b64encode(b"\xff\xfe").decode()):
            said = ask(handler, event(method, path, by=caller, raw=broken) | {"isBase64Encoded": True})
            if takes:
                assert (said.status, list(said.error["details"])) == (400, ["body"]), (method, path, said.text[:300])
