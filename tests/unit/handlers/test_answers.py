"""The envelope, the error table and the headers, as a client sees them."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import uuid4

import pytest

from tests.factories.http import ANONYMOUS, ask, event, verdict
from tests.unit.handlers.notes import SECRET, handler

pytestmark = pytest.mark.unit
NOTE = {"titleText": "a", "amount": "1.50"}


def test_success_wears_the_envelope() -> None:
    answer = ask(handler, "POST", "/v1/notes", by=verdict(), body=NOTE)
    assert answer.status == 201
    assert answer.json["success"] is True
    assert answer.data == {"titleText": "a", "amount": "1.5", "by": "user_123"}
    meta = answer.json["meta"]
    assert meta["requestId"] == answer.headers["X-Request-Id"]
    assert meta["requestId"].startswith("req_")
    assert meta["timestamp"].endswith("Z")
    assert datetime.fromisoformat(meta["timestamp"]).utcoffset() is not None
    assert set(meta) == {"timestamp", "requestId"}


def test_a_field_may_be_named_as_inside() -> None:
    answer = ask(handler, "POST", "/v1/notes", by=verdict(), body={"title_text": "a", "amount": "1"})
    assert answer.status == 201


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("conflict", 409, "CONFLICT"),
        ("large", 413, "PAYLOAD_TOO_LARGE"),
        ("unprocessable", 422, "UNPROCESSABLE"),
        ("limited", 429, "RATE_LIMITED"),
        ("upstream", 503, "UPSTREAM_UNAVAILABLE"),
        ("ours", 500, "INTERNAL"),
        ("key", 500, "INTERNAL"),
        ("nothing", 500, "INTERNAL"),
    ],
)
def test_each_error_has_one_code_and_status(kind: str, status: int, code: str) -> None:
    answer = ask(handler, "GET", f"/v1/fail/{kind}", by=verdict())
    assert (answer.status, answer.error["code"]) == (status, code)
    assert answer.json["success"] is False
    assert answer.json["meta"]["requestId"] == answer.headers["X-Request-Id"]
    assert SECRET not in answer.text
    assert "Error" not in answer.text


def test_rate_limited_says_when_to_come_back() -> None:
    assert ask(handler, "GET", "/v1/fail/limited", by=verdict()).headers["Retry-After"] == "7"


def test_every_answer_has_the_limit_headers() -> None:
    for path in ("/v1/notes", "/v1/fail/ours", "/v1/nowhere"):
        headers = ask(handler, "GET", path, by=verdict()).headers
        assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == ("100", "99")
        assert headers["X-RateLimit-Reset"] == "1760695260"


def test_unknown_path_and_method() -> None:
    assert ask(handler, "GET", "/v1/nowhere", by=ANONYMOUS).error["code"] == "NOT_FOUND"
    answer = ask(handler, "DELETE", "/v1/notes", by=verdict())
    assert (answer.status, answer.error["code"], answer.headers["Allow"]) == (405, "METHOD_NOT_ALLOWED", "GET, POST")


def test_invalid_fields_are_named_each() -> None:
    answer = ask(handler, "POST", "/v1/notes", by=verdict(), body={"titleText": "", "amount": 1.5, "more": 1})
    assert (answer.status, answer.error["code"]) == (400, "INVALID_INPUT")
    assert set(answer.error["details"]) == {"titleText", "amount", "more"}


def test_invalid_parameters_are_named() -> None:
    answer = ask(handler, "GET", f"/v1/notes/{uuid4()}", by=verdict(), query={"size": "4"})
    assert set(answer.error["details"]) == {"size"}
    assert set(ask(handler, "GET", "/v1/notes/7", by=verdict()).error["details"]) == {"noteId"}


def test_a_lone_event_is_refused_with_an_envelope() -> None:
    for odd in ({}, {"requestContext": None}, {"requestContext": {"http": {}}}):
        raw = handler(odd, None)
        assert raw["statusCode"] in (401, 500)
        assert json.loads(raw["body"])["success"] is False


def test_request_id_is_the_gateways() -> None:
    asked = event("GET", "/v1/notes", by=verdict())
    assert handler(asked, None)["headers"]["X-Request-Id"] == f"req_{asked['requestContext']['requestId']}"


def test_a_query_parameter_that_the_route_does_not_know_is_refused() -> None:
    misspelt = ask(handler, "GET", "/v1/notes", by=verdict(), query={"limt": "4"})
    assert (misspelt.status, misspelt.error["code"]) == (400, "INVALID_INPUT")
    assert "limt" in misspelt.error["message"]
    assert set(misspelt.error["details"]) == {"limt"}
    assert "limit" in misspelt.error["details"]["limt"]
