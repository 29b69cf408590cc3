"""From a durable batch to history, deliveries and notification jobs: once, whatever is repeated, late or lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from rq.job import Job

from premium.alerts.intake import FailedBatches
from premium.alerts.model import NewBatch
from premium.alerts.shards.batches import batch_id
from premium.alerts.shards.ownership import ShardLost
from premium.alerts.store.batches import BatchStore, ShardBatches, add_batch
from premium.alerts.store.leases import ShardLease
from premium.alerts.store.memory import MemoryStore
from premium.errors import UpstreamUnavailable
from premium.jobs import operations
from premium.jobs.rq_queue import queue
from premium.notifications.jobs import DELIVER
from premium.storage.plain import to_json
from tests.integration.alerts.line import Line, price

pytestmark = pytest.mark.integration


def test_an_event_becomes_an_alert_a_delivery_and_a_job_once(line: Line, above: Callable[..., UUID]) -> None:
    above()
    line.send(price(1, "99"), price(2, "101"), price(3, "102"))
    assert line.run() == 3
    line.send(price(3, "102"), price(2, "101"))
    line.send(price(1, "99"), price(2, "101"), price(3, "102"))
    assert line.run() == 2
    assert line.run() == 0
    assert line.fired() == [("p2", False)]
    assert line.count("notification_deliveries") == 1
    assert queue("alerts", line.redis).count == 0
    (job,) = queue("notifications", line.redis).jobs
    assert job.func_name == DELIVER


def test_an_event_that_comes_again_with_another_time_is_the_same_event(line: Line, above: Callable[..., UUID]) -> None:
    above(trigger="level")
    line.send(price(1, "101"))
    line.run()
    line.send(price(1, "102", at=50), price(2, "103"), price(2, "104", at=60), price(3, "105", at=-86_400))
    line.run()
    line.send(price(3, "106"), price(4, "107"))
    line.run()
    assert line.fired() == [("p3", False), ("p1", False), ("p2", False), ("p4", False)]


def test_edges_cooldowns_and_hysteresis_survive_a_restart(line: Line, above: Callable[..., UUID]) -> None:
    above()
    above(cooldown_seconds=3600)
    above(hysteresis="5")
    line.send(price(1, "99"), price(2, "101"))
    line.run()
    assert [event for event, _ in line.fired()] == ["p2"] * 3
    line.lease.release()
    line.shard = line.begin("second")
    line.send(price(3, "102"), price(4, "98"), price(5, "103"))
    line.run()
    assert [event for event, _ in line.fired()] == ["p2"] * 3 + ["p5"]
    line.lease.release()
    line.shard = line.begin("third")
    # Late by its own time: the level was 98 then, so that the crossing of the plain rule began with it.
    line.send(price(6, "104", at=4), price(7, "105"))
    line.run()
    assert [event for event, _ in line.fired()] == ["p2"] * 3 + ["p6"]


def test_what_the_chain_takes_back_is_told_once_and_never_fires_later(line: Line, above: Callable[..., UUID]) -> None:
    above(trigger="level")
    line.send(price(1, "101"))
    line.run()
    back = price(1, "101") | {"event_id": "back-1", "retracts": "p1"}
    early = price(2, "102") | {"event_id": "back-2", "retracts": "p2"}
    line.send(back, early)
    line.send(back)
    line.run()
    line.send(price(2, "102"))
    line.send(price(3, "103"), price(3, "103") | {"event_id": "back-3", "retracts": "p3"})
    line.run()
    assert line.fired() == [("p1", True)]
    query = "SELECT n.kind, d.status FROM notices n JOIN notification_deliveries d ON d.notice_id = n.id"
    with line.worker.transaction() as connection:
        rows = connection.execute(query).fetchall()
    assert [(row["kind"], row["status"]) for row in rows] == [("alerts.fired", "failed")], "nobody has heard of it"


@pytest.mark.parametrize("restarted", [False, True])
def test_a_level_that_was_taken_back_stands_no_more(line: Line, above: Callable[..., UUID], *, restarted: bool) -> None:
    """The block that takes the place of an orphan fires anew; one behind it is compared with what came before."""
    above()
    above(hysteresis="5")
    line.send(price(1, "90"), price(2, "101"))
    line.run()
    assert [event for event, _ in line.fired()] == ["p2", "p2"]
    line.send(price(2, "101") | {"event_id": "back-2", "retracts": "p2"})
    line.run()
    if restarted:
        line.lease.release()
        line.shard = line.begin("second")
    line.send(price(3, "102"), price(4, "103"))
    line.run()
    assert line.fired() == [("p2", True)] * 2 + [("p3", False)] * 2
    # One that is no more the newest: between 90 and 80 nothing crosses, and a late event is not compared with it.
    line.send(price(5, "80"), price(6, "101"), price(7, "80"))
    line.send(price(6, "101") | {"event_id": "back-6", "retracts": "p6"})
    line.run()
    line.send(price(8, "104", at=6))
    line.run()
    assert ("p8", False) in line.fired()


def test_a_series_of_which_nothing_is_left_begins_anew(line: Line, above: Callable[..., UUID]) -> None:
    above()
    line.send(price(1, "101"))
    line.run()
    line.send(price(1, "101") | {"event_id": "back-1", "retracts": "p1"})
    line.run()
    line.lease.release()
    line.shard = line.begin("second")
    line.send(price(2, "102"))
    line.run()
    assert line.fired() == [("p1", True), ("p2", False)]


def test_a_rule_made_changed_and_removed_is_followed(line: Line, above: Callable[..., UUID]) -> None:
    made = above(trigger="level")
    line.send(price(1, "101"))
    line.run()
    with line.worker.transaction() as connection:
        row = connection.execute("SELECT user_id FROM alert_rules WHERE id = %s", (made,)).fetchone()
    assert row is not None
    with line.app.as_user(row["user_id"]) as connection:
        connection.execute("UPDATE alert_rules SET enabled = false WHERE id = %s", (made,))
    line.send(price(2, "101"))
    line.run()
    with line.app.as_user(row["user_id"]) as connection:
        connection.execute("UPDATE alert_rules SET enabled = true WHERE id = %s", (made,))
    line.send(price(3, "101"))
    line.run()
    with line.app.as_user(row["user_id"]) as connection:
        connection.execute("DELETE FROM alert_rules WHERE id = %s", (made,))
    line.send(price(4, "101"))
    line.run()
    assert [event for event, _ in line.fired()] == ["p1", "p3"]


def test_a_queue_that_lost_everything_loses_nothing(line: Line, above: Callable[..., UUID]) -> None:
    above(trigger="level")
    line.send(price(1, "101"))
    line.redis.flushall()
    assert line.run() == 0
    with line.worker.transaction() as connection:
        add_batch(connection, NewBatch(batch_id(0, [price(2, "102")]), 0, 1, to_json([price(2, "102")])))
    line.shard._swept = -10.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("premium.alerts.work.shard.OVERLOOKED_SECONDS", 0.0)
        assert line.run() == 2
    assert line.fired() == [("p1", False), ("p2", False)]


def test_who_lost_the_shard_commits_nothing(line: Line, above: Callable[..., UUID]) -> None:
    above()
    line.send(price(1, "101"))
    with line.worker.transaction() as connection:
        connection.execute("UPDATE alert_shards SET expires_at = '-infinity'")
    old, line.shard = line.shard, line.begin("second")
    with pytest.raises(ShardLost):
        old.step(0.05)
    old._followed = float("inf")
    with pytest.raises(ShardLost):
        old.step(0.05)
    assert line.fired() == []
    assert not ShardLease(line.worker, 0, "third").claim()
    assert line.run() == 1
    assert line.fired() == [("p1", False)]


def test_a_transaction_that_fails_leaves_no_trace_in_the_matcher(
    line: Line, above: Callable[..., UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    above()
    line.send(price(1, "101"))
    with monkeypatch.context() as patch:
        patch.setattr(MemoryStore, "save", lambda *_: _raise(UpstreamUnavailable("gone")))
        with pytest.raises(UpstreamUnavailable):
            line.run()
    assert line.fired() == []
    line.run()
    assert line.fired() == [("p1", False)]


def test_a_batch_that_cannot_be_matched_is_buried_alone(line: Line, above: Callable[..., UUID]) -> None:
    above(trigger="level")
    line.send(price(1, "101"))
    (bad,) = line.send(price(2, "102") | {"kind": None})
    line.send(price(3, "103"))
    line.run()
    assert [event for event, _ in line.fired()] == ["p1", "p3"]
    assert queue("alerts", line.redis).count == 0
    assert queue("alerts", line.redis).failed_job_registry.get_job_ids() == [str(bad)]


def test_a_batch_that_failed_is_matched_when_an_operator_asks(
    line: Line, above: Callable[..., UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a release that can match it."""
    above(trigger="level")
    with monkeypatch.context() as patched:
        patched.setattr(MemoryStore, "save", lambda *_: _raise(ValueError("a defect")))
        (bad,) = line.send(price(1, "101"))
        line.run()
    batches = FailedBatches(store=BatchStore(line.worker), redis=line.redis)
    (listed,) = batches.all()
    assert (listed.id, listed.shard, listed.error) == (bad, 0, "ValueError: a defect")
    assert line.run() == 0
    assert batches.requeue([bad, uuid4()]) == [bad]
    assert (batches.all(), queue("alerts", line.redis).failed_job_registry.get_job_ids()) == ([], [])
    assert line.run() == 1
    assert line.fired() == [("p1", False)]
    assert batches.requeue([bad]) == []


