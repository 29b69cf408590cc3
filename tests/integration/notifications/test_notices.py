"""Notices of a service that is not alerts: told once, delivered by the user's channels, and their ends reported."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from premium import declaration_rules, manifest
from premium.errors import NotFound
from premium.manifest import NoticeKind, Service
from premium.notifications import kinds
from premium.notifications.jobs import enqueue_deliveries
from premium.notifications.model import End, EndedNotice, Notice, Outcome, PostedNotice, Target
from premium.notifications.service import (
    Deliveries,
    Notices,
    Wanted,
    deliveries_of,
    destinations_of,
    notify,
    remove_old,
    set_account_email,
    set_destinations,
)
from premium.notifications.store.deliveries import DeliveryStore
from premium.notifications.store.notices import NoticeStore
from premium.storage.postgres import Database
from tests.factories.listener import Reply, listening
from tests.fixtures.postgres import Databases
from tests.integration.notifications.conftest import Desk

pytestmark = pytest.mark.integration
FAILED = "billing.payment_failed"
CALLED_OFF = "billing.payment_made"
heard: list[EndedNotice] = []
_WAITING = "SELECT FROM pg_locks WHERE NOT granted"


def hear(connection: Any, notices: Sequence[EndedNotice]) -> None:
    """What the kind names: it writes in the transaction of the ends, which an error of its own takes back."""
    for notice in notices:
        connection.execute("UPDATE notices SET withdrawn_at = now() WHERE key = %s", (notice.key,))
        if notice.key == "wrong":
            raise RuntimeError("the sender fails")
        heard.append(notice)


@pytest.fixture(autouse=True)
def _billing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A second service, which declares what it tells."""
    kind = NoticeKind(name=FAILED, ended=f"{__name__}.hear")
    billing = Service(name="billing", title="A test's", notices=(kind, NoticeKind(name=CALLED_OFF)))
    monkeypatch.setattr(kinds, "services", lambda: (*manifest.services(), billing))
    kinds.declared.cache_clear()
    heard.clear()
    yield
    kinds.declared.cache_clear()


@pytest.fixture
def app(postgres: Databases) -> Iterator[Database]:
    database = Database(lambda: postgres.url("premium", "premium_app"))
    yield database
    database.close()


@pytest.fixture
def owner(desk: Desk) -> UUID:
    made = uuid4()
    with psycopg.connect(desk.url) as connection:
        connection.execute("INSERT INTO premium_users (id, external_id) VALUES (%s, %s)", (made, str(made)))
    return made


def notice(owner: UUID, key: str = "in_1", kind: str = FAILED, **more: Any) -> Notice:
    return Notice(user=owner, kind=kind, key=key, title="A payment failed", text="Mend it", **more)


def post(desk: Desk, *notices: Notice, enqueue: bool = False) -> list[PostedNotice]:
    with desk.platform.worker_database.transaction() as connection:
        posted = notify(connection, notices)
    if enqueue:
        enqueue_deliveries(desk.platform.redis(1), posted)
    return posted


def has(app: Database, owner: UUID, **destinations: str) -> str | None:
    with app.as_user(owner) as connection:
        return set_destinations(connection, owner, destinations)


def test_a_notice_goes_to_all_of_the_users_destinations_and_into_the_app(
    desk: Desk, app: Database, owner: UUID
) -> None:
    with listening() as server:
        secret = has(app, owner, webhook=f"{server.url}/hook", push="token")
        assert secret is not None
        assert has(app, owner, webhook=f"{server.url}/hook", push="token") is None, "it is shown once"
        with app.as_user(owner) as connection:
            set_account_email(connection, owner, "ada@example.org", is_confirmed=True)
        (posted,) = post(desk, notice(owner, data={"invoiceId": "in_1"}), enqueue=True)
        desk.deliver()
    (asked,) = server.asked
    assert (asked.json["type"], asked.json["title"], asked.json["invoiceId"]) == (FAILED, "A payment failed", "in_1")
    assert len(posted.deliveries) == 3
    rows = desk.rows("SELECT channel, status, last_error FROM notification_deliveries ORDER BY place")
    assert [(row["channel"], row["status"]) for row in rows] == [
        ("email", "failed"), ("push", "failed"), ("webhook", "sent"),
    ]  # fmt: skip
    assert "not set up" in rows[0]["last_error"]
    (listed,) = NoticeStore(app).page(owner, 10, None)
    assert (listed.id, listed.title, listed.data) == (posted.id, "A payment failed", {"invoiceId": "in_1"})


def test_a_webhook_without_a_secret_gets_no_notice(desk: Desk, app: Database, owner: UUID) -> None:
    has(app, owner, webhook="https://example.org/hook")
    desk.rows("UPDATE notification_destinations SET signing_secret = NULL RETURNING id")
    assert post(desk, notice(owner))[0].deliveries == ()
    assert has(app, owner, webhook="https://example.org/hook") is not None, "set anew, it gets one"
    assert len(post(desk, notice(owner, "in_2"))[0].deliveries) == 1


