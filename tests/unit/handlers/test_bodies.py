"""Bodies that are not what they seem: each a clean refusal, none an INTERNAL."""

from __future__ import annotations

import base64

import pytest

from handlers.runtime.requests.body import MAX_BODY_BYTES
from tests.factories.http import Answer, answer, ask, event, verdict
from tests.unit.handlers.notes import handler

pytestmark = pytest.mark.unit


def post(raw: str | None, **headers: str) -> Answer:
    return ask(handler, "POST", "/v1/notes", by=verdict(), raw=raw, headers=headers)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        "{",
        "nul",
        "null",
        "[]",
        '[{"titleText": "a", "amount": "1"}]',
        '"text"',
        "1",
        "NaN",
        '{"titleText": "a", "amount": NaN}',
        '{"titleText": "a", "amount": Infinity}',
        '{"titleText": "a", "amount": 1e999}',
        '{"titleText": "a", "amount": 1e99999999999999999999}',
        '{"titleText": "a", "amount": ' + "9" * 5000 + "}",
        '{"titleText": "a", "amount": "' + "9" * 5000 + '"}',
        '{"titleText": "a", "amount": "1e999999999"}',
        '{"titleText": "a", "titleText": "b", "amount": "1"}',
        '{"titleText": "a", "amount": "1", "tags": [{"x": 1, "x": 2}]}',
        '{"titleText": "\\u0000", "amount": "1"}',
        '{"titleText": "\\ud800", "amount": "1"}',
        '{"titleText": "a", "amount": "1", "\\udc00": 1}',
        '{"titleText": "a", "amount": "1", "tags": ["ok", "\\u0000"]}',
        '{"titleText": "\ud800", "amount": "1"}',
        "[" * 100_000,
        '{"a":' * 50_000,
        '{"tags": ' + "[" * 60 + "]" * 60 + "}",
        '{"titleText": "a", "amount": "1"} x',
        "\ufeff{}",
    ],
)
def test_a_bad_body_is_invalid_input(raw: str) -> None:
    refused = post(raw)
    assert (refused.status, refused.error["code"]) == (400, "INVALID_INPUT")
    assert refused.error["details"]


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ('{"titleText": "\\u0000", "amount": "1"}', "titleText"),
        ('{"titleText": "a", "amount": "1", "tags": ["ok", "\\ud800"]}', "tags.1"),
        ('{"titleText": "a", "amount": "1", "\\u0000": 1}', "body"),
        ('{"titleText": "a", "amount": "1", "tags": "ok"}', "tags"),
    ],
)
def test_the_field_is_named(raw: str, field: str) -> None:
    refused = post(raw)
    assert list(refused.error["details"]) == [field]
    assert "tuple" not in refused.text


def test_the_reason_is_in_plain_words() -> None:
    reason = post('{"titleText": "a", "amount": "x"}').error["details"]["amount"]
    assert reason
    assert "Value error" not in reason


def test_a_missing_body_is_named() -> None:
    assert post(None).error["details"] == {"body": "is required"}


def test_a_surrogate_pair_is_a_character() -> None:
    assert post('{"titleText": "\\ud83d\\ude00", "amount": "1"}').data["titleText"] == "\U0001f600"


def test_an_oversize_body() -> None:
    refused = post('{"titleText": "' + "a" * MAX_BODY_BYTES + '", "amount": "1"}')
    assert (refused.status, refused.error["code"]) == (413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (base64.b64encode(b'{"titleText": "a", "amount": "1"}').decode(), 201),
        (base64.b64encode(b"\xff\xfe{}").decode(), 400),
        ("!!!", 400),
        ("=", 400),
    ],
)
def test_a_base64_body(body: str, status: int) -> None:
    asked = event("POST", "/v1/notes", by=verdict(), raw=body) | {"isBase64Encoded": True}
    assert answer(handler(asked, None)).status == status


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_only_json_is_read(kind: str) -> None:
    refused = post('{"titleText": "a", "amount": "1"}', **{"Content-Type": kind})
    assert (refused.status, set(refused.error["details"])) == (400, {"Content-Type"})


@pytest.mark.parametrize("charset", ["charset=utf-8", 'Charset="UTF-8"', "charset=us-ascii", "profile=x; charset=utf8"])
def test_json_with_a_charset_is_json(charset: str) -> None:
    body = '{"titleText": "a", "amount": "1"}'
    assert post(body, **{"Content-Type": f"application/json; {charset}"}).status == 201


@pytest.mark.parametrize("charset", ["latin-1", "utf-16", '"ISO-8859-1"', "\u202e", ""])
def test_json_in_another_charset_would_be_read_as_another_text(charset: str) -> None:
    refused = post('{"titleText": "a", "amount": "1"}', **{"Content-Type": f"application/json;charset={charset}"})
    assert (refused.status, set(refused.error["details"])) == (400, {"Content-Type"})
    assert "utf-8" in refused.error["message"]


@pytest.mark.parametrize("query", [{"cursor": "\x00"}, {"\x00": "1"}, {"cursor": "\ud800"}])
def test_odd_queries(query: dict[str, str]) -> None:
    asked = event("GET", "/v1/notes", by=verdict()) | {"queryStringParameters": query}
    assert answer(handler(asked, None)).error["code"] == "INVALID_INPUT"
    assert ask(handler, "GET", "/v1/notes", by=verdict(), query={"a": "b" * 5000}).status == 400


@pytest.mark.parametrize("key", ["", " ", "a b", "k" * 256, "é", "a\x00"])
def test_an_idempotency_key_has_a_form(key: str) -> None:
    refused = post('{"titleText": "a", "amount": "1"}', **{"Idempotency-Key": key})
    assert (refused.status, set(refused.error["details"])) == (400, {"Idempotency-Key"})
