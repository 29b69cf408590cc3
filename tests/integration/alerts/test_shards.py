"""Shards: who owns which rule and event, and what several must agree on."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from premium.alerts.matcher.memory import Changes
from premium.alerts.model import Firing, NewBatch
from premium.alerts.shards.ownership import ShardLost
from premium.alerts.shards.placement import BUCKETS, bucket_of, buckets_of, shard_of
from premium.alerts.store.batches import add_batch
from premium.alerts.store.firings import record_firings
from premium.alerts.store.leases import ShardLease, standings
from premium.alerts.store.memory import MemoryStore, Rows
from premium.alerts.work.judge import moment
from premium.storage.plain import to_json
from premium.storage.postgres import Database
from tests.integration.alerts.line import ABOVE, Line, price

pytestmark = pytest.mark.integration

ANY_ASSET = [{"field": "price_usd", "operator": "gt", "value": "100"}]
ELSEWHERE = next(f"coin-{n}" for n in range(99) if bucket_of("price", f"coin-{n}") % 2 != bucket_of("price", "ETH") % 2)


def shards_of(line: Line) -> list[int]:
    """ETH's shard of two, and the other."""
    ours = shard_of(price(1, "1"), 2)
    return [ours, 1 - ours]


@pytest.mark.parametrize(
    ("kind", "conditions", "named"),
    [
        ("whale", [{"field": "asset", "operator": "eq", "value": "0xAbC"}], ("transfer", "0xAbC")),
        ("price", [{"field": "price_usd", "operator": "gt", "value": 1}, *ABOVE], ("price", "ETH")),
        ("gas", [{"field": "chain", "operator": "eq", "value": "base"}], ("gas", "base")),
        ("protocol_risk", [{"field": "protocol", "operator": "eq", "value": "Ætna \U0001f40b \"'\\"}],
         ("protocol", "Ætna \U0001f40b \"'\\")),
        ("protocol_risk", [{"field": "chain", "operator": "eq", "value": "base"}], None),
        ("price", [{"field": "asset", "operator": "eq", "value": each} for each in ("a", "b")], ("price", "a")),
    ],
)  # fmt: skip
def test_the_database_counts_buckets_as_we_do(
    app: Database, kind: str, conditions: list[dict[str, object]], named: tuple[str, str] | None
) -> None:
    with app.transaction() as connection:
        query = "SELECT alert_bucket(%s, %s::jsonb) AS bucket"
        row = connection.execute(query, (kind, json.dumps(conditions))).fetchone()
    assert row is not None
    assert row["bucket"] == (bucket_of(*named) if named else None)
    assert sorted(bucket for shard in range(5) for bucket in buckets_of(shard, 5)) == list(range(BUCKETS))


def test_a_cooldown_counts_over_all_shards(line: Line, above: Callable[..., UUID]) -> None:
    """Of a rule that names no asset: its events come to both matchers."""
    above(trigger="level", conditions=ANY_ASSET, cooldown_seconds=60)
    line.lease.release()
    first, second = (line.begin(f"of-{shard}", shard, 2) for shard in shards_of(line))
    line.send(price(1, "101"), shards=2)
    first.step(0.05)
    line.send(price(2, "101", asset=ELSEWHERE), price(70, "101", asset=ELSEWHERE), shards=2)
    second.step(0.05)
    line.send(price(71, "101"), shards=2)
    first.step(0.05)
    assert [event for event, _ in line.fired()] == ["p1", "p70"]
    line.send(price(70, "101", asset=ELSEWHERE) | {"event_id": "back", "retracts": "p70"}, shards=2)
    second.step(0.05)
    line.send(price(72, "101"), price(73, "101"), shards=2)
    first.step(0.05)
    assert line.fired() == [("p1", False), ("p70", True), ("p72", False)], "what was taken back cools nothing"


def test_a_cooldown_counts_what_fired_in_a_transaction_that_began_before_another_shards(
    line: Line, above: Callable[..., UUID]
) -> None:
    rule, worker = above(trigger="level", conditions=ANY_ASSET, cooldown_seconds=60), line.worker
    store = MemoryStore(worker)

    def fires(connection: Rows, number: int) -> None:
        time = moment(price(number, "101"))
        record_firings(connection, [Firing(rule, f"p{number}", time, price(number, "101"))])
        store.save(connection, Changes(fired={str(rule): time.timestamp()}))

    def known(connection: Rows, number: int) -> list[float]:
        time = moment(price(number, "101")).timestamp()
        return store.fired(connection, {str(rule): (time - 60, time + 60)})[str(rule)]

    with worker.transaction() as early:
        early.execute("SELECT 1")
        with worker.transaction() as late:
            assert known(late, 1) == []
            fires(late, 1)
        assert known(early, 71) == []
        fires(early, 71)
    with worker.transaction() as connection:
        assert known(connection, 72) == [moment(price(71, "101")).timestamp()]


