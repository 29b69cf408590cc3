"""Nothing but a code is sent to an address before its owner gives the code back; codes are bounded and kept nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest

from premium.errors import InvalidInput, RateLimited
from premium.notifications.confirmations import Confirmations
from premium.notifications.model import Delivery, End, Outcome, Target
from premium.notifications.service import set_account_email, set_destinations
from premium.notifications.store.deliveries import DeliveryStore
from premium.storage.postgres import Database
from tests.fixtures.postgres import Databases
from tests.integration.notifications.conftest import Desk
from tests.integration.notifications.test_notices import notice, post

pytestmark = pytest.mark.integration
ADA = "ada@example.org"


@pytest.fixture
def app(postgres: Databases) -> Iterator[Database]:
    database = Database(lambda: postgres.url("premium", "premium_app"))
    yield database
    database.close()


@pytest.fixture
def codes(app: Database, desk: Desk) -> Confirmations:
    return Confirmations(database=app, redis=desk.platform.redis(1))


def user(desk: Desk) -> UUID:
    made = uuid4()
    with psycopg.connect(desk.url) as connection:
        connection.execute("INSERT INTO premium_users (id, external_id) VALUES (%s, %s)", (made, str(made)))
    return made


def claimed(desk: Desk) -> list[Delivery]:
    """What a courier would send now."""
    rows = desk.rows("SELECT id, user_id FROM notification_deliveries WHERE status = 'pending'")
    return DeliveryStore(desk.platform.worker_database).claim([(row["id"], row["user_id"]) for row in rows])


def code_of(delivery: Delivery) -> str:
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", delivery.text)
    assert found is not None, delivery.text
    return found[0]


def told(desk: Desk, owner: UUID, channel: str = "email", destination: str = ADA) -> str | None:
    """Why a notice to the address is refused, None where it is sent."""
    post(desk, notice(owner, key=str(uuid4()), kind="alerts.fired", data={"ruleId": str(uuid4())},
                      targets=(Target(channel, destination),)))  # type: ignore[arg-type]  # fmt: skip
    (delivery,) = [one for one in claimed(desk) if one.kind == "alerts.fired"]
    DeliveryStore(desk.platform.worker_database).settle([Outcome(delivery, End.FAILED, "x")])
    return None if delivery.refusal == "the rule was removed before this was sent" else delivery.refusal


@pytest.fixture(autouse=True)
def _no_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """The notices here are of no rule."""
    monkeypatch.setattr("premium.alerts.store.firings.permits", lambda *_: {})


@pytest.mark.parametrize(("channel", "destination"), [("email", "Ada@Example.org"), ("sms", "+14155550123")])
def test_an_address_is_confirmed_by_the_code_that_was_sent_there(
    desk: Desk, codes: Confirmations, channel: str, destination: str
) -> None:
    owner, other = user(desk), user(desk)
    assert "not confirmed" in str(told(desk, owner, channel, destination))
    assert codes.ask(owner, channel, destination) is False  # type: ignore[arg-type]
    (message,) = claimed(desk)
    assert (message.destination, message.refusal, message.title) == (destination, None, "Confirm your address")
    code = code_of(message)
    with pytest.raises(InvalidInput):
        codes.confirm(other, channel, destination, code)  # type: ignore[arg-type]
    codes.confirm(owner, channel, destination.lower(), f" {code.lower()} ")  # type: ignore[arg-type]
    assert told(desk, owner, channel, destination) is None
    assert "not confirmed" in str(told(desk, other, channel, destination)), "confirmed by one user, for him alone"
    assert codes.ask(owner, channel, destination) is True  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        codes.confirm(owner, channel, destination, code)  # type: ignore[arg-type]


def test_a_code_is_kept_nowhere_and_ends_after_five_tries_or_with_the_next(desk: Desk, codes: Confirmations) -> None:
    owner = user(desk)
    codes.ask(owner, "email", ADA)
    (message,) = claimed(desk)
    first = code_of(message)
    kept = desk.rows("SELECT n.*, d.* FROM notices n JOIN notification_deliveries d ON d.notice_id = n.id")
    assert first not in str(kept)
    assert first.replace("-", "") not in str(desk.rows("SELECT * FROM notification_confirmations"))
    with psycopg.connect(desk.url, autocommit=True) as connection:  # the message is sent again
        connection.execute("UPDATE notification_deliveries SET next_attempt_at = now() - interval '1 s'")
    (again,) = claimed(desk)
    for code in (first, "0000-0000", "ABCDEFGH", "x" * 20, first):
        with pytest.raises(InvalidInput):
            codes.confirm(owner, "email", ADA, code)
    with pytest.raises(InvalidInput):
        codes.confirm(owner, "email", ADA, code_of(again))
    assert desk.rows("SELECT confirmed_at FROM notification_confirmations") == [{"confirmed_at": None}]


def test_a_code_ends_with_its_time(desk: Desk, codes: Confirmations) -> None:
    owner = user(desk)
    codes.ask(owner, "email", ADA)
    (message,) = claimed(desk)
    with psycopg.connect(desk.url, autocommit=True) as connection:
        connection.execute("UPDATE notification_confirmations SET code_until = now()")
    with pytest.raises(InvalidInput):
        codes.confirm(owner, "email", ADA, code_of(message))


def test_codes_are_asked_for_once_a_minute_and_ten_times_a_day(desk: Desk, codes: Confirmations) -> None:
    owner = user(desk)
    codes.ask(owner, "email", ADA)
    with pytest.raises(RateLimited) as soon:
        codes.ask(owner, "email", ADA)
    assert 50 <= soon.value.retry_after <= 60
    for number in range(9):
        codes.ask(owner, "email", f"{number}@example.org")
    with pytest.raises(RateLimited) as many:
        codes.ask(owner, "sms", "+14155550123")
    assert many.value.retry_after > 80_000
    assert len(desk.rows("SELECT id FROM notices")) == 10


def test_many_accounts_cannot_flood_a_stranger_nor_learn_of_each_other(desk: Desk, codes: Confirmations) -> None:
    assert [codes.ask(user(desk), "email", ADA) for _ in range(8)] == [False] * 8, "all are told the same"
    assert len(desk.rows("SELECT id FROM notices")) == 5


def test_an_address_that_is_named_gets_a_code_and_the_accounts_own_needs_none(desk: Desk, app: Database) -> None:
    owner, vouched = user(desk), user(desk)
    with app.as_user(owner) as connection:
        set_destinations(connection, owner, {"email": ADA, "telegram": "42"})
        set_destinations(connection, owner, {"email": ADA, "sms": "+14155550123"})
        set_account_email(connection, owner, "new@example.org")
    with app.as_user(vouched) as connection:
        set_account_email(connection, vouched, "theirs@example.org", is_confirmed=True)
    sent = claimed(desk)
    assert sorted(one.destination for one in sent) == ["+14155550123", ADA, "new@example.org"], "once each"
    assert told(desk, vouched, "email", "Theirs@example.org") is None
    assert "not confirmed" in str(told(desk, owner, "email", "new@example.org"))


def test_what_is_no_address_gets_no_code(codes: Confirmations) -> None:
    for channel, destination in (("email", "nobody"), ("sms", "12"), ("email", "a@b.c\r\nBcc: d@e.f")):
        with pytest.raises(InvalidInput):
            codes.ask(uuid4(), channel, destination)  # type: ignore[arg-type]
