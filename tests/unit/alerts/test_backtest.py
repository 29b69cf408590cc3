"""A backtest beside what the service would have done: retractions, encodings, the API's own forms of a rule."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from premium.alerts.language.lines import LineError, Unreadable, read_events, read_rules
from premium.alerts.matcher import backtest
from premium.alerts.matcher.backtest import Backtest, compare
from premium.alerts.matcher.matcher import Matcher

pytestmark = pytest.mark.unit

ABOVE = {"field": "price_usd", "operator": "gt", "value": "100"}
RULE: dict[str, Any] = {"id": "r", "type": "price", "conditions": [ABOVE]}


def price(name: str, usd: Any, minute: int, **more: Any) -> dict[str, Any]:
    return {
        "event_id": name, "kind": "price", "chain": "c", "asset": "A", "price_usd": usd,
        "timestamp": f"2026-01-01T00:{minute:02}:00Z",
    } | more  # fmt: skip


def back(event: dict[str, Any]) -> dict[str, Any]:
    return event | {"event_id": f"retract:{event['event_id']}", "retracts": event["event_id"]}


def lines(objects: Iterable[dict[str, Any]]) -> list[bytes]:
    return [json.dumps(one).encode() for one in objects]


def fired(rule: dict[str, Any], events: list[dict[str, Any]]) -> list[str]:
    read = read_events(lines(events), Unreadable())
    found = Backtest(Matcher(read_rules(lines([rule])))).run(read)
    return [firing.event_id for some in found for firing in some]


@pytest.mark.parametrize("size", [1, 3, 10_000])
def test_a_block_in_the_place_of_a_retracted_one_fires_anew(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(backtest, "BATCH", size)
    low, high = price("low", 99, 0), price("high", 101, 1)
    assert fired(RULE, [low, high, back(high), price("again", 102, 1)]) == ["high", "again"]
    assert fired(RULE, [low, high, price("again", 102, 1), back(low)]) == ["high"]
    wide = RULE | {"hysteresis": 50}
    assert fired(wide, [low, high, back(high), price("again", 102, 1)]) == ["high", "again"]
    assert fired(wide, [low, high, price("mid", 99, 2), price("again", 102, 3)]) == ["high"]
    slow = RULE | {"cooldown_seconds": 300}
    assert fired(slow, [low, high, back(high), price("again", 102, 1)]) == ["high", "again"]
    assert fired(slow, [low, high, price("mid", 99, 2), price("again", 102, 3)]) == ["high"]


def test_what_was_taken_back_before_it_came_never_fires() -> None:
    high = price("high", 101, 1)
    assert fired(RULE, [back(high), high, price("next", 102, 2)]) == ["next"]
    assert fired(RULE, [high, back(high), back(high), high]) == ["high"]


def test_a_retraction_fires_nothing_itself_on_its_own_either() -> None:
    high = price("high", 101, 1)
    read = read_events(lines([high, back(high)]), Unreadable())
    found = compare(Matcher(read_rules(lines([RULE])), stateless=True), read)
    assert [firing.event_id for some in found for firing in some] == ["high"]


def test_rules_are_read_as_the_api_answers_them_in_both_its_forms() -> None:
    present = RULE | {"cooldownSeconds": 300, "trigger": "level", "hysteresis": None, "createdAt": "…", "version": 2}
    events = [price(str(at), 101, at) for at in range(7)]
    assert fired(present, events) == ["0", "5"]
    earlier = {"id": "r", "alert_type": "price_above", "channels": [], "condition": {"threshold": "101", "asset": "A"}}
    assert fired(earlier, [price("b", 200, 0, asset="B"), *events]) == ["0"]


@pytest.mark.parametrize(
    ("earlier", "said"),
    [
        ({"alert_type": "sunny", "condition": {"threshold": 1}}, "line 1: alert_type: must be one of whale_movement"),
        ({"alert_type": "gas_above"}, "line 1: condition: an object with a threshold"),
        ({"alert_type": "gas_above", "condition": {}}, "line 1: condition.threshold: is required"),
        ({"alert_type": "gas_above", "condition": {"threshold": "x"}}, "line 1: conditions[0].value: must be a number"),
    ],
)
def test_a_wrong_rule_of_the_earlier_form_is_named(earlier: dict[str, Any], said: str) -> None:
    with pytest.raises(LineError, match=said.replace("[", r"\[")):
        list(read_rules(lines([{"id": "r"} | earlier])))


def test_a_byte_order_mark_carriage_returns_and_numbers_that_nothing_holds_harm_no_line() -> None:
    first = b"\xef\xbb\xbf" + lines([price("a", 101, 0)])[0] + b"\r\n"
    huge = b'{"id":"b","kind":"price","asset":"B","change_pct_1h":1e99999999999999999999,"price_usd":101}\r\n'
    long = b'{"id":"c","kind":"price","asset":"C","change_pct_1h":%s,"price_usd":101}' % (b"9" * 5000)
    unreadable = Unreadable()
    read = list(read_events([first, b"\r\n", huge, long], unreadable))
    assert [event["price_usd"] for event in read] == [101] * 3
    assert [event.get("change_pct_1h") for event in read] == [None] * 3
    assert unreadable.count == 0


def test_lines_that_are_no_text_or_too_long_are_counted_and_only_the_first_are_kept() -> None:
    unreadable = Unreadable(most=2)
    wrong = [b'{"id":"\xff","kind":"gas"}', b" " * 10 + b"[" * 1_000_001, b'{"id":"x","kind":"gas","retracts":1}']
    assert list(read_events(wrong, unreadable)) == []
    assert [str(one) for one in unreadable.first] == [
        "line 1: not UTF-8 at byte 7",
        "line 2: longer than 1000000 bytes",
    ]
    assert unreadable.count == 3
