"""The routes of notices from the token to the rows: a page, the count of what was not read, a mark."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

from handlers import accounts, logins
from handlers.notifications import handler
from local.postgres import SUPERUSER
from premium.bootstrap import Platform
from premium.notifications.model import Notice
from premium.notifications.service import destinations_of, notify
from premium.notifications.store.confirmations import permits
from tests.factories.http import Answer
from tests.fixtures.postgres import Databases
from tests.integration.handlers.asking import through
from tests.integration.handlers.conftest import Sign

pytestmark = pytest.mark.integration
NOTICES = "/v1/notices"


@pytest.fixture
def subject() -> str:
    return f"user_{uuid4().hex[:8]}"


@pytest.fixture
def token(at: Platform, sign: Sign, subject: str) -> str:
    return sign(sub=subject, tier="free", email=f"{subject}@example.org")


def ask(token: str, method: str, path: str, **parts: Any) -> Answer:
    return through(handler, method, path, token=token, **parts)


def owner_of(at: Platform, subject: str) -> UUID:
    with at.database.transaction() as connection:
        row = connection.execute("SELECT id FROM user_by_external_id(%s)", (subject,)).fetchone()
    assert row is not None
    found: UUID = row["id"]
    return found


def sent_code(postgres: Databases, owner: UUID, address: str) -> str:
    """The code that the courier would send now."""
    delivery = SimpleNamespace(id=uuid4(), user_id=owner, channel="email", destination=address)
    with psycopg.connect(postgres.url("premium", SUPERUSER), row_factory=dict_row) as connection:
        (permit,) = permits(connection, [delivery]).values()  # type: ignore[list-item] # as much of one as is read
    (code,) = re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", permit.text or "")
    return str(code)


def test_notices_are_listed_counted_and_read(at: Platform, token: str, subject: str, sign: Sign) -> None:
    assert ask(token, "GET", NOTICES).json["data"] == []
    owner = owner_of(at, subject)
    for n in range(3):
        with at.database.as_user(owner) as connection:
            # A kind of alerts serves as well as another: without targets it is listed.
            notify(connection, [Notice(user=owner, kind="alerts.fired", key=f"{n}", title=f"T{n}", text="x")])
    first = ask(token, "GET", NOTICES, query={"limit": "2"}).json
    assert ([each["title"] for each in first["data"]], first["meta"]["unread"]) == (["T2", "T1"], 3)
    cursor = first["meta"]["pagination"]["nextCursor"]
    rest = ask(token, "GET", NOTICES, query={"limit": "2", "cursor": cursor}).json
    assert [each["title"] for each in rest["data"]] == ["T0"]
    place = f"{NOTICES}/{first['data'][0]['id']}"
    assert ask(token, "PUT", place, body={"read": True}).json["data"]["readAt"] is not None
    assert ask(token, "GET", NOTICES).json["meta"]["unread"] == 2
    assert ask(token, "PUT", place, body={"read": False}).json["data"]["readAt"] is None
    stranger = sign(sub=f"user_{uuid4().hex[:8]}", tier="free")
    assert ask(stranger, "PUT", place, body={"read": True}).status == 404
    assert ask(stranger, "GET", NOTICES).json["data"] == []


def test_the_profiles_email_is_a_destination_from_the_start_and_follows_it(
    at: Platform, token: str, subject: str, postgres: Databases
) -> None:
    ask(token, "GET", NOTICES)
    owner = owner_of(at, subject)

    def email() -> str | None:
        with at.database.as_user(owner) as connection:
            return destinations_of(connection, owner).get("email")

    assert email() == f"{subject}@example.org"
    new = f"new-{subject}@example.org"
    asked = through(accounts.handler, "PUT", "/v1/users/profile", token=token, body={"email": new})
    assert (asked.data["email"], asked.data["pendingEmail"]) == (f"{subject}@example.org", new)
    assert email() == f"{subject}@example.org", "until the other one is confirmed"
    code = sent_code(postgres, owner, new)
    confirm = {"email": new, "code": code}
    assert through(logins.handler, "POST", "/v1/users/profile/email", token=token, body=confirm).data["email"] == new
    assert email() == new
    with at.database.as_user(owner) as connection:
        told = connection.execute(
            "SELECT destination FROM notification_deliveries d JOIN notices n ON n.id = d.notice_id"
            " WHERE n.kind = 'accounts.email'"
        ).fetchall()
    assert [row["destination"] for row in told] == [f"{subject}@example.org"], "the one of before is told"
    wrong = {"email": f"third-{subject}@example.org", "code": "WRNG-CODE"}
    through(accounts.handler, "PUT", "/v1/users/profile", token=token, body={"email": wrong["email"]})
    assert through(logins.handler, "POST", "/v1/users/profile/email", token=token, body=wrong).status == 400
    assert email() == new
    through(accounts.handler, "PUT", "/v1/users/profile", token=token, body={"email": None})
    assert email() is None


def test_an_address_is_confirmed_by_a_code_of_which_few_may_be_asked_for(token: str, subject: str) -> None:
    addresses = f"{NOTICES}/addresses"
    own = {"channel": "email", "destination": f"{subject}@example.org"}
    mine = ask(token, "POST", addresses, body=own)
    assert (mine.status, mine.data) == (200, own | {"confirmed": True}), "the token's own needs no code"
    other = {"channel": "sms", "destination": "+14155550123"}
    assert ask(token, "POST", addresses, body=other).data == other | {"confirmed": False}
    again = ask(token, "POST", addresses, body=other)
    assert (again.status, again.error["code"]) == (429, "RATE_LIMITED")
    assert 0 < int(again.headers["Retry-After"]) <= 60
    for wrong, field in (
        (other | {"code": "ABCD-EFGH"}, "code"), (other | {"code": "x"}, "code"), (own | {"code": "A" * 21}, "code"),
        (other | {"code": "ABCD-EFGH", "destination": "+1"}, "destination"), (other | {"channel": "push"}, "channel"),
    ):  # fmt: skip
        refused = ask(token, "POST", f"{addresses}/confirm", body=wrong)
        assert (refused.status, field in refused.error["details"]) == (400, True), refused.text
