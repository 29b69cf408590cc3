"""Senders of notices that fail or are slow when the courier asks them: nothing is lost, and nobody else waits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from premium import manifest
from premium.manifest import NoticeKind, Service
from premium.notifications import kinds
from premium.notifications.model import Delivery, EndedNotice, Notice, Permit, Target
from premium.notifications.service import notify
from premium.notifications.work.courier import deliver_batch
from tests.factories.listener import listening
from tests.integration.notifications.conftest import SECRET, Desk

pytestmark = pytest.mark.integration
ASKED = "billing.asked"
HEARD = "billing.heard"
is_ill = False


def permits(connection: Any, deliveries: Sequence[Delivery]) -> Mapping[UUID, Permit]:
    if is_ill:
        connection.execute("SELECT nothing FROM nowhere")
    return {delivery.id: Permit(SECRET) for delivery in deliveries}


def hear_slowly(connection: Any, notices: Sequence[EndedNotice]) -> None:
    connection.execute("SET LOCAL statement_timeout = 50")
    connection.execute("SELECT pg_sleep(10)")


@pytest.fixture(autouse=True)
def _billing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    notices = (
        NoticeKind(name=ASKED, permits=f"{__name__}.permits"),
        NoticeKind(name=HEARD, ended=f"{__name__}.hear_slowly"),
    )
    billing = Service(name="billing", title="A test's", notices=notices)
    monkeypatch.setattr(kinds, "services", lambda: (*manifest.services(), billing))
    kinds.declared.cache_clear()
    yield
    kinds.declared.cache_clear()


def post(desk: Desk, kind: str, destination: str) -> None:
    owner = uuid4()
    with psycopg.connect(desk.url) as connection:
        connection.execute("INSERT INTO premium_users (id, external_id) VALUES (%s, %s)", (owner, str(owner)))
    target = Target("webhook" if destination.startswith("http") else "push", destination)
    with desk.platform.worker_database.transaction() as connection:
        notify(connection, [Notice(user=owner, kind=kind, key="1", title="News", text="Read it", targets=(target,))])


def ill(monkeypatch: pytest.MonkeyPatch, *, now: bool) -> None:
    monkeypatch.setattr(f"{__name__}.is_ill", now)


def sweep(desk: Desk) -> None:
    """One attempt at what waits, whenever it would be due."""
    desk.rows("UPDATE notification_deliveries SET next_attempt_at = now() - interval '1 minute' RETURNING id")
    asyncio.run(deliver_batch(desk.platform, []))


def test_what_its_sender_could_not_judge_is_sent_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ill(monkeypatch, now=True)
    with listening() as server:
        post(desk, ASKED, f"{server.url}/hook")
        for _ in range(8):  # more often than a delivery has attempts
            sweep(desk)
        assert desk.rows("SELECT status, attempts FROM notification_deliveries") == [
            {"status": "pending", "attempts": 0}
        ]
        assert server.asked == []
        ill(monkeypatch, now=False)
        sweep(desk)
        assert (len(server.asked), desk.statuses()) == (1, {"sent": 1})


def test_what_nobody_judges_is_given_up_when_its_time_is_over(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ill(monkeypatch, now=True)
    post(desk, ASKED, "https://example.org/hook")
    desk.rows("UPDATE notification_deliveries SET give_up_at = now() RETURNING id")
    sweep(desk)
    assert desk.rows("SELECT status, last_error FROM notification_deliveries") == [
        {"status": "dead", "last_error": "an error on our side; it has been recorded"}
    ]


def test_a_sender_that_hears_too_slowly_keeps_no_end_from_being_written(desk: Desk) -> None:
    post(desk, HEARD, "token")
    post(desk, ASKED, "token")
    sweep(desk)
    assert desk.statuses() == {"failed": 2}
