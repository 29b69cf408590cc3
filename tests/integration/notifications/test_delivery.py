"""From the queue to the destination and back into the record: every delivery ends, once, and delays no other."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from premium.alerts.model import HistoryFilter
from premium.alerts.notices import enqueue_alerts
from premium.alerts.store import history
from premium.notifications.delivery.inbox import take
from premium.notifications.jobs import PAYLOAD
from premium.notifications.model import RETRY_SECONDS, End, Outcome
from premium.notifications.store.deliveries import DeliveryStore
from premium.notifications.store.ends import UnsentDeliveries
from premium.notifications.work import courier as running
from premium.notifications.work.courier import deliver_batch
from premium.storage.postgres import Database
from tests.factories.listener import Reply, Request, listening
from tests.fixtures.postgres import Databases
from tests.integration.notifications.conftest import QUICK, SECRET, Desk

pytestmark = pytest.mark.integration
ROOT = Path(__file__).resolve().parents[3]


def delivery_ids(asked: list[Request]) -> Counter[str]:
    return Counter(request.headers["x-premium-delivery-id"] for request in asked)


def test_every_alert_arrives_once(desk: Desk) -> None:
    with listening() as server:
        alerts = desk.fire(*(desk.rule(f"{server.url}/{n}", f"{server.url}/other") for n in range(5)), events=30)
        desk.deliver()
    assert (len(alerts), desk.statuses()) == (150, {"sent": 300})
    assert delivery_ids(server.asked) == Counter(str(each) for alert in alerts for each in alert.deliveries)
    assert {(row["attempts"], row["last_error"]) for row in desk.rows()} == {(1, None)}
    assert desk.platform.redis(1).keys("rq:job:*") == []


def test_a_failing_destination_is_asked_again_and_then_answers(desk: Desk) -> None:
    with listening(lambda _: Reply(503 if len(server.asked) < 3 else 200)) as server:
        desk.fire(desk.rule(f"{server.url}/x"))
        desk.deliver()
    (row,) = desk.rows()
    assert (row["status"], row["attempts"], len(server.asked)) == ("sent", 3, 3)
    assert len(delivery_ids(server.asked)) == 1
    assert len({request.body for request in server.asked}) == 1


def test_after_the_last_repeat_a_delivery_is_dead_and_the_history_says_why(
    desk: Desk, postgres: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "REST_SECONDS", 0.2)
    with listening(lambda _: Reply(500)) as server:
        (alert,) = desk.fire(desk.rule(f"{server.url}/x"), enqueue=False)
        with psycopg.connect(desk.url) as connection:
            connection.execute("UPDATE notification_deliveries SET next_attempt_at = now() - interval '3 s', "
                               "give_up_at = now() + interval '1.5 s'")  # fmt: skip
        desk.deliver(pauses=(0.05, 0.05, 0.05, 0.05, 0.05))
    database = Database(lambda: postgres.url("premium", "premium_app"))
    (row,) = history.page(database, alert.user_id, HistoryFilter(status="dead"), 10, None)
    database.close()
    (delivery,) = row.deliveries
    assert delivery.next_attempt_at is None
    assert delivery.ended_at is not None
    # How many there is time for is the machine's; that it was repeated, and that each was counted, is ours.
    assert len(server.asked) == delivery.attempts >= 2, "what met the open breaker was no attempt"
    assert "500" in str(delivery.last_error)


def test_a_destination_that_was_away_gets_everything(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Away for longer than the repeats of a delivery last: most of the time it is left alone, which counts nothing."""
    monkeypatch.setattr(running, "REST_SECONDS", 0.2)
    begun = time.monotonic()
    with listening(lambda _: Reply(503 if time.monotonic() < begun + 1.5 else 200)) as server:
        desk.fire(desk.rule(f"{server.url}/x"), events=100)
        desk.deliver()
    assert sum(QUICK) < 1.5
    assert desk.statuses() == {"sent": 100}
    assert max(row["attempts"] for row in desk.rows()) <= 6


