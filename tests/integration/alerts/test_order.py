"""What stands in the history is the same in whatever order events come, over restarts and failed transactions too."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest

from local.postgres import SUPERUSER
from premium.alerts.language.rule import Rule, parse
from premium.alerts.store.memory import MemoryStore
from premium.errors import UpstreamUnavailable
from tests.fixtures.postgres import Databases
from tests.integration.alerts.line import ABOVE, Line, price
from tests.unit.alerts.reference import in_order

pytestmark = pytest.mark.integration
SHAPES: list[dict[str, Any]] = [
    {}, {"hysteresis": 3}, {"cooldown_seconds": 7}, {"cooldown_seconds": 7, "trigger": "level"},
    {"hysteresis": 3, "cooldown_seconds": 7},
]  # fmt: skip


def ticks(pick: random.Random) -> list[dict[str, Any]]:
    """Prices about a threshold; some come at one time, some are taken back."""
    return [price(number, str(pick.choice([95, 98, 99, 101, 103])), at=pick.randrange(40)) for number in range(24)]


@pytest.mark.parametrize(
    ("seed", "shapes", "faults"),
    [*((seed, SHAPES, False) for seed in range(2)), *((seed, SHAPES, True) for seed in (0, 1, 4, 11))],
)
def test_the_history_is_that_of_the_events_own_times(
    seed: int,
    shapes: list[dict[str, Any]],
    *,
    faults: bool,
    line: Line,
    above: Callable[..., UUID],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pick = random.Random(seed)
    rules = {above(**shape): shape for shape in shapes}
    events, gone = ticks(pick), set(pick.sample(range(24), 4))
    arrivals = [*((event, False) for event in events), *((events[number], True) for number in gone)]
    pick.shuffle(arrivals)
    save = MemoryStore.save
    while arrivals:
        some, arrivals = arrivals[: (size := pick.randint(1, 5))], arrivals[size:]
        line.send(*(back(event) if retracts else event for event, retracts in some))
        match pick.randrange(4) if faults else None:
            case 0:  # the transaction fails, and what the matcher remembers is read again
                monkeypatch.setattr(MemoryStore, "save", _fails)
                with pytest.raises(UpstreamUnavailable):
                    line.run()
                monkeypatch.setattr(MemoryStore, "save", save)
            case 1:  # another process takes over
                line.lease.release()
                line.shard = line.begin(f"{seed}-{len(arrivals)}")
        line.run()
    wanted = in_order([_rule(str(rule), shape) for rule, shape in rules.items()],
                      {number: event for number, event in enumerate(events) if number not in gone})  # fmt: skip
    assert standing(line) == {(rule, f"p{number}") for rule, number in wanted}


def test_a_crossing_that_began_earlier_is_one_alert_and_told_once(line: Line, above: Callable[..., UUID]) -> None:
    above()
    for event in (price(1, "99"), price(3, "102"), price(2, "101")):
        line.send(event)
        line.run()
    assert line.fired() == [("p2", False)]
    assert line.count("notices") == line.count("notification_deliveries") == 1


def test_a_crossing_that_a_late_fall_shows_is_told(line: Line, above: Callable[..., UUID]) -> None:
    above()
    for event in (price(0, "101"), price(2, "102"), price(1, "99")):
        line.send(event)
        line.run()
    assert line.fired() == [("p0", False), ("p2", False)]
    assert line.count("notices") == 2


@pytest.mark.parametrize("arrival", ["53142", "51342", "31254", "53412", "13524", "24531"])
def test_each_crossing_is_told_by_its_own_event(arrival: str, line: Line, above: Callable[..., UUID]) -> None:
    """Whatever comes late: nobody hears of one crossing twice and never of another (all 120 orders held once)."""
    above()
    for number in (0, *map(int, arrival)):
        line.send(price(number, "101" if number % 2 else "99"))
        line.run()
    assert line.fired() == [("p1", False), ("p3", False), ("p5", False)]
    assert told(line) == ["p1", "p3", "p5"]


def test_an_alert_that_was_none_is_taken_back(line: Line, above: Callable[..., UUID]) -> None:
    """The fall between two prices above the threshold was on a branch that the chain left."""
    above()
    low = price(1, "99")
    for event in (price(0, "101"), low, price(2, "102"), back(low)):
        line.send(event)
        line.run()
    assert line.fired() == [("p0", False), ("p2", True)]


def test_an_alert_that_was_taken_back_may_fire_again(line: Line, above: Callable[..., UUID]) -> None:
    above()
    low = price(1, "99")
    for event in (price(0, "101"), low, price(2, "102"), back(low), price(11, "98", at=1)):
        line.send(event)
        line.run()
    assert line.fired() == [("p0", False), ("p2", False)]
    assert line.count("notices") == 4, "it fired, was none, and fires again"


def test_what_stood_before_a_long_gap_is_known_after_a_restart(
    line: Line, above: Callable[..., UUID], postgres: Databases
) -> None:
    above()
    line.send(price(0, "101", at=-3600))
    line.run()
    line.send(price(5, "101"))
    line.run()
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        connection.execute("UPDATE alert_batches SET matched_at = now() - interval '30 minutes'")
        connection.execute("UPDATE alert_levels SET created_at = now() - interval '2 hours'")
    line.lease.release()
    line.shard = line.begin("second")
    line.send(price(3, "103"))
    line.run()
    assert line.fired() == [("p0", False)], "it was above before, as the row of the level remembers"


def standing(line: Line) -> set[tuple[str, str]]:
    query = "SELECT alert_rule_id::text AS rule, event_id FROM alert_history WHERE retracted_at IS NULL"
    with line.worker.transaction() as connection:
        return {(row["rule"], row["event_id"]) for row in connection.execute(query)}


def told(line: Line) -> list[str]:
    """The events that the notices name."""
    with line.worker.transaction() as connection:
        query = "SELECT data ->> 'eventId' AS event FROM notices ORDER BY 1"
        return [row["event"] for row in connection.execute(query)]


def back(event: dict[str, Any]) -> dict[str, Any]:
    return event | {"event_id": f"retract:{event['event_id']}", "retracts": event["event_id"]}


def _rule(name: str, shape: dict[str, Any]) -> Rule:
    rule = parse({"id": name, "type": "price", "conditions": ABOVE, **shape})
    assert rule is not None
    return rule


def _fails(*_: object) -> None:
    raise UpstreamUnavailable("gone")
