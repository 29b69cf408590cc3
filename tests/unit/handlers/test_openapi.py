"""The document is valid OpenAPI 3.1 and tells a person and a program what every route takes, gives and refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import validate
from schemathesis.specs.openapi.definitions import OPENAPI_31

from handlers.runtime.answers.errors import STATUS
from handlers.runtime.documents.components import EVERYWHERE
from handlers.runtime.documents.openapi import _schemes, document, routers
from handlers.runtime.documents.schemas import camel_path
from handlers.runtime.requests.needs import needs_of
from premium.manifest import services

pytestmark = pytest.mark.unit


VERBS = (
    "add",
    "alert",
    "ask",
    "change",
    "confirm",
    "erase",
    "finish",
    "get",
    "import",
    "join",
    "list",
    "log",
    "part",
    "refresh",
    "remove",
    "replace",
    "reset",
    "restore",
    "revoke",
    "scan",
    "set",
    "start",
    "try",
    "verify",
)
LEAKS = {"ge", "le", "gt", "lt"}
CAMEL = re.compile(r"[a-z][a-zA-Z0-9]*")


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(document("https://api.example.org", "wss://api.example.org/stream")))
    return made


def operations(whole: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(method, path, one) for path, item in whole["paths"].items() for method, one in item.items()]


def answers(whole: dict[str, Any], operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The answers of an operation by status, the shared ones looked up."""
    shared = whole["components"]["responses"]
    found = {status: one.get("$ref", "").rpartition("/")[2] for status, one in operation["responses"].items()}
    return {status: shared[name] if name else operation["responses"][status] for status, name in found.items()}


