"""Cursors: complete, stable, and worth nothing when changed, borrowed or made up."""

from __future__ import annotations

import base64
from uuid import uuid4

import pytest

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


def test_another_users_or_another_lists_cursor_is_refused() -> None:
    cursor = first_cursor()
    assert ask(handler, "GET", "/v1/notes", by=ME, query={"cursor": cursor}).status == 200
    assert ask(handler, "GET", "/v1/notes", by=verdict(uuid4()), query={"cursor": cursor}).status == 400
    assert ask(handler, "GET", "/v1/notes/other", by=ME, query={"cursor": cursor}).status == 400