def test_what_is_never_tried_is_dead_once_its_time_is_over(desk: Desk) -> None:
    desk.fire(desk.rule("http://127.0.0.1:1/x"), enqueue=False)
    store = DeliveryStore(desk.platform.worker_database)
    with psycopg.connect(desk.url, autocommit=True) as connection:
        for minutes, pause, status in ((0, 5, "pending"), (2, 30, "pending"), (59, 60, "pending"), (61, 0, "dead")):
            connection.execute(
                "UPDATE notification_deliveries SET next_attempt_at = now() - interval '1 hour',"
                " give_up_at = now() + interval '1 hour' - make_interval(mins => %s)", (minutes,),
            )  # fmt: skip
            (claimed,) = store.claim_due(10)
            store.settle([Outcome(claimed, End.RESTING, "left alone")])
            (row,) = desk.rows(
                "SELECT *, extract(epoch FROM next_attempt_at - now())::float8 AS s FROM notification_deliveries"
            )
            assert (row["status"], row["attempts"], row["last_error"]) == (status, 0, "left alone")
            assert pause - 1 < row["s"] <= pause * 1.25 + 0.1


@pytest.mark.parametrize(("status", "said"), [(410, "410"), (404, "404"), (302, "redirects are not followed")])
def test_a_refusal_is_final(desk: Desk, status: int, said: str) -> None:
    with listening(lambda _: Reply(status, headers=(("Location", "http://169.254.169.254/"),))) as server:
        desk.fire(desk.rule(f"{server.url}/x"))
        desk.deliver()
    (row,) = desk.rows()
    assert (row["status"], row["attempts"], len(server.asked)) == ("failed", 1, 1)
    assert said in row["last_error"]


def test_pauses_are_the_specified_ones_with_a_little_more(desk: Desk) -> None:
    desk.fire(desk.rule("http://127.0.0.1:1/x"), enqueue=False)
    with psycopg.connect(desk.url) as connection:
        for attempt, pause in enumerate((*RETRY_SECONDS, RETRY_SECONDS[-1]), 1):
            connection.execute("UPDATE notification_deliveries SET next_attempt_at = now() - interval '1 hour'")
            connection.commit()
            store = DeliveryStore(desk.platform.worker_database)
            (claimed,) = store.claim_due(10)
            assert (claimed.attempts, store.claim_due(10)) == (attempt, []), "claimed is claimed"
            assert store.settle([Outcome(claimed, End.RETRY, "x")]) == 1
            (row,) = desk.rows(
                "SELECT status, extract(epoch FROM next_attempt_at - now())::float8 AS s FROM notification_deliveries"
            )
            assert row["status"] == "pending"
            assert pause - 1 < row["s"] <= pause * 1.25
        connection.execute("UPDATE notification_deliveries SET next_attempt_at = now() - interval '1 min', "
                           "give_up_at = now() + interval '9 min'")  # fmt: skip
        connection.commit()
        (claimed,) = store.claim_due(10)
        store.settle([Outcome(claimed, End.RETRY, "x")])
        (row,) = desk.rows(
            "SELECT status, extract(epoch FROM next_attempt_at - give_up_at)::float8 AS s FROM notification_deliveries"
        )
    assert (row["status"], round(row["s"])) == ("pending", 0), "the last attempt is made when the time is over"


def test_an_attempt_that_was_claimed_anew_writes_nothing(desk: Desk) -> None:
    desk.fire(desk.rule("http://127.0.0.1:1/x"), enqueue=False)
    store = DeliveryStore(desk.platform.worker_database)
    with psycopg.connect(desk.url, autocommit=True) as connection:
        lapse = "UPDATE notification_deliveries SET next_attempt_at = now() - interval '1 hour'"
        connection.execute(lapse)
        (slow,) = store.claim_due(10)
        connection.execute(lapse)
        (quick,) = store.claim_due(10)
        assert store.settle([Outcome(slow, End.FAILED, "too late")]) == 0
        assert store.settle([Outcome(quick, End.SENT)]) == 1
        assert store.settle([Outcome(quick, End.FAILED, "again")]) == 0
    assert desk.statuses() == {"sent": 1}


