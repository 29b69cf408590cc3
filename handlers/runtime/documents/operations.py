"""Finish the operations of the OpenAPI document: their answers, headers, examples and needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic.alias_generators import to_camel

from handlers.runtime.documents.components import IDEMPOTENCY_KEY, headers, refusal
from handlers.runtime.documents.examples import NoExample, example_of
from handlers.runtime.documents.schemas import camel_path, finished_schema

JSON = "application/json"
_METHODS = ("get", "post", "put", "delete")
_ALWAYS = (400, 404, 405, 413, 429, 500, 503)
_WITH_CREDENTIALS = (401, 403)
_WRITING = (409, 422)
_OF_A_CHAIN = (422,)
"""A chain may be known, and not have what a GET asks of it."""
_PLACES = {"path": "Its id"}


def finished(paths: Mapping[str, Any], models: Mapping[str, Any]) -> dict[str, Any]:
    """Return all paths with what every operation of their kind has."""
    return {
        camel_path(path): {method: _operation(method, item[method], models) for method in _METHODS if method in item}
        for path, item in sorted(paths.items())
    }


def operations(paths: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield every operation with its path and method."""
    for path, item in paths.items():
        for method, operation in item.items():
            yield path, method, operation


def _operation(method: str, operation: dict[str, Any], models: Mapping[str, Any]) -> dict[str, Any]:
    operation.setdefault("security", [])
    given = [_parameter(one, models) for one in operation.get("parameters", [])]
    if method == "post" and operation["security"]:
        given.append(dict(IDEMPOTENCY_KEY))
    if given:
        operation["parameters"] = given
    if asked := operation.get("requestBody"):
        _show(asked["content"], models, f"the body of {operation['operationId']}")
    operation["responses"] = _answers(method, operation, models)
    return operation


def _answers(method: str, operation: Mapping[str, Any], models: Mapping[str, Any]) -> dict[str, Any]:
    replayed = ("Idempotency-Replayed",) if method == "post" and operation["security"] else ()
    answers = {status: dict(one) for status, one in operation["responses"].items() if status != "422"}
    for one in answers.values():
        one["headers"] = headers(*replayed)
        _show(one.get("content", {}), models, f"an answer of {operation['operationId']}")
    guarded = _WITH_CREDENTIALS if operation["security"] or "x-credentials" in operation else ()
    names = {one.get("name") for one in operation.get("parameters", [])}
    more = _WRITING if method != "get" else _OF_A_CHAIN if "chain" in names else ()
    wanted = sorted((*_ALWAYS, *guarded, *more))
    return {**answers, **{str(status): refusal(status, models) for status in wanted if str(status) not in answers}}


def _show(content: Mapping[str, Any], models: Mapping[str, Any], what: str) -> None:
    """Add an example to a body of JSON."""
    if JSON in content and "schema" in content[JSON]:
        try:
            content[JSON]["example"] = example_of(content[JSON]["schema"], models)
        except NoExample as missing:
            raise NoExample(f"{what}: {missing}") from None


def _parameter(one: dict[str, Any], models: Mapping[str, Any]) -> dict[str, Any]:
    schema = finished_schema(one.pop("schema"))
    text = one.get("description") or schema.pop("description", None) or _PLACES.get(one["in"], "")
    schema.pop("description", None)
    try:
        example = example_of(schema, models)
    except NoExample as missing:
        raise NoExample(f"the parameter {one['name']}: {missing}") from None
    name = to_camel(one["name"]) if one["in"] == "path" else one["name"]
    return {**one, "name": name, "description": text, "schema": schema, "example": schema.get("default", example)}
