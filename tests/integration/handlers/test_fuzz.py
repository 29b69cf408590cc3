"""Every route of every service, fed with what its own OpenAPI document allows and forbids: never a 500.

The inputs are schemathesis' own, valid and invalid; they go to the handlers in this process as API Gateway's events.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote, urlencode
from uuid import UUID

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from handlers.runtime.documents.openapi import document, routers
from handlers.runtime.entry import entry
from premium.accounts.store import AccountStore
from premium.bootstrap import Platform
from tests.factories.http import Handler, event, verdict
from tests.integration.handlers.asking import rule
from tests.integration.handlers.conftest import Sign

pytestmark = pytest.mark.integration
EXAMPLES = 10
WHOLE: dict[str, Any] = json.loads(json.dumps(document()))
SCHEMA = schemathesis.openapi.from_dict(WHOLE)
OPERATIONS = [(method, path) for path, item in WHOLE["paths"].items() for method in item]


def handler_of(path: str) -> Handler:
    return next(entry(app) for app in routers() if app.methods_of(path))


@pytest.fixture
def caller(at: Platform, sign: Sign) -> dict[str, str]:
    """One who may do everything."""
    context = rule(token=sign(sub="user_fuzz", tier="enterprise", roles=["admin"]))
    assert AccountStore(at.database).profile(UUID(context["userId"])).external_id == "user_fuzz"
    return verdict(UUID(context["userId"]), roles="admin")


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[f"{method} {path}" for method, path in OPERATIONS])
def test_no_input_ends_in_a_500(method: str, path: str, caller: dict[str, str]) -> None:
    handler = handler_of(path)

    def feed(case: schemathesis.Case) -> None:
        answer = handler(_event(case, caller), None)
        assert answer["statusCode"] in (*range(200, 500), 503), answer["body"]
        _conforms(method, path, answer)

    for mode in GenerationMode:
        if mode is GenerationMode.POSITIVE or _can_be_wrong(method, path):
            cases = SCHEMA[path][method].as_strategy(generation_mode=mode)
            settings(
                max_examples=EXAMPLES,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )(given(case=cases)(feed))()


def _can_be_wrong(method: str, path: str) -> bool:
    operation = WHOLE["paths"][path][method]
    return bool(operation.get("parameters") or operation.get("requestBody"))


def _conforms(method: str, path: str, answer: Mapping[str, Any]) -> None:
    """The status is one that the document promises, and the body is what it says of it."""
    operation = WHOLE["paths"][path][method]
    if answer["statusCode"] == 404:  # a changed path may be nobody's, or another route's
        return
    promised = operation["responses"].get(str(answer["statusCode"]))
    assert promised is not None, (method, path, answer["statusCode"], answer["body"])
    if "$ref" in promised:
        promised = WHOLE["components"]["responses"][promised["$ref"].rpartition("/")[2]]
    schema = promised.get("content", {}).get("application/json", {}).get("schema")
    if schema and path != "/v1/openapi.json":
        whole = {**schema, "components": WHOLE["components"]}
        jsonschema.Draft202012Validator(whole).validate(json.loads(answer["body"]))


def _event(case: schemathesis.Case, by: Mapping[str, str]) -> dict[str, Any]:
    path = case.path
    for name, value in (case.path_parameters or {}).items():
        path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
    query = {str(name): _text(value) for name, value in (case.query or {}).items()}
    headers = {str(name): str(value) for name, value in (case.headers or {}).items()}
    made = event(case.method, unquote(path, errors="replace"), by=by, headers=headers)
    made["queryStringParameters"] = query
    made["rawQueryString"] = urlencode(query, errors="replace")
    body = case.body
    if isinstance(body, bytes):
        made["body"], made["isBase64Encoded"] = base64.b64encode(body).decode(), True
    elif not isinstance(body, schemathesis.core.NotSet):
        made["body"] = json.dumps(body)
    return made


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