def test_a_claim_is_renewed_by_who_holds_it_alone(desk: Desk) -> None:
    desk.fire(desk.rule("http://127.0.0.1:1/x"), enqueue=False)
    store = DeliveryStore(desk.platform.worker_database)
    with psycopg.connect(desk.url, autocommit=True) as connection:
        lapse = "UPDATE notification_deliveries SET next_attempt_at = now() - interval '1 hour'"
        connection.execute(lapse)
        (first,) = store.claim_due(10)
        connection.execute(lapse)
        assert (store.renew([first]), store.claim_due(10)) == (1, [])
        connection.execute(lapse)
        (second,) = store.claim_due(10)
        assert (store.renew([first]), store.renew([second]), store.renew([])) == (0, 1, 0)


def test_what_is_in_hand_is_not_sent_again_though_its_claim_ran_out(desk: Desk) -> None:
    lapse = "UPDATE notification_deliveries SET next_attempt_at = now() - interval '1 hour' WHERE status = 'pending'"

    def slowly(_: Request) -> Reply:
        with psycopg.connect(desk.url, autocommit=True) as connection:
            connection.execute(lapse)
        time.sleep(1)
        return Reply()

    with listening(slowly) as server:
        desk.fire(desk.rule(f"{server.url}/x"))
        desk.deliver()
    assert (len(server.asked), desk.statuses()) == (1, {"sent": 1})


def test_a_hanging_destination_delays_no_other(desk: Desk) -> None:
    def hang(_: Request) -> Reply:
        time.sleep(30)
        return Reply()

    with listening(hang) as dead, listening() as alive:
        owner = desk.fire(desk.rule(f"{dead.url}/x"), events=200)[0].user_id
        desk.fire(desk.rule(f"{alive.url}/x", owner=owner), desk.rule(f"{alive.url}/y"), events=50)
        started = time.monotonic()
        desk.consume(lambda: desk.statuses().get("sent", 0) == 100, seconds=8)
        assert time.monotonic() - started < 10, "and the consumer ends though some still hang"
    assert len(alive.asked) == 100


def test_connections_that_break_lose_and_double_nothing(desk: Desk) -> None:
    def slowly(_: Request) -> Reply:
        time.sleep(0.02)
        return Reply()

    cuts = iter(range(4))

    def cut_and_look() -> bool:
        if next(cuts, None) is not None:
            with psycopg.connect(desk.url) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE usename = 'premium_worker' AND datname = current_database()"
                )
            desk.platform.redis(1).client_kill_filter(_type="normal", skipme=True)
        time.sleep(0.2)
        return "pending" not in desk.statuses()

    with listening(slowly) as server:
        desk.fire(*(desk.rule(f"{server.url}/{n}") for n in range(10)), events=20)
        desk.consume(cut_and_look, seconds=30)
        desk.deliver()
    assert desk.statuses() == {"sent": 200}
    assert len(delivery_ids(server.asked)) == 200
    assert {row["attempts"] for row in desk.rows()} == {1}


def test_what_redis_lost_is_found(desk: Desk) -> None:
    with listening() as server:
        alerts = desk.fire(desk.rule(f"{server.url}/x"), events=3, enqueue=False)
        nowhere = redis.Redis(port=1, retry=Retry(NoBackoff(), 0))
        assert enqueue_alerts(nowhere, alerts) == 0
        desk.deliver()
    assert (desk.statuses(), len(server.asked)) == ({"sent": 3}, 3)