@pytest.mark.parametrize("restarted", [False, True])
def test_a_cooldown_that_began_with_a_retracted_event_is_given_back(
    line: Line, above: Callable[..., UUID], *, restarted: bool
) -> None:
    above(trigger="level", cooldown_seconds=60)
    line.send(price(1, "101"))
    line.run()
    line.send(price(100, "101"))
    line.run()
    line.send(price(100, "101") | {"event_id": "back", "retracts": "p100"})
    line.run()
    if restarted:
        line.lease.release()
        line.shard = line.begin("second")
    line.send(price(50, "101"), price(101, "101"))
    line.run()
    assert line.fired() == [("p1", False), ("p100", True), ("p101", False)], "p50 is within the first one's"


def test_a_rule_that_is_changed_begins_anew_even_for_who_restarts(line: Line, above: Callable[..., UUID]) -> None:
    made = above(trigger="level", cooldown_seconds=3600)
    line.send(price(1, "101"))
    line.run()
    with line.worker.transaction() as connection:
        row = connection.execute("SELECT user_id FROM alert_rules WHERE id = %s", (made,)).fetchone()
    assert row is not None
    with line.app.as_user(row["user_id"]) as connection:
        connection.execute("UPDATE alert_rules SET cooldown_seconds = 1800")
    line.lease.release()
    line.shard = line.begin("second")
    line.send(price(2, "101"))
    line.run()
    assert [event for event, _ in line.fired()] == ["p1", "p2"]
    with line.app.as_user(row["user_id"]) as connection:
        connection.execute("DELETE FROM alert_rules")
    assert line.count("alert_cooldowns") == 0


def test_events_follow_their_shard_when_the_number_of_shards_changes(line: Line, above: Callable[..., UUID]) -> None:
    """Batches of another count wait: in a shard that is no more, and in one that is another's events' by now."""
    above(trigger="level")
    above(trigger="level", conditions=ANY_ASSET)
    line.lease.release()
    with line.worker.transaction() as connection:
        add_batch(connection, NewBatch(uuid4(), 7, 2, to_json([price(1, "101"), price(2, "101", asset=ELSEWHERE)])))
    line.send(price(3, "101"), price(4, "101", asset=ELSEWHERE))
    two = [line.begin(f"of-{shard}", shard, 2) for shard in (0, 1)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("premium.alerts.work.shard.OVERLOOKED_SECONDS", 0.0)
        for _ in range(3):
            for shard in two:
                shard.step(0.05)
    assert [event for event, _ in line.fired()] == ["p1", "p1", "p2", "p3", "p3", "p4"]
    line.send(price(1, "101"), shards=2)
    assert sum(shard.step(0.05) for shard in two) == 0 + 1
    assert len(line.fired()) == 6


def test_who_stands_by_goes_on_where_the_owner_was(line: Line, above: Callable[..., UUID]) -> None:
    """Levels, what was repeated, taken back or late, hysteresis and cooldown: as if nothing had happened."""
    above()
    above(hysteresis="5")
    above(trigger="level", cooldown_seconds=3600)
    line.send(price(1, "99"))
    line.run()
    spare = line.spare("spare")
    line.send(price(2, "101"), price(3, "102"), price(2, "101"))
    line.run()
    spare.stand_by()
    line.send(price(4, "90"), price(5, "101"))
    line.run()
    line.send(price(5, "101") | {"event_id": "back", "retracts": "p5"})
    line.run()
    fired = line.fired()
    line.lease.release()
    assert spare.lease.claim(as_deputy=True)
    spare.take_over()
    line.shard = spare
    line.send(price(6, "102"), price(7, "103", at=3))
    line.run()
    assert [event for event in line.fired() if event not in fired] == [("p6", False)] * 2


def test_a_deputy_gives_way_to_an_heir_and_an_owner_does_not(worker: Database) -> None:
    owner, heir, spare = (ShardLease(worker, 0, name) for name in ("owner", "heir", "spare"))
    assert owner.inherit()
    assert not heir.inherit(), "one of them loads the rules"
    assert not standings(worker, 2, "heir")[0].wants_owner
    assert standings(worker, 2, "heir")[1].wants_owner
    assert owner.claim()
    assert not heir.claim()
    assert not spare.claim(as_deputy=True)
    assert (standings(worker, 1, "heir")[0].is_lapsed, standings(worker, 1, "heir")[0].wants_owner) == (False, False)
    owner.release()
    assert spare.claim(as_deputy=True)
    assert standings(worker, 1, "heir")[0].wants_owner
    assert not standings(worker, 1, "spare")[0].wants_owner
    assert heir.claim()
    with pytest.raises(ShardLost):
        spare.renew()
    assert not spare.is_held
    heir.renew()
