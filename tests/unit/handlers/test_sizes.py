"""What goes out fits Lambda's answer, whatever is stored; a page that is cut goes on where it ended."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from handlers.models.alerts_history import AlertPosition, alert_view
from handlers.models.alerts_trials import TrialBody
from handlers.runtime import Listing, Position, View, listing
from handlers.runtime.answers.envelope import MAX_ANSWER_BYTES, Success, SuccessList, success, success_list
from handlers.runtime.answers.pagination import position
from handlers.runtime.requests.state import begin
from premium.alerts.language.event import MAX_EVENT_BYTES
from premium.alerts.model import HistoryRow
from premium.errors import Unprocessable
from tests.factories.http import event, verdict

pytestmark = pytest.mark.unit

NOW = datetime(2026, 1, 2, tzinfo=UTC)
LAMBDA = 6_291_556


class Item(View):
    number: int
    text: str


class After(Position):
    number: int


@pytest.fixture(autouse=True)
def _request() -> None:
    begin(event("GET", "/v1/items", by=verdict(uuid4())), None)


def page_of(rows: list[Item], limit: int) -> Any:
    text = success_list(SuccessList[Item], listing(rows, limit, After, number="number"), request_id="req_1", now=NOW)
    assert len(json.dumps({"statusCode": 200, "body": text})) < LAMBDA
    assert len(text.encode()) < 5_000_000
    return json.loads(text)


@pytest.mark.parametrize("letter", ["a", '"', "\u20ac", "\U0001f600", "\\"])
def test_pages_of_large_items_are_cut_and_miss_none(letter: str) -> None:
    """Each letter weighs another number of bytes in the body, and again in Lambda's own JSON."""
    rows = [Item(number=number, text=letter * 60_000) for number in range(60)]
    seen: list[int] = []
    start = 0
    for _ in range(60):
        page = page_of(rows[start : start + 51], 50)
        seen += [one["number"] for one in page["data"]]
        cursor = page["meta"]["pagination"]["nextCursor"]
        if cursor is None:
            break
        place = position(cursor, After)
        assert place is not None
        assert place.number == seen[-1]
        start = place.number + 1
    assert seen == list(range(60))


def test_a_page_that_fits_is_left_as_it_is() -> None:
    page = page_of([Item(number=number, text="a") for number in range(3)], 2)
    assert [one["number"] for one in page["data"]] == [0, 1]


def test_one_thing_that_fits_no_answer_is_refused_in_words() -> None:
    large = Item(number=1, text="a" * (MAX_ANSWER_BYTES + 1))
    with pytest.raises(Unprocessable):
        success(Success[Item], large, request_id="req_1", now=NOW)
    with pytest.raises(Unprocessable):
        success_list(SuccessList[Item], Listing(items=[large], limit=1), request_id="req_1", now=NOW)


@pytest.mark.parametrize("letter", ["a", "\u20ac"])
def test_a_trials_event_has_the_size_of_the_queues(letter: str) -> None:
    room = (MAX_EVENT_BYTES - len('{"kind":"price","x":""}')) // len(letter.encode())
    fits: dict[str, Any] = {"kind": "price", "x": letter * room}
    assert TrialBody.model_validate({"event": fits}).event == fits
    for large in (fits | {"x": letter * (room + 1)}, {"kind": "price", "x": [[letter * room], {"y": letter}]}):
        with pytest.raises(ValueError, match="bytes"):
            TrialBody.model_validate({"event": large})


def test_an_event_of_before_the_bound_is_shown_in_short() -> None:
    history: dict[str, Any] = {
        "id": uuid4(), "alert_rule_id": uuid4(), "rule_name": "n", "rule_type": "price", "event_id": "e",
        "event_time": NOW, "triggered_at": NOW, "retracted_at": None, "is_test": True, "deliveries": (),
    }  # fmt: skip
    large = {"kind": "price", "price_usd": "5", "chain": "ethereum", "x": "a" * 3_900_000}
    wide = {f"f{number}": "a" * 900 for number in range(5_000)}
    for stored in (large, large | wide):
        view = alert_view(HistoryRow.model_validate(history | {"event_data": stored}))
        assert view.event["truncated"] is True
        assert len(json.dumps(view.event)) < 200_000
    assert alert_view(HistoryRow.model_validate(history | {"event_data": {"kind": "price"}})).event == {"kind": "price"}
    assert AlertPosition(event_time=NOW, id=UUID(int=0)).event_time == NOW