def test_of_two_who_name_destinations_at_once_the_later_one_is_heard(app: Database, owner: UUID) -> None:
    has(app, owner, webhook="https://example.org/1", push="token")
    with ThreadPoolExecutor(1) as pool:
        with app.as_user(owner) as connection:
            set_destinations(connection, owner, {"webhook": "https://example.org/2", "telegram": "1"})
            later = pool.submit(has, app, owner, webhook="https://example.org/3")
            while connection.execute(_WAITING).fetchone() is None:  # the database tells nobody that it waits
                time.sleep(0.01)
        assert later.result() is not None, "a new webhook has a secret of its own"
    with app.as_user(owner) as connection:
        assert destinations_of(connection, owner) == {"webhook": "https://example.org/3"}


def test_what_is_told_twice_is_told_once(desk: Desk, app: Database, owner: UUID) -> None:
    has(app, owner, push="token")
    notices = [notice(owner, f"in_{n}") for n in range(50)]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda turn: post(desk, *(notices[::-1] if turn % 2 else notices)), range(4)))
    assert sum(map(len, done)) == 50
    assert post(desk, notices[0], notices[0]) == []
    assert post(desk, notice(owner, "in_51"), notice(owner, "in_51")) != []
    assert desk.rows("SELECT count(*) AS n FROM notices") == [{"n": 51}]
    assert desk.rows("SELECT count(*) AS n FROM notification_deliveries") == [{"n": 51}]


def test_the_app_lists_the_newest_first_and_counts_what_was_not_read(desk: Desk, app: Database, owner: UUID) -> None:
    for n in range(5):
        post(desk, notice(owner, f"in_{n}"))
    post(desk, notice(owner, "elsewhere", targets=(Target("push", "token"),)))
    notices = Notices(store=NoticeStore(app))
    rows = notices.page(owner, 3, None)
    rest = notices.page(owner, 3, (rows[-1].created_at, rows[-1].id))
    listed = [row.created_at for row in (*rows, *rest)]
    assert (len(listed), listed) == (5, sorted(listed, reverse=True)), "what names its targets is not listed"
    assert (notices.unread(owner), notices.unread(uuid4())) == (5, 0)
    assert notices.mark(owner, rows[0].id, read=True).read_at is not None
    assert notices.unread(owner) == 4
    assert notices.mark(owner, rows[0].id, read=False).read_at is None
    with pytest.raises(NotFound):
        notices.mark(uuid4(), rows[0].id, read=True)


def test_a_channel_without_a_destination_has_failed_and_says_so(desk: Desk, owner: UUID) -> None:
    (posted,) = post(desk, notice(owner, targets=(Target("telegram"), Target("push", "token", "Another text"))))
    assert len(posted.deliveries) == 1
    rows = desk.rows("SELECT channel, status, last_error, text FROM notification_deliveries ORDER BY place")
    assert (rows[0]["status"], "no destination" in rows[0]["last_error"]) == ("failed", True)
    (claimed,) = DeliveryStore(desk.platform.worker_database).claim([(each, owner) for each in posted.deliveries])
    assert (claimed.text, claimed.title) == ("Another text", "A payment failed")


def test_a_kind_that_nobody_declares_is_refused(desk: Desk, owner: UUID) -> None:
    with pytest.raises(ValueError, match=r"declares the kind of notices billing\.unknown"):
        post(desk, notice(owner, kind="billing.unknown"))


def test_the_longest_name_that_a_manifest_may_give_a_kind_is_taken(desk: Desk, owner: UUID) -> None:
    name = f"{'a_' * 24}a.{'b_' * 24}b"
    declaration_rules._check_one(Service(name="tax", title="A test's", notices=(NoticeKind(name=name),)))
    insert = "INSERT INTO notices (user_id, kind, key, title, text, in_app) VALUES (%s, %s, '1', 'News', '', true)"
    with psycopg.connect(desk.url) as connection:
        assert connection.execute(insert, (owner, name)).rowcount == 1


@pytest.mark.parametrize("name", ["tax.form_8949", f"tax.{'x' * 50}", "tax"])
def test_a_kind_that_the_table_would_refuse_cannot_be_declared(name: str) -> None:
    with pytest.raises(ValueError, match="is no kind of notices"):
        declaration_rules._check_one(Service(name="tax", title="A test's", notices=(NoticeKind(name=name),)))


def test_how_it_ended_reaches_the_sender_once(desk: Desk, owner: UUID) -> None:
    with listening(lambda request: Reply(410 if request.path == "/gone" else 200)) as server:
        targets = (Target("push", "token"), Target("email", "ada@example.org"))
        post(desk, notice(owner, targets=targets), notice(owner, "in_2", kind=CALLED_OFF, targets=targets))
        assert heard == [], "nothing has ended"
        desk.deliver()
        assert server.asked == []
    (ended,) = heard
    assert (ended.user_id, ended.kind, ended.key, ended.arrived) == (owner, FAILED, "in_1", False)
    assert [(each.channel, each.status) for each in ended.deliveries] == [("push", "failed"), ("email", "failed")]
    assert desk.rows("SELECT key FROM notices WHERE withdrawn_at IS NOT NULL") == [{"key": "in_1"}]


