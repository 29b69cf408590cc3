"""Cursors: complete, stable, and worth nothing when changed, borrowed or made up."""

from __future__ import annotations

import base64
import hmac
from uuid import uuid4

import pytest
from pydantic import ValidationError

from handlers.models.portfolio_assets import AssetPosition
from handlers.runtime.answers.pagination import encode_raw
from tests.factories.http import ask, verdict
from tests.unit.handlers.notes import handler

pytestmark = pytest.mark.unit
ME = verdict(uuid4())


def first_cursor() -> str:
    cursor = ask(handler, "GET", "/v1/notes", by=ME).json["meta"]["pagination"]["nextCursor"]
    assert isinstance(cursor, str)
    return cursor


def test_pages_give_every_row_once() -> None:
    seen, cursor = [], None
    for _ in range(5):
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = ask(handler, "GET", "/v1/notes", by=ME, query=query).json
        seen += [row["titleText"] for row in page["data"]]
        assert page["meta"]["pagination"]["limit"] == 2
        cursor = page["meta"]["pagination"]["nextCursor"]
        if cursor is None:
            break
    assert seen == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "1.5", ""])
def test_the_limit_has_bounds(limit: str) -> None:
    assert set(ask(handler, "GET", "/v1/notes", by=ME, query={"limit": limit}).error["details"]) == {"limit"}


def test_any_changed_character_is_refused() -> None:
    cursor = first_cursor()
    for place in range(len(cursor)):
        other = "A" if cursor[place] != "A" else "B"
        changed = cursor[:place] + other + cursor[place + 1 :]
        answer = ask(handler, "GET", "/v1/notes", by=ME, query={"cursor": changed})
        assert (answer.status, set(answer.error["details"])) == (400, {"cursor"}), place


@pytest.mark.parametrize(
    "cursor", ["x", "", "=", "a" * 1024, "a" * 1025, "né", base64.b64encode(b'{"number":3}').decode()]
)
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    assert ask(handler, "GET", "/v1/notes", by=ME, query={"cursor": cursor}).error["code"] == "INVALID_INPUT"


def forged(content: bytes, me: dict[str, str], *keys: str) -> list[str]:
    """Cursors signed with all that a client knows."""
    owner = f"{me['userId']} GET /v1/notes"
    made = [hmac.digest(key.encode(), owner.encode() + b"\n" + content, "sha256") for key in keys]
    made += [hmac.digest(key, content, "sha256") for key in (owner.encode(), b"", me["userId"].encode())]
    return [encode_raw(each[:size] + content) for each in made for size in (12, 16)]


@pytest.mark.parametrize("content", [b'{"number":3}', b'{"number":1e400}', b"{}"])
def test_no_client_can_sign(content: bytes) -> None:
    for cursor in forged(content, ME, "", ME["userId"], ME["externalId"], "cursors"):
        assert ask(handler, "GET", "/v1/notes", by=ME, query={"cursor": cursor}).status == 400


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**300])
def test_a_signed_value_that_no_column_holds_is_refused(number: int) -> None:
    content = f'{{"number":{number}}}'.encode()
    cursor = forged(content, ME, ME["cursorKey"])[1]
    assert ask(handler, "GET", "/v1/notes", by=ME, query={"cursor": cursor}).status == 400
    fine = forged(b'{"number":1}', ME, ME["cursorKey"])[1]
    assert ask(handler, "GET", "/v1/notes", by=ME, query={"cursor": fine}).status == 200


@pytest.mark.parametrize("value", ["1E+131072", "1E+200000", "1E-20000", "1E+999999999", "NaN", "Infinity"])
def test_a_position_holds_what_postgresql_holds(value: str) -> None:
    with pytest.raises(ValidationError):
        AssetPosition.model_validate_json(f'{{"value": "{value}", "id": "{uuid4()}"}}')


def test_without_a_key_nothing_is_signed() -> None:
    assert ask(handler, "GET", "/v1/notes", by=ME | {"cursorKey": ""}).status == 503


def test_another_users_or_another_lists_cursor_is_refused() -> None:
    cursor = first_cursor()
    assert ask(handler, "GET", "/v1/notes", by=ME, query={"cursor": cursor}).status == 200
    assert ask(handler, "GET", "/v1/notes", by=verdict(uuid4()), query={"cursor": cursor}).status == 400
    assert ask(handler, "GET", "/v1/notes/other", by=ME, query={"cursor": cursor}).status == 400
