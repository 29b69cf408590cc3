"""The document is valid OpenAPI 3.1 and says what every route takes, gives and refuses."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31

from handlers.runtime.documents.openapi import _schemes, document, routers

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(document()))
    return made


def test_it_is_openapi_3_1(whole: dict[str, Any]) -> None:
    assert whole["openapi"].startswith("3.1")
    jsonschema.Draft202012Validator(OPENAPI_31).validate(whole)


def test_every_route_is_in_it(whole: dict[str, Any]) -> None:
    registered = {
        (route.method.lower(), route.openapi_path)
        for app in routers()
        for route in app._static_routes + app._dynamic_routes
    }
    written = {(method, path) for path, item in whole["paths"].items() for method in item}
    assert written == registered
    assert ("get", "/v1/jobs/{job_id}") in written


def test_no_two_services_share_a_models_name(whole: dict[str, Any]) -> None:
    seen: dict[str, Any] = {}
    for app in routers():
        part = json.loads(app.get_openapi_json_schema(title="x", version="1", security_schemes=_schemes()))
        for name, schema in part.get("components", {}).get("schemas", {}).items():
            assert seen.setdefault(name, schema) == schema, name


def operations(whole: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(method, path, one) for path, item in whole["paths"].items() for method, one in item.items()]


def test_every_operation_says_its_errors_and_headers(whole: dict[str, Any]) -> None:
    for method, path, one in operations(whole):
        wanted = {"400", "404", "405", "413", "429", "500", "503"} | ({"401", "403"} if one.get("security") else set())
        assert wanted <= set(one["responses"]), (method, path)
        for answer in one["responses"].values():
            assert {"X-Request-Id", "X-RateLimit-Limit"} <= set(answer["headers"])
        for status in wanted:
            schema = one["responses"][status]["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Failure"}


def test_operation_ids_are_unique_and_summaries_written(whole: dict[str, Any]) -> None:
    ids = [one["operationId"] for _, _, one in operations(whole)]
    assert len(ids) == len(set(ids))
    assert all(one["summary"] and one["tags"] for _, _, one in operations(whole))


def test_posts_take_an_idempotency_key(whole: dict[str, Any]) -> None:
    for method, path, one in operations(whole):
        names = {parameter["name"] for parameter in one.get("parameters", [])}
        assert ("Idempotency-Key" in names) == (method == "post" and bool(one.get("security"))), path


def test_injected_arguments_are_no_parameters(whole: dict[str, Any]) -> None:
    names = {parameter["name"] for _, _, one in operations(whole) for parameter in one.get("parameters", [])}
    assert not names & {"caller", "request_id", "idempotency_key", "key"}