def test_shards_divide_events_and_rules(line: Line, above: Callable[..., UUID]) -> None:
    above(trigger="level")
    everywhere = [{"field": "price_usd", "operator": "gt", "value": "100"}]
    above(trigger="level", conditions=everywhere)
    line.lease.release()
    shards = [line.begin("one", 0, 2), line.begin("two", 1, 2)]
    assert sum(len(each._state.matcher.index) for each in shards) == 3
    line.send(*(price(number, "101", asset=asset) for number, asset in enumerate(["ETH", "BTC", "UNI", "X"])), shards=2)
    waiting = next(state for state in operations.states(line.redis) if state.queue == "alerts")
    assert waiting.queued == line.count("alert_batches") == 2, (
        "an operator sees one queue, whatever it is divided among"
    )
    assert sum(each.step(0.05) for each in shards) == 4
    assert [event for event, _ in line.fired()] == ["p0", "p0", "p1", "p2", "p3"]


def _raise(error: Exception) -> None:
    raise error


def test_what_takes_too_long_together_is_matched_in_parts(
    line: Line, above: Callable[..., UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an outage: the same batches together would run into the same time-out again and again."""
    above(trigger="level")
    for number in range(8):
        line.send(price(number, "101"))
    take = ShardBatches.take

    def bounded(store: ShardBatches, connection: Any, batches: Sequence[UUID]) -> Any:
        if len(batches) > 3:
            raise UpstreamUnavailable("the database took too long to answer")
        return take(store, connection, batches)

    monkeypatch.setattr(ShardBatches, "take", bounded)
    for _ in range(2):
        with pytest.raises(UpstreamUnavailable):
            line.run()
    assert [line.run() for _ in range(4)] == [2, 3, 3, 0]
    assert len(line.fired()) == 8


def test_a_failed_batch_leaves_the_queue_without_its_job(
    line: Line, above: Callable[..., UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the matcher would look at it, take it and fail again without end."""
    above(trigger="level")
    (batch,) = line.send(price(1, "101"))
    line.redis.delete(Job.key_for(str(batch)))
    with monkeypatch.context() as patch:
        patch.setattr(MemoryStore, "save", _fails)
        line.run()
    assert queue("alerts", line.redis).job_ids == []
    assert (line.run(), line.fired()) == (0, [])


def _fails(*_: object) -> None:
    raise ValueError("not to be kept")


@pytest.mark.parametrize("apart", [True, False])
def test_one_id_on_two_chains_is_two_events(line: Line, above: Callable[..., UUID], *, apart: bool) -> None:
    """Of one time and one rule, in one message or in two; either is taken back alone."""
    above(type="gas", conditions=[{"field": "gas_gwei", "operator": "gt", "value": "50"}])
    both = [{**gas("tick:1", chain), "gas_gwei": "60"} for chain in ("ethereum", "base")]
    for some in ([[one] for one in both] if apart else [both]) * 2:
        line.send(*some)
        line.run()
    assert line.fired() == [("tick:1", False)] * 2
    assert line.count("notices") == 2
    line.send(both[1] | {"event_id": "retract:tick:1", "retracts": "tick:1"})
    line.run()
    assert sorted(gone for _, gone in line.fired()) == [False, True]
    with line.worker.transaction() as connection:
        query = "SELECT event_data ->> 'chain' AS chain FROM alert_history WHERE retracted_at IS NULL"
        rows = connection.execute(query)
        assert [row["chain"] for row in rows] == ["ethereum"]


def gas(name: str, chain: str) -> dict[str, Any]:
    return {"event_id": name, "kind": "gas", "chain": chain, "timestamp": price(1, "1")["timestamp"]}