def everything(value: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    yield where, value
    if isinstance(value, dict):
        for name, member in value.items():
            yield from everything(member, f"{where}/{name}")
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from everything(member, f"{where}/{number}")


def test_it_is_openapi_3_1(whole: dict[str, Any]) -> None:
    assert whole["openapi"].startswith("3.1")
    jsonschema.Draft202012Validator(OPENAPI_31).validate(whole)
    validate(whole)


def test_every_route_is_in_it(whole: dict[str, Any]) -> None:
    registered = {
        (route.method.lower(), camel_path(route.openapi_path))
        for app in routers()
        for route in app._static_routes + app._dynamic_routes
        if route.include_in_schema
    }
    written = {(method, path) for path, item in whole["paths"].items() for method in item}
    assert written == registered
    assert ("get", "/v1/jobs/{jobId}") in written


def test_no_two_services_share_a_models_name() -> None:
    seen: dict[str, Any] = {}
    for app in routers():
        part = json.loads(app.get_openapi_json_schema(title="x", version="1", security_schemes=_schemes()))
        for name, schema in part.get("components", {}).get("schemas", {}).items():
            assert seen.setdefault(name, schema) == schema, name


def test_every_operation_says_its_errors_and_headers(whole: dict[str, Any]) -> None:
    for method, path, one in operations(whole):
        wanted = {"400", "404", "405", "413", "429", "500", "503"} | ({"401", "403"} if one["security"] else set())
        assert wanted <= set(one["responses"]), (method, path)
        for answer in answers(whole, one).values():
            assert set(EVERYWHERE) <= set(answer["headers"])
        for status in wanted:
            schema = answers(whole, one)[status]["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Failure"}
        for status in ("429", "503"):
            assert "Retry-After" in one["responses"][status]["headers"], "also for those who resolve no references"


def test_errors_are_shared_and_their_codes_an_enumeration(whole: dict[str, Any]) -> None:
    assert whole["components"]["schemas"]["ErrorView"]["properties"]["code"]["enum"] == list(STATUS)
    referred = {one["responses"]["400"]["$ref"] for _, _, one in operations(whole)}
    assert referred == {"#/components/responses/InvalidInput"}


def test_operations_have_plain_names_and_texts(whole: dict[str, Any]) -> None:
    ids = [one["operationId"] for _, _, one in operations(whole)]
    assert len(ids) == len(set(ids))
    assert [name for name in ids if not (CAMEL.fullmatch(name) and name.startswith(VERBS))] == []
    tags = {tag["name"] for tag in whole["tags"] if tag["description"]}
    assert all(one["summary"] and one["description"] and set(one["tags"]) <= tags for _, _, one in operations(whole))


def test_each_operation_says_whom_it_serves(whole: dict[str, Any]) -> None:
    for app in routers():
        for route in app._static_routes + app._dynamic_routes:
            needs = needs_of(route.func)
            if not route.include_in_schema or needs is None:
                continue
            one = whole["paths"][camel_path(route.openapi_path)][route.method.lower()]
            assert one["security"] == ([] if needs.public else [{"bearer": []}, {"apiKey": []}])
            assert one.get("x-scope") == needs.scope
            assert needs.scope is None or f"`{needs.scope}`" in one["description"]
            assert needs.public or f"`{needs.tier.value}`" in one["description"] or needs.tier.value == "free"


def test_every_property_and_parameter_is_described(whole: dict[str, Any]) -> None:
    schemas = whole["components"]["schemas"]
    silent = [
        f"{model}.{name}"
        for model, schema in schemas.items()
        for name, one in schema.get("properties", {}).items()
        if not one.get("description") and not schemas.get(one.get("$ref", "").rpartition("/")[2], {}).get("description")
    ]
    silent += [
        f"{method} {path} {one['name']}"
        for method, path, operation in operations(whole)
        for one in operation.get("parameters", [])
        if "$ref" not in one and not (one["description"] and "example" in one)
    ]
    assert silent == []


def test_every_body_has_an_example_that_it_allows(whole: dict[str, Any]) -> None:
    looked_at = 0
    for where, value in everything({"paths": whole["paths"], "webhooks": whole["webhooks"]}):
        if where.endswith("/application/json"):
            schema = value.get("schema")
            if schema:
                jsonschema.Draft202012Validator({**schema, "components": whole["components"]}).validate(
                    value["example"]
                )
                looked_at += 1
    assert looked_at > len(operations(whole))


def test_names_are_in_camel_case_but_for_the_earlier_form(whole: dict[str, Any]) -> None:
    earlier = ("EarlierBody", "EarlierView")
    strange = [
        f"{model}.{name}"
        for model, schema in whole["components"]["schemas"].items()
        if model not in earlier
        for name in schema.get("properties", {})
        if not CAMEL.fullmatch(name)
    ]
    strange += [
        one["name"]
        for _, _, operation in operations(whole)
        for one in operation.get("parameters", [])
        if one.get("in") in ("path", "query")
        and not CAMEL.fullmatch(one["name"])
        and one["name"] != "error_description"  # OAuth's name, which Google sends
    ]
    strange += [path for path in whole["paths"] for name in re.findall(r"\{(.*?)\}", path) if not CAMEL.fullmatch(name)]
    assert strange == []


def test_no_words_of_pydantic_are_left(whole: dict[str, Any]) -> None:
    schemas = whole["components"]["schemas"]
    assert [where for where, value in everything(schemas) if isinstance(value, dict) and value.keys() & LEAKS] == []
    lowest = schemas["NewRule"]["properties"]["hysteresis"]["anyOf"][0]
    assert not re.search(lowest["pattern"], "-1")
    assert schemas["RuleChange"]["properties"]["cooldownSeconds"]["anyOf"][0]["minimum"] == 0


def test_posts_take_an_idempotency_key(whole: dict[str, Any]) -> None:
    for method, path, one in operations(whole):
        keyed = {"$ref": "#/components/parameters/IdempotencyKey"} in one.get("parameters", [])
        assert keyed == (method == "post" and bool(one["security"])), path
        made = [answer for status, answer in one["responses"].items() if status.startswith("2")]
        assert all(("Idempotency-Replayed" in answer["headers"]) == keyed for answer in made if "headers" in answer)


def test_injected_arguments_are_no_parameters(whole: dict[str, Any]) -> None:
    names = {parameter.get("name") for _, _, one in operations(whole) for parameter in one.get("parameters", [])}
    assert not names & {"caller", "request_id", "requestId", "idempotency_key", "key"}


def test_ids_lead_to_what_they_open(whole: dict[str, Any]) -> None:
    made = whole["paths"]["/v1/alerts/rules"]["post"]["responses"]["201"]["links"]
    assert {"getRule", "changeRule", "removeRule", "tryRule"} <= set(made)
    assert made["getRule"]["parameters"] == {"ruleId": "$response.body#/data/id"}
    assert "getJob" in whole["paths"]["/v1/security/scan/contract"]["post"]["responses"]["202"]["links"]
    known = {one["operationId"] for _, _, one in operations(whole)}
    every = [answer for _, _, one in operations(whole) for answer in one["responses"].values()]
    leads = [link["operationId"] for answer in every for link in answer.get("links", {}).values()]
    assert set(leads) <= known
    assert len(leads) > 20


def test_the_stage_s_addresses_and_streams_are_told(whole: dict[str, Any]) -> None:
    assert [server["url"] for server in whole["servers"]] == ["https://api.example.org"]
    streams = whole["tags"][-1]
    assert "wss://api.example.org/stream?token=" in streams["description"]
    channels = {channel for service in services() for channel in service.channels}
    assert all(f"| `{channel}` |" in streams["description"] for channel in channels)
    assert set(whole["x-websocket"]["channels"]) == channels
