"""Places where a float is not enough, time stands still, or the past has been forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from premium.alerts.language.rule import parse
from premium.alerts.matcher.matcher import Matcher

pytestmark = pytest.mark.unit
START = datetime(2026, 1, 1, tzinfo=UTC)
CLOSE = "100.00000000000000000001"
"""The same float64 as 100."""


def price(name: str, usd: Any, second: int, asset: str = "ETH") -> dict[str, Any]:
    time = (START + timedelta(seconds=second)).isoformat()
    whole = {"event_id": name, "kind": "price", "chain": "ethereum", "asset": asset, "price_usd": usd}
    return whole | {"timestamp": time}


def matcher(operator: str, value: str, **more: Any) -> Matcher:
    raw = {"id": "r", "type": "price", "conditions": [{"field": "price_usd", "operator": operator, "value": value}]}
    rule = parse(raw | more)
    assert rule is not None
    return Matcher([rule])


def fired(made: Matcher, *events: dict[str, Any], at_once: bool) -> list[str]:
    """Ids of events; one batch, or a batch for each."""
    batches = [list(events)] if at_once else [[event] for event in events]
    return [batch[at]["event_id"] for batch in batches for at in made.match(batch)[0].tolist()]


BOTH = pytest.mark.parametrize("at_once", [True, False])


@BOTH
@pytest.mark.parametrize(
    ("operator", "value", "prices", "wanted"),
    [
        # The value before ties with the threshold: only the exact comparison knows whether it held.
        ("gt", "100", ["100", "101"], ["1"]),
        ("gt", "100", [CLOSE, "101"], ["0"]),
        ("gt", CLOSE, ["100", CLOSE, "101"], ["2"]),
        ("gte", CLOSE, ["100", CLOSE, "101"], ["1"]),
        ("gte", "100", ["100", "101"], ["0"]),
        ("lt", "100", ["100", "99"], ["1"]),
        ("lt", CLOSE, [CLOSE, "100", "99"], ["1"]),
        ("lte", "100", [CLOSE, "100", "99"], ["1"]),
        ("eq", "100", [CLOSE, "100", "100.0", "99", "1e2"], ["1", "4"]),
        ("eq", CLOSE, ["100", CLOSE], ["1"]),
        # Unreadable before: as if nothing had been there.
        ("gt", "100", [None, "101", "NaN", "102"], ["1", "3"]),
    ],
)
def test_ties_are_judged_exactly(
    operator: str, value: str, prices: list[Any], wanted: list[str], at_once: bool
) -> None:
    events = [price(str(at), usd, at) for at, usd in enumerate(prices)]
    assert fired(matcher(operator, value), *events, at_once=at_once) == wanted


@BOTH
def test_of_events_at_one_time_the_later_arrival_is_the_level(at_once: bool) -> None:
    events = [
        price("a", "99", 5),
        price("b", "101", 5),
        price("c", "102", 6),
        price("d", "99", 6),
        price("e", "101", 6),
    ]
    assert fired(matcher("gt", "100"), *events, at_once=at_once) == ["b", "e"]


def test_a_late_event_is_judged_against_what_was_before_the_history_was_forgotten() -> None:
    made = matcher("gt", "100")
    assert fired(made, price("a", "101", 0), at_once=False) == ["a"]
    # Another series moves time on, until the batch with "a" is more than two windows old.
    assert fired(made, price("x", "1", 2000, "BTC"), price("y", "1", 4000, "BTC"), at_once=False) == []
    # "b" comes first but is later than "c": "c" is judged against "a", which held.
    assert fired(made, price("b", "99", 4100), price("c", "102", 4000), at_once=False) == []
    assert fired(made, price("d", "103", 4200), at_once=False) == ["d"]


def test_a_series_that_fell_silent_keeps_its_own_last_ten_minutes() -> None:
    made = matcher("gt", "100")
    assert fired(made, price("a", "99", 100), price("b", "101", 600), price("c", "102", 1200), at_once=False) == ["b"]
    assert fired(made, price("x", "1", 9000, "BTC"), price("y", "1", 12000, "BTC"), at_once=False) == []
    # In the window of "c", which is hours ago: after "b", which held, and before it, after "a", which did not.
    assert fired(made, price("d", "103", 700), price("e", "103", 599), at_once=False) == []
    assert fired(made, price("f", "103", 600), at_once=False) == []
    assert fired(made, price("g", "99", 650), price("h", "103", 660), at_once=False) == ["h"]


def test_what_is_too_late_fires_no_edge_and_moves_no_level() -> None:
    made = matcher("gt", "100")
    assert fired(made, price("a", "99", 1000), price("b", "101", 399), price("c", "98", 1001), at_once=False) == []
    assert fired(made, price("d", "101", 401), at_once=False) == ["d"], "ten minutes late is not too late"
    level = matcher("gt", "100", trigger="level")
    assert fired(level, price("a", "99", 1000), price("b", "101", 0), at_once=False) == ["b"]


def test_a_second_condition_is_compared_exactly_too() -> None:
    conditions = [
        {"field": "amount_usd", "operator": "gte", "value": "1000"},
        {"field": "amount", "operator": "lt", "value": "1000000000000000000000000000001"},
    ]
    rule = parse({"id": "r", "type": "whale", "conditions": conditions})
    assert rule is not None
    events = [
        {
            "event_id": str(amount),
            "kind": "transfer",
            "chain": "c",
            "asset": "a",
            "amount_usd": usd,
            "amount": str(amount),
        }
        for usd, amount in (("1000", 10**30), ("1000", 10**30 + 1), ("999.99", 1), ("1e3", 2))
    ]
    assert fired(Matcher([rule]), *events, at_once=True) == [str(10**30), "2"]