def test_a_job_that_cannot_be_read_stops_nothing(desk: Desk) -> None:
    connection = desk.platform.redis(1)
    connection.rpush("rq:queue:notifications", "unknown", "broken")
    connection.hset("rq:job:broken", mapping={"data": b"\x00", "created_at": "2026-01-01T00:00:00Z", "origin": "x"})
    with listening() as server:
        desk.fire(desk.rule(f"{server.url}/x"))
        desk.deliver()
    assert desk.statuses() == {"sent": 1}


def test_a_removed_rule_sends_nothing_more(desk: Desk) -> None:
    with listening() as server:
        desk.fire(desk.rule(f"{server.url}/x"))
        with psycopg.connect(desk.url) as connection:
            connection.execute("DELETE FROM alert_rules")
        desk.deliver()
    assert (desk.statuses(), server.asked) == ({"failed": 1}, [])


def test_a_retraction_is_delivered_once(desk: Desk) -> None:
    with listening() as server:
        desk.fire(desk.rule(f"{server.url}/x"))
        desk.deliver()
        (row,) = desk.rows("SELECT event_id FROM alert_history")
        desk.retract(row["event_id"])
        desk.retract(row["event_id"])
        desk.deliver()
    assert [request.json["type"] for request in server.asked] == ["alert", "alert.retracted"]
    assert server.asked[1].json["retractedAt"] is not None


def test_what_was_taken_back_before_it_was_sent_is_not_told_at_all(desk: Desk) -> None:
    with listening() as server:
        (alert,) = desk.fire(desk.rule(f"{server.url}/x"), enqueue=False)
        desk.retract(alert.event_id)
        desk.deliver()
    assert server.asked == []
    assert desk.statuses() == {"failed": 1}


def test_what_was_tried_and_then_taken_back_ends_with_the_retraction(desk: Desk) -> None:
    """It may have arrived without an answer: so the retraction goes, and the alert is not sent behind it."""
    away = True
    with listening(lambda _: Reply(503 if away else 200)) as server:
        (alert,) = desk.fire(desk.rule(f"{server.url}/x"))
        desk.consume(
            lambda: [row["attempts"] for row in desk.rows()] == [1] and len(server.asked) == 1, pauses=(9, 9, 9, 9, 9)
        )
        away = False
        desk.retract(alert.event_id)
        desk.deliver()
    assert [request.json["type"] for request in server.asked] == ["alert", "alert.retracted"]


def test_a_rule_that_was_switched_off_meanwhile_sends_nothing(desk: Desk) -> None:
    with listening() as server:
        desk.fire(desk.rule(f"{server.url}/x"), enqueue=False)
        with psycopg.connect(desk.url) as connection:
            connection.execute("UPDATE alert_rules SET enabled = false")
        desk.deliver()
    assert (desk.statuses(), server.asked) == ({"failed": 1}, [])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("UPDATE premium_users SET is_restricted = true", "the account is switched off"),
        ("DELETE FROM notification_destinations", "the destination was removed before this was sent"),
        ("UPDATE alert_rules SET actions = '[]'", "the rule has no such destination any more"),
        ("UPDATE notification_destinations SET destination = 'http://127.0.0.1:2/'",
         "the destination was removed before this was sent"),
        ("UPDATE alert_rules SET actions = jsonb_set(actions, '{0,destination}', '\"http://127.0.0.1:2/\"')",
         "the rule has no such destination any more"),
    ],
)  # fmt: skip
def test_what_was_switched_off_or_removed_meanwhile_is_not_sent(desk: Desk, change: str, reason: str) -> None:
    with listening() as server:
        rule = desk.rule(None)
        with psycopg.connect(desk.url) as connection:
            connection.execute(
                "INSERT INTO notification_destinations (user_id, channel, destination) SELECT user_id, 'webhook', %s"
                " FROM alert_rules", (f"{server.url}/x",),
            )  # fmt: skip
        desk.fire(rule, enqueue=False)
        with psycopg.connect(desk.url) as connection:
            connection.execute(change.encode())
        desk.deliver()
        assert [(row["status"], row["last_error"]) for row in desk.rows()] == [("failed", reason)]
        assert server.asked == []


