"""Matchers that come and go: who serves, who stands in, who takes over, and nothing lost or doubled between them."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from uuid import UUID

import pytest

from premium.alerts import notices
from premium.alerts.store.batch_queue import BatchQueue
from premium.alerts.store.batches import ShardBatches
from premium.alerts.store.events import EventStore
from premium.alerts.store.leases import standings
from premium.alerts.store.memory import MemoryStore
from premium.alerts.work import duty as duties
from premium.alerts.work.duty import Duty
from tests.integration.alerts.line import Line, price

pytestmark = pytest.mark.integration


@pytest.fixture
def begin(line: Line, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Duty]:
    """A process's duty over one shard, as the process begins it."""
    monkeypatch.setattr(duties, "OBSERVED_SECONDS", 0.3)
    monkeypatch.setattr(duties, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(duties, "FOLLOW_SECONDS", 0.05)

    def make(owner: str, room: int = 1) -> Duty:
        return Duty(partial(standings, line.worker, 1, owner), lambda number: line.spare(owner, number), (0,), room)

    return make


def until(done: Callable[[], bool], *duty: Duty) -> None:
    deadline = time.monotonic() + 20
    while not done():
        assert time.monotonic() < deadline, [each.doing for each in duty]
        for each in duty:
            each.turn()


def dies(line: Line) -> None:
    """The owner is silent until its lease has lapsed."""
    expires(line, "-infinity")


def expires(line: Line, when: str) -> None:
    with line.worker.transaction() as connection:
        connection.execute("UPDATE alert_shards SET expires_at = %s", (when,))


def test_a_spare_stands_in_until_a_matcher_of_the_shard_is_back(
    line: Line, above: Callable[..., UUID], begin: Callable[..., Duty]
) -> None:
    above()
    line.lease.release()
    first, spare = begin("first"), begin("spare")
    until(lambda: first.doing == "serves 0", first)
    until(lambda: spare.doing == "stands by for 0", spare, first)
    line.send(price(1, "99"), price(2, "101"))
    until(lambda: line.fired() == [("p2", False)], first, spare)
    dies(line)
    line.send(price(3, "98"), price(4, "102"))
    until(lambda: ("p4", False) in line.fired(), spare)
    assert spare.doing == "serves 0"
    third = begin("third")
    until(lambda: third.doing == "serves 0", third)
    line.send(price(5, "103"), price(6, "97"), price(7, "104"))
    until(lambda: ("p7", False) in line.fired(), spare, third)
    assert (spare.doing, third.doing) == ("stands by for 0", "serves 0")
    dies(line)
    line.send(price(7, "104"), price(8, "96"), price(9, "105"))
    until(lambda: ("p9", False) in line.fired(), spare)
    assert [event for event, _ in line.fired()] == ["p2", "p4", "p7", "p9"]


def test_without_room_a_spare_loads_when_it_is_needed(
    line: Line, above: Callable[..., UUID], begin: Callable[..., Duty]
) -> None:
    above()
    expires(line, "infinity")
    cold = begin("cold", room=0)
    until(lambda: cold._is_spare, cold)
    assert cold.doing == "waits"
    dies(line)
    line.send(price(1, "101"))
    until(lambda: line.fired() == [("p1", False)], cold)


class Killed(BaseException):
    """kill -9: what is in memory is gone, what is not committed too."""


def _die(*_: object) -> None:
    raise Killed


@pytest.mark.parametrize(
    ("owner", "step"),
    [
        (ShardBatches, "take"), (EventStore, "add"), (MemoryStore, "save"),  # before the commit
        (BatchQueue, "remove"), (notices, "enqueue_alerts"),  # behind it
    ],
)  # fmt: skip
def test_killed_at_any_step_the_next_matcher_fires_once(
    line: Line, above: Callable[..., UUID], owner: object, step: str
) -> None:
    above()
    above(trigger="level", cooldown_seconds=1)
    line.send(price(1, "99"), price(2, "101"))
    line.send(price(3, "102"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, step, _die)
        with pytest.raises(Killed):
            line.run()
    dies(line)
    line.shard = line.begin("next")
    line.send(price(3, "102"))
    line.run()
    line.send(price(4, "98"), price(5, "103"), price(2, "101"))
    line.run()
    assert [event for event, _ in line.fired()] == ["p2", "p2", "p3", "p5", "p5"]
    assert line.count("notification_deliveries") == 5, "each to be sent, whatever Redis was told"