def test_two_who_end_the_last_two_deliveries_tell_the_sender_once(desk: Desk, owner: UUID) -> None:
    targets = tuple(Target("push", f"token{n}") for n in range(2))
    for turn in range(10):
        (posted,) = post(desk, notice(owner, f"in_{turn}", targets=targets))
        stores = [DeliveryStore(desk.platform.worker_database) for _ in range(2)]
        claimed = stores[0].claim([(each, owner) for each in posted.deliveries])
        with ThreadPoolExecutor(2) as pool:
            written = pool.map(lambda n: stores[n].settle([Outcome(claimed[n], End.SENT)]), range(2))  # noqa: B023
            assert list(written) == [1, 1]
    assert [each.key for each in heard] == [f"in_{turn}" for turn in range(10)]
    assert all(each.arrived and len(each.deliveries) == 2 for each in heard)


def test_a_sender_that_fails_stops_nobody(desk: Desk, owner: UUID) -> None:
    target = (Target("push", "token"),)
    post(desk, notice(owner, "wrong", targets=target), notice(owner, "right", kind=CALLED_OFF, targets=target))
    desk.deliver()
    assert (desk.statuses(), heard) == ({"failed": 2}, [])
    assert desk.rows("SELECT 1 AS x FROM notices WHERE withdrawn_at IS NOT NULL") == [], "what it wrote is undone"


def test_the_sender_may_ask_at_any_time(desk: Desk, owner: UUID) -> None:
    post(desk, notice(owner, targets=(Target("push", "token"), Target("telegram"))))
    with desk.platform.worker_database.transaction() as connection:
        found = deliveries_of(connection, owner, (FAILED,), ["in_1", "unknown"])
        assert deliveries_of(connection, uuid4(), (FAILED,), ["in_1"]) == {}
    assert {key: [each.status for each in rows] for key, rows in found.items()} == {"in_1": ["pending", "failed"]}


def test_what_takes_a_notice_back_goes_where_it_went(desk: Desk, app: Database, owner: UUID) -> None:
    has(app, owner, push="token")
    post(desk, notice(owner))
    desk.rows("UPDATE notification_deliveries SET status = 'sent', attempts = 1, ended_at = now() RETURNING id")
    has(app, owner, push="another")
    (back,) = post(desk, notice(owner, "paid_1", kind=CALLED_OFF, withdraws=(FAILED, "in_1")))
    assert post(desk, notice(owner, "in_9", kind=CALLED_OFF, withdraws=(FAILED, "unknown")))[0].deliveries == ()
    assert (len(back.deliveries), back.stream is not None) == (1, True), "as listed as the other"
    rows = desk.rows("SELECT destination FROM notification_deliveries")
    assert [row["destination"] for row in rows] == ["token", "token"]
    desk.deliver()
    unsent = Deliveries.of(desk.platform).some(Wanted(status="failed", hours=1))
    assert [each.kind for each in unsent] == [CALLED_OFF], "old news is not sent again"
    assert [row.withdrawn_at is None for row in NoticeStore(app).page(owner, 5, None)] == [True, False]


def test_what_nobody_has_heard_of_is_not_sent_and_nothing_takes_it_back(desk: Desk, app: Database, owner: UUID) -> None:
    has(app, owner, push="token")
    post(desk, notice(owner))
    (back,) = post(desk, notice(owner, "paid_1", kind=CALLED_OFF, withdraws=(FAILED, "in_1")))
    assert (back.deliveries, back.stream is not None) == ((), True), "the app shows both"
    told = desk.rows("SELECT status, last_error FROM notification_deliveries")
    assert [(row["status"], row["last_error"]) for row in told] == [("failed", "it was taken back before it was sent")]


def test_a_notice_in_the_app_is_told_to_open_pages(desk: Desk, owner: UUID) -> None:
    (posted,) = post(desk, notice(owner))
    assert posted.stream is not None
    assert (posted.stream.channel, posted.stream.type) == ("notices", "notice")
    assert posted.stream.data.keys() == {"id", "kind", "title", "text", "createdAt"}


def test_old_notices_go_with_their_deliveries(desk: Desk, owner: UUID) -> None:
    target = (Target("push", "token"),)
    post(desk, *(notice(owner, f"in_{n}", targets=target) for n in range(3)))
    desk.rows("UPDATE notices SET created_at = now() - interval '14 months' WHERE key <> 'in_0' RETURNING id")
    with desk.platform.worker_database.transaction() as connection:
        assert remove_old(connection, desk.platform.clock.now()) == 2
        assert remove_old(connection, desk.platform.clock.now()) == 0
    assert desk.rows("SELECT count(*) AS n FROM notification_deliveries") == [{"n": 1}]
