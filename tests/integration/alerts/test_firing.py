"""What a match leaves behind: once for each event and rule, whatever comes twice or at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from premium.accounts.store import AccountStore
from premium.alerts.model import Alert, Firing
from premium.alerts.store.firings import CHUNK, record_firings, retract
from premium.storage.postgres import Database
from premium.tiers import Tier
from tests.fixtures.platform import AddUser
from tests.integration.alerts.conftest import MakeRule

pytestmark = pytest.mark.integration
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOOK = {"type": "webhook", "destination": "https://example.org/hook", "template": None}
MAIL = {"type": "email", "destination": None, "template": "{{amount_usd}}"}


def firing(rule_id: UUID, event_id: str = "e1", time: datetime = NOW) -> Firing:
    event = {"event_id": event_id, "kind": "transfer", "amount_usd": Decimal("1000000.1")}
    return Firing(rule_id, event_id, time, event)


def record(worker: Database, *firings: Firing) -> list[Alert]:
    with worker.transaction() as connection:
        return record_firings(connection, firings)


def rows(worker: Database, query: str) -> list[dict[str, Any]]:
    with worker.transaction() as connection:
        return list(connection.execute(query))


def test_a_firing_is_recorded_once_with_its_deliveries(worker: Database, add_user: AddUser, rule: MakeRule) -> None:
    owner = add_user(email="ada@example.org")
    made = rule(owner, actions=[HOOK, MAIL])
    (alert,) = record(worker, firing(made))
    assert (alert.rule_id, alert.user_id, alert.event_time, len(alert.deliveries)) == (made, owner, NOW, 2)
    assert record(worker, firing(made)) == []
    (history,) = rows(worker, "SELECT * FROM alert_history")
    assert (history["rule_name"], history["event_data"]["amount_usd"]) == ("whales", "1000000.1")
    deliveries = rows(worker, "SELECT * FROM notification_deliveries ORDER BY place")
    assert [(d["channel"], d["destination"], d["status"]) for d in deliveries] == [
        ("webhook", "https://example.org/hook", "pending"), ("email", "ada@example.org", "pending"),
    ]  # fmt: skip


def test_one_event_fires_each_of_many_rules_once(worker: Database, add_user: AddUser, rule: MakeRule) -> None:
    rules = [rule(add_user(), actions=[HOOK]) for _ in range(3)]
    alerts = record(worker, *(firing(each, event) for each in rules for event in ("e1", "e2")))
    assert len({alert.id for alert in alerts}) == 6
    assert record(worker, *(firing(each, "e2") for each in rules)) == []


def test_a_batch_repeated_at_once_by_four_workers_fires_once(
    worker: Database, add_user: AddUser, rule: MakeRule
) -> None:
    owner = add_user()
    rules = [rule(owner, actions=[HOOK]) for _ in range(5)]
    batch = [firing(each, f"e{n}") for n in range(20) for each in rules]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda turn: record(worker, *(batch[::-1] if turn % 2 else batch)), range(4)))
    assert sum(map(len, done)) == 100
    assert rows(worker, "SELECT count(*) AS n FROM notification_deliveries") == [{"n": 100}]


def test_more_firings_than_a_statement_takes(worker: Database, add_user: AddUser, rule: MakeRule) -> None:
    made = rule(add_user())
    assert len(record(worker, *(firing(made, f"e{n}") for n in range(CHUNK + 1)))) == CHUNK + 1


def test_a_rule_that_is_off_or_gone_fires_nothing(worker: Database, add_user: AddUser, rule: MakeRule) -> None:
    assert record(worker, firing(rule(add_user(), enabled=False)), firing(uuid4())) == []


def test_rules_rest_while_their_owner_has_no_right_to_alerts(
    app: Database, worker: Database, add_user: AddUser, rule: MakeRule
) -> None:
    """With the right they begin anew: every matcher hears of each, in order, and nothing of before cools it down."""
    owner, accounts = add_user(), AccountStore(app)
    made = {rule(owner, actions=[HOOK]) for _ in range(3)}
    rule(add_user())
    off = rule(owner, enabled=False)
    accounts.set_tier(owner, Tier.FREE, None)
    assert record(worker, *(firing(each) for each in made)) == []
    assert rows(worker, "SELECT 1 FROM alert_history") == []
    with worker.transaction() as connection:
        connection.execute("INSERT INTO alert_cooldowns (rule_id, fired_at) SELECT unnest(%s), 0", ([*made, off],))
    begun = len(rows(worker, "SELECT 1 FROM alert_rule_changes"))
    accounts.set_tier(owner, Tier.STARTER, None)
    told = rows(worker, "SELECT rule_id FROM alert_rule_changes ORDER BY position")[begun:]
    assert (len(told), {row["rule_id"] for row in told}) == (3, made)
    assert rows(worker, "SELECT 1 FROM alert_cooldowns") == []
    assert len(record(worker, *(firing(each, "e2") for each in made))) == 3
    accounts.set_tier(owner, Tier.PRO, None)
    assert len(rows(worker, "SELECT 1 FROM alert_rule_changes")) == begun + 3, "no gain, no word"


def test_an_action_without_any_destination_has_failed_and_says_so(
    worker: Database, add_user: AddUser, rule: MakeRule
) -> None:
    (alert,) = record(worker, firing(rule(add_user(email=None), actions=[MAIL])))
    assert alert.deliveries == ()
    (delivery,) = rows(worker, "SELECT status, last_error FROM notification_deliveries")
    assert (delivery["status"], "no destination" in delivery["last_error"]) == ("failed", True)


@pytest.mark.parametrize("time", [NOW - timedelta(days=4000), NOW + timedelta(days=4000)])
def test_an_event_of_any_time_has_a_partition(
    worker: Database, add_user: AddUser, rule: MakeRule, time: datetime
) -> None:
    assert len(record(worker, firing(rule(add_user(), actions=[HOOK]), time=time))) == 1


def test_a_retraction_is_told_once_and_only_of_its_event(worker: Database, add_user: AddUser, rule: MakeRule) -> None:
    made = rule(add_user(), actions=[HOOK, MAIL])
    record(worker, firing(made, "e1"), firing(made, "e2"))
    with worker.transaction() as connection:
        connection.execute("UPDATE notification_deliveries SET attempts = 1 WHERE status = 'pending'")
        (gone,) = retract(connection, [("e1", "")], NOW)
        assert retract(connection, [("e1", ""), ("unknown", "")], NOW) == []
    assert (gone.notice, len(gone.deliveries)) == ("retracted", 1), "the email never had a destination"
    marked = rows(worker, "SELECT event_id, retracted_at FROM alert_history ORDER BY event_id")
    assert [(row["event_id"], row["retracted_at"]) for row in marked] == [("e1", NOW), ("e2", None)]
    assert record(worker, firing(made, "e1")) == [], "a retracted event fires no more"


def test_an_owner_tries_his_own_rule_and_no_other(app: Database, add_user: AddUser, rule: MakeRule) -> None:
    owner, other = add_user(), add_user()
    mine, theirs = rule(owner, enabled=False), rule(other)
    with app.as_user(owner) as connection:
        (alert,) = record_firings(connection, [firing(mine, "test:1"), firing(theirs, "test:1")], is_test=True)
    assert alert.rule_id == mine
