"""Compose examples of whole bodies from the examples of their fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_FORMATS = {
    "uuid": "0198f6ab-5c1e-7d2a-9b3f-2f1a6c0d4e57",
    "date-time": "2026-01-31T12:00:00Z",
    "date": "2026-01-31",
    "uri": "https://hooks.example.org/premium",
}


class NoExample(ValueError):
    """A text says neither its form nor an example."""


def example_of(schema: Mapping[str, Any], models: Mapping[str, Any]) -> Any:
    """Return an example that a schema allows; NoExample names what lacks one.

    The schema's own first, else one put together from its parts.
    """
    if schema.get("examples"):
        return schema["examples"][0]
    for name in ("example", "const"):
        if name in schema:
            return schema[name]
    if "$ref" in schema:
        return example_of(models[schema["$ref"].rpartition("/")[2]], models)
    if either := schema.get("anyOf") or schema.get("oneOf"):
        return example_of(next((one for one in either if one.get("type") != "null"), either[0]), models)
    if "enum" in schema:
        return schema["enum"][0]
    return _of_type(schema, models)


def _of_type(schema: Mapping[str, Any], models: Mapping[str, Any]) -> Any:
    match schema.get("type"):
        case "object":
            return {name: _named(name, one, models) for name, one in schema.get("properties", {}).items()}
        case "array":
            return [example_of(schema["items"], models)] if schema.get("items") else []
        case "integer" | "number":
            return int(schema.get("default") or schema.get("minimum") or 1)
        case "boolean":
            return schema.get("default", True)
        case "string":
            return _text(schema)
    return None


def _text(schema: Mapping[str, Any]) -> Any:
    known = _FORMATS.get(schema.get("format", "")) or schema.get("default")
    if known is None:
        raise NoExample("a text needs an example")
    return known


def _named(name: str, schema: Mapping[str, Any], models: Mapping[str, Any]) -> Any:
    try:
        return example_of(schema, models)
    except NoExample as missing:
        raise NoExample(f"{name}: {missing}") from None
