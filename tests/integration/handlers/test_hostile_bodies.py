"""Bodies of a hostile client, in every field of every request: a refusal that a person understands, never a 500.

Each field of each body's example is replaced, in turn, by what programs send by mistake and attackers on purpose. Where
the answer is a refusal, its message begins with the name of the field that is wrong and shows nothing invisible.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from handlers.runtime.documents.openapi import document, routers
from handlers.runtime.entry import entry
from premium.accounts.store import AccountStore
from premium.bootstrap import Platform
from tests.factories.http import Answer, Handler, answer, event, verdict
from tests.integration.handlers.asking import rule
from tests.integration.handlers.conftest import Sign

pytestmark = pytest.mark.integration
WHOLE = document()
BODIES: list[tuple[str, str, Any]] = [
    (method, path, operation["requestBody"]["content"]["application/json"]["example"])
    for path, item in WHOLE["paths"].items()
    for method, operation in item.items()
    if "requestBody" in operation
]
VALUES: list[Any] = [
    None, True, -1, 10**100, 1.5, "", "x" * 5_000, [], [[]], {}, {"a": {"b": []}}, "a\u202eb", "a\x07", "\u200b",
    "\uff12\uff10\uff12\uff14", "\u0662\u0660", "NaN", "0x10", " ", "\U0001f600", "1e400", "-0",
]  # fmt: skip
RAW = [
    "", "null", "[]", '"x"', "{", '{"a": NaN}', '{"a": -Infinity}', '{"a": 1, "a": 2}', '{"a": "\\ud800"}',
    '{"\\u0000": 1}', '{"a": ' + "9" * 500 + "}", '{"a": 1e999999999999}', '{"a": ' + "[" * 40 + "]" * 40 + "}",
    "[" * 20_000, "\ufeff{}", "a=b",
]  # fmt: skip
ASKED = {"/v1/gas/optimization", "/v1/security/scan/message", "/v1/security/scan/transaction"}
"""What is well formed is asked of a resident, and here is none."""


@pytest.fixture
def caller(at: Platform, sign: Sign) -> dict[str, str]:
    context = rule(token=sign(sub="user_hostile", email="hostile@example.org", tier="enterprise"))
    assert AccountStore(at.database).profile(UUID(context["userId"])).external_id == "user_hostile"
    return verdict(UUID(context["userId"]), roles="admin")


def handler_of(path: str) -> Handler:
    return next(entry(app) for app in routers() if app.methods_of(path))


def replaced(value: Any) -> Iterator[Any]:
    """Copies of a body, in each of which one member or item is another."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        for other in (*VALUES, *replaced(member)):
            copied: Any = dict(value) if isinstance(value, dict) else list(value)
            copied[name] = other
            yield copied


def check(refused: Answer, sent: object) -> None:
    """A person reads which field is wrong, and why, in the message alone."""
    assert refused.status in (*range(200, 300), 400, 401, 403, 404, 409, 413, 422, 429), (refused.text, sent)
    if refused.status not in (400, 422):
        return
    message, details = refused.error["message"], refused.error["details"]
    assert message.isprintable(), (message, sent)
    assert len(message) < 700, (message, sent)
    assert details, (message, sent)
    # Of a file the message names line and column.
    assert details.keys() & {"errors", "line"} or message.startswith(tuple(f"{field}: " for field in details)), (
        message,
        sent,
    )
    assert "Input should" not in refused.text, (message, sent)


@pytest.mark.parametrize(("method", "path", "example"), BODIES, ids=[f"{one[0]} {one[1]}" for one in BODIES])
def test_a_wrong_value_is_refused_by_its_name(method: str, path: str, example: Any, caller: dict[str, str]) -> None:
    handler = handler_of(path)
    place = re.sub(r"\{\w+\}", str(uuid4()), path)
    bodies = [*(json.dumps(one) for one in replaced(example)), json.dumps({**example, "n\u202eame": 1}), *RAW]
    for raw in bodies:
        made = answer(handler(event(method.upper(), place, by=caller, raw=raw), None))
        if path in ASKED and made.status == 503:
            assert made.error["code"] == "UPSTREAM_UNAVAILABLE"
            continue
        check(made, raw[:300])
    for kind in ("text/plain", "application/json, text/plain", "multipart/form-data"):
        sent = event(method.upper(), place, by=caller, body=example, headers={"Content-Type": kind})
        made = answer(handler(sent, None))
        assert (made.status, list(made.error["details"])) == (400, ["Content-Type"])


def test_a_request_without_a_body_is_of_no_type(caller: dict[str, str]) -> None:
    """Proxies and clients name a type of what is not there; a route whose body may be left out takes it."""
    handler = handler_of("/v1/portfolio/refresh")
    kind = {"Content-Type": "application/octet-stream"}
    made = answer(handler(event("POST", "/v1/portfolio/refresh", by=caller, raw="", headers=kind), None))
    assert (made.status, list(made.error["details"])) == (422, ["wallets"]), "it was read: he watches nothing yet"
    given = answer(handler(event("POST", "/v1/portfolio/refresh", by=caller, raw="{}", headers=kind), None))
    assert (given.status, list(given.error["details"])) == (400, ["Content-Type"])