def test_what_is_important_is_tried_for_a_day(desk: Desk) -> None:
    """By the rule's action, or by the profile's destination; all else for an hour, when it is sent again too."""
    usual, marked = desk.rule("http://127.0.0.1:1/a"), desk.rule("http://127.0.0.1:1/b", important=True)
    owner = desk.fire(desk.rule(None, owner=uuid4()), enqueue=False)[0].user_id
    with psycopg.connect(desk.url) as connection:
        connection.execute("INSERT INTO notification_destinations (user_id, channel, destination, important)"
                           " VALUES (%s, 'webhook', 'http://127.0.0.1:1/c', true)", (owner,))  # fmt: skip
    desk.fire(usual, marked, enqueue=False)
    desk.fire(desk.rule(None, owner=owner), enqueue=False)
    kept = "SELECT destination, round(extract(epoch FROM give_up_at - now()) / 3600) AS h FROM notification_deliveries"
    found = {row["destination"]: row["h"] for row in desk.rows(kept)}
    assert found == {None: 1, "http://127.0.0.1:1/a": 1, "http://127.0.0.1:1/b": 24, "http://127.0.0.1:1/c": 24}
    desk.rows("UPDATE notification_deliveries SET status = 'dead', ended_at = now(), give_up_at = now()"
              " WHERE destination IS NOT NULL RETURNING id")  # fmt: skip
    ids = [row["id"] for row in desk.rows("SELECT id FROM notification_deliveries WHERE destination IS NOT NULL")]
    assert len(UnsentDeliveries(desk.platform.worker_database).requeue(ids)) == 3
    assert {row["destination"]: row["h"] for row in desk.rows(kept)} == found


def test_a_worker_that_forks_delivers_a_batch_too(desk: Desk) -> None:
    with listening() as server:
        desk.fire(desk.rule(f"{server.url}/x"), events=120)
        notices = take(desk.platform.redis(1))
        assert PAYLOAD.validate_python(PAYLOAD.dump_python(notices, mode="json")) == notices
        assert asyncio.run(deliver_batch(desk.platform, notices)) == len(server.asked) == 120
        assert asyncio.run(deliver_batch(desk.platform, notices)) == 0, "what has ended is claimed by nobody"
    assert desk.statuses() == {"sent": 120}


@contextmanager
def consumer(variables: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The resident process as the fleet starts it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "workers.resident", "notifications.courier"],
        env=os.environ | variables,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(condition: object, seconds: float = 20) -> None:
    assert callable(condition)
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def test_a_killed_consumer_loses_nothing_and_a_stopped_one_finishes(desk: Desk, variables: dict[str, str]) -> None:
    def slowly(_: Request) -> Reply:
        time.sleep(0.2)
        return Reply()

    with listening(slowly) as server:
        alerts = desk.fire(*(desk.rule(f"{server.url}/x") for _ in range(10)), events=10)
        with consumer(variables) as first:
            wait_for(lambda: len(server.asked) >= 20)
            first.send_signal(signal.SIGKILL)
        assert desk.statuses()["pending"] > 0
        with psycopg.connect(desk.url) as connection:  # as if the claims' minute had passed
            connection.execute(
                "UPDATE notification_deliveries SET next_attempt_at = now() - interval '3 s' WHERE status = 'pending'"
            )
        with consumer(variables) as second:
            wait_for(lambda: desk.statuses() == {"sent": 100})
            second.send_signal(signal.SIGTERM)
            assert second.wait(20) == 0
    seen = delivery_ids(server.asked)
    assert seen.keys() == {str(each) for alert in alerts for each in alert.deliveries}
    assert max(seen.values()) <= 2, "twice at most: before and after the kill, under one id"
    assert {row["attempts"] for row in desk.rows()} <= {1, 2}
    assert SECRET.encode() not in b"".join(request.body for request in server.asked)
