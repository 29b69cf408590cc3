"""Names are what their readers see: no controls, and nothing that turns the text around it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from handlers.models.accounts import ProfileChange
from handlers.models.alerts import ActionBody, NewRule
from handlers.models.alerts_earlier import EarlierBody
from handlers.models.api_keys import NewApiKey
from handlers.models.portfolio import NewWallet
from handlers.models.tax_imports import Import, ImportUpload
from handlers.runtime.documents.openapi import document as document_of

pytestmark = pytest.mark.unit

CONDITIONS = [{"field": "price_usd", "operator": "gt", "value": 1}]
FIELDS: list[tuple[type[BaseModel], str, dict[str, Any]]] = [
    (NewRule, "name", {"type": "price", "conditions": CONDITIONS}),
    (EarlierBody, "name", {"alert_type": "price_alert", "condition": {"threshold": 1}}),
    (ActionBody, "template", {"type": "email"}),
    (NewApiKey, "name", {"scopes": []}),
    (NewWallet, "label", {"address": "0x52908400098527886E0F7030069857D2E4169EE7"}),
    (Import, "fileName", {"csv": "x"}),
    (ImportUpload, "fileName", {}),
]


@pytest.mark.parametrize(("model", "field", "rest"), FIELDS, ids=[f"{one[0].__name__}.{one[1]}" for one in FIELDS])
@pytest.mark.parametrize(
    "bad", ["\x1b", "\x07", "\x7f", "\x85", "\u202e", "\u2066", "\u200f", "\u200b", "\ufeff", "\u2028", "\u3164",
            "\u2800", "\ufffe", "\ufdd0", "\U0010ffff"],
)  # fmt: skip
def test_no_name_holds_what_nobody_sees(model: type[BaseModel], field: str, rest: dict[str, Any], bad: str) -> None:
    with pytest.raises(ValidationError, match=f"U\\+{ord(bad):04X}|pattern"):
        model.model_validate({**rest, field: f"a{bad}b"})


@pytest.mark.parametrize("fine", ["Wale über Ethereum", "クジラ", "חשבון", "👨\u200d👩\u200d👧", "a+b=c"])
def test_every_script_is_a_name(fine: str) -> None:
    assert NewApiKey(name=fine, scopes=[]).name == fine


def test_a_template_has_lines() -> None:
    assert ActionBody.model_validate({"type": "email", "template": "one\n\ttwo\r\n"}).template == "one\n\ttwo\r\n"


def test_an_email_address_holds_none_either() -> None:
    with pytest.raises(ValidationError):
        ProfileChange.model_validate({"email": "a\u202eb@example.org"})


def unbounded(schema: Any, where: str, schemas: dict[str, Any], seen: frozenset[str] = frozenset()) -> list[str]:
    """Strings and lists of a request that may be of any length."""
    if not isinstance(schema, dict):
        return []
    if name := schema.get("$ref", "").rpartition("/")[2]:
        return [] if name in seen else unbounded(schemas[name], where, schemas, seen | {name})
    found: list[str] = []
    for part in ("anyOf", "allOf", "oneOf"):
        for one in schema.get(part, []):
            found += unbounded(one, where, schemas, seen)
    known = {"enum", "const", "format", "maxLength", "pattern"}
    if schema.get("type") == "string" and not known & schema.keys():
        found.append(where)
    if schema.get("type") == "array":
        found += [] if {"maxItems"} & schema.keys() else [where]
        found += unbounded(schema.get("items"), f"{where}[]", schemas, seen)
    for name, member in schema.get("properties", {}).items():
        found += unbounded(member, f"{where}.{name}", schemas, seen)
    return found


BOUNDED_BY_THE_BODY = {"Import.csv"}
"""A whole file, of 4 MiB at most with the body around it."""


def test_every_string_and_list_of_a_body_has_a_bound() -> None:
    document = document_of()
    schemas = document["components"]["schemas"]
    bodies = [
        content["schema"]
        for path in document["paths"].values()
        for operation in path.values()
        for content in operation.get("requestBody", {}).get("content", {}).values()
    ]
    found = {
        f"{one['$ref'].rpartition('/')[2]}{where}"
        for one in bodies
        for where in unbounded(one, "", schemas)
        if "$ref" in one
    }
    assert bodies
    assert found - BOUNDED_BY_THE_BODY == set()
