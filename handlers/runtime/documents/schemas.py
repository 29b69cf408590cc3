"""Finish the schemas of the OpenAPI document: plain names, descriptions, JSON Schema's own words."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from handlers.runtime.models import Body, View

REF = "#/components/schemas/{model}"
_PREFIX = REF.format(model="")
_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
_ENVELOPE = re.compile(r"(?P<kind>SuccessList|Success)_(?P<model>\w+?)(?:View)?_")


def finished(models: Mapping[str, Any]) -> dict[str, Any]:
    """Return the models under plain names, with the descriptions of their classes."""
    texts = {name: dict(_descriptions(model)) for name, model in _classes()}
    return {plain_name(name): _described(renamed(one), texts.get(name, {})) for name, one in sorted(models.items())}


def renamed(value: Any) -> Any:
    """Return a part of the document with JSON Schema's words and plain names of models."""
    if isinstance(value, list):
        return [renamed(one) for one in value]
    if not isinstance(value, dict):
        return value
    members = {name: renamed(one) for name, one in value.items()}
    reference = members.get("$ref")
    if isinstance(reference, str) and reference.startswith(_PREFIX):
        members["$ref"] = _PREFIX + plain_name(reference.removeprefix(_PREFIX))
    return _standard(members) if "properties" not in members and isinstance(members.get("type"), str) else members


def finished_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter's schema without the title that its name made."""
    return {name: one for name, one in renamed(schema).items() if name != "title"}


def plain_name(name: str) -> str:
    """Return a model's name as its readers see it: `RuleAnswer` for `Success_RuleView_`."""
    found = _ENVELOPE.fullmatch(name)
    if found is None:
        return name
    model = "Empty" if found["model"] == "NoneType" else found["model"]
    return model + {"Success": "Answer", "SuccessList": "Page"}[found["kind"]]


def camel_path(path: str) -> str:
    """Return a path whose parameters are in camelCase."""
    return re.sub(r"\{(\w+)\}", lambda found: "{" + to_camel(found[1]) + "}", path)


def _standard(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with `minimum` for pydantic's `ge`, which it writes where a validator comes first."""
    bounds = {name: schema.pop(name) for name in _BOUNDS if name in schema}
    if schema["type"] in ("integer", "number"):
        given = {_BOUNDS[name]: bound for name, bound in bounds.items()}
        kept = {name: schema[name] for name in _BOUNDS.values() if name in schema}
        return schema | {name: _whole(bound) for name, bound in (kept | given).items()}
    if bounds.get("ge") == 0 and "pattern" in schema:  # a decimal string
        schema["pattern"] = schema["pattern"].replace("^-?", "^")
    return schema


def _whole(bound: Any) -> Any:
    return int(bound) if bound == int(bound) else bound


def _described(schema: Any, texts: Mapping[str, str]) -> Any:
    schema.pop("title", None)
    for name, one in schema.get("properties", {}).items():
        one.pop("title", None)
        if name in texts:
            one.setdefault("description", texts[name])
    return schema


def _classes() -> Iterator[tuple[str, type[BaseModel]]]:
    for base in (Body, View):
        yield from _below(base)


def _below(base: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    for model in base.__subclasses__():
        yield re.sub(r"\W", "_", model.__name__), model
        yield from _below(model)


def _descriptions(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Yield a model's fields, by the names on the wire, with the text below each in its source."""
    for base in reversed(model.__mro__):
        for name, text in _texts(base.__module__).get(base.__qualname__, {}).items():
            field = model.model_fields.get(name)
            if field is not None:
                yield field.serialization_alias or field.alias or name, text


@cache
def _texts(module: str) -> Mapping[str, Mapping[str, str]]:
    """Return the strings below the fields of a module's classes.

    Read here alone: pydantic would read them at each start of every function.
    """
    if not module.startswith("handlers."):
        return {}
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {one.name: dict(_fields(one)) for one in tree.body if isinstance(one, ast.ClassDef)}


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, text in zip(node.body, node.body[1:], strict=False):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                yield name, inspect.cleandoc(words)
