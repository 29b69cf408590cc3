"""A second factor from its beginning to its removal, through the authorizer."""

from __future__ import annotations

import base64
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import psycopg
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from handlers import accounts, people
from local.postgres import SUPERUSER
from premium.accounts.service import sessions
from premium.bootstrap import Platform
from premium.people.service import People
from tests.factories.http import Answer
from tests.fixtures.postgres import Databases
from tests.integration.handlers.asking import rule, through
from tests.integration.handlers.conftest import Sign

pytestmark = pytest.mark.integration
WRONG = "000000"


@pytest.fixture
def token(at: Platform, sign: Sign) -> str:
    """Of a session of an administrator, just opened."""
    user = UUID(rule(token=sign(sub="user_second", tier="enterprise"))["userId"])
    People.of(at).change_roles(user, by=None, grant=["admin"], revoke=[])
    return sessions(at).open(user, amr=("wallet",), ip="", user_agent="").access_token


def ask(token: str, what: str = "", *, method: str = "POST", **body: str) -> Answer:
    more: dict[str, Any] = {"body": body} if body else {}
    return through(people.handler, method, f"/v1/auth/totp{what}", token=token, **more)


def code(secret: str, *, off: int = 0) -> str:
    """Of a step that does not end before the code is judged."""
    if time.time() % 30 > 25:
        time.sleep(5.1)
    made = TOTP(base64.b32decode(secret), 6, SHA1(), 30)  # noqa: S303 - what authenticators know
    return made.generate(int(time.time()) + 30 * off).decode()


def enrolled(token: str) -> tuple[str, list[str]]:
    begun = ask(token)
    assert begun.status == 201, begun.text
    secret = begun.data["secret"]
    assert ask(token, "/confirm", code=WRONG).status == 401
    confirmed = ask(token, "/confirm", code=code(secret, off=-1))
    assert confirmed.status == 200, confirmed.text
    return secret, confirmed.data["recoveryCodes"]


def age(postgres: Databases, minutes: int) -> None:
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        connection.execute(
            "UPDATE sessions SET created_at = created_at - make_interval(mins => %s),"
            " second_factor_at = second_factor_at - make_interval(mins => %s)", [minutes, minutes],
        )  # fmt: skip


def new_key(token: str) -> int:
    body = {"name": "bot", "scopes": []}
    return through(accounts.handler, "POST", "/v1/users/api-keys", token=token, body=body).status


def test_codes_open_what_asks_for_a_proof(at: Platform, token: str, postgres: Databases, sign: Sign) -> None:
    assert new_key(token) == 201, "a fresh login is proof enough for whoever has no second factor"
    secret, recovery = enrolled(token)
    assert len(set(recovery)) == 10
    assert new_key(token) == 201
    assert new_key(sign(sub="user_second", tier="enterprise")) == 403, "a token of the free platform cannot show it"
    age(postgres, 16)
    People.of(at).changed(UUID(rule(token=token)["userId"]))
    assert new_key(token) == 403
    stale = through(people.handler, "GET", "/v1/admin/users", token=token)
    assert (stale.status, stale.error["details"]) == (403, {"proof": "second factor"}), "staff shows it even to look"
    assert ask(token, "/verify", code=WRONG).status == 401
    assert ask(token, "/verify", code=code(secret, off=-1)).status == 401, "the code that confirmed it"
    right = code(secret)
    assert ask(token, "/verify", code=right).status == 200
    assert ask(token, "/verify", code=right).status == 401, "none counts twice"
    assert through(people.handler, "GET", "/v1/admin/users", token=token).status == 200
    assert new_key(token) == 201


def test_recovery_codes_work_once_each(at: Platform, token: str) -> None:
    _, recovery = enrolled(token)
    assert ask(token, "/verify", code=recovery[0].upper()).data == {"recoveryCodesLeft": 9}
    assert ask(token, "/verify", code=recovery[0]).status == 401
    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(lambda _: ask(token, "/verify", code=recovery[1]).status, range(4)))
    assert statuses == [200, 401, 401, 401]


def test_a_second_factor_is_one_and_goes_with_its_codes(at: Platform, token: str, postgres: Databases) -> None:
    first, again = ask(token).data["secret"], ask(token).data["secret"]
    assert ask(token, "/confirm", code=code(first)).status == 401, "another was begun"
    assert ask(token, "/confirm", code=code(again)).status == 200
    assert (ask(token).status, ask(token, "/confirm", code=code(again, off=1)).status) == (409, 409)
    assert ask(token, method="DELETE").status == 200
    assert (ask(token, method="DELETE").status, ask(token, "/verify", code=code(again)).status) == (404, 404)
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        assert connection.execute("SELECT count(*) FROM user_credentials").fetchone() == (0,)


def test_nobody_but_a_session_has_one(at: Platform, sign: Sign, token: str) -> None:
    for what in ("", "/confirm", "/verify"):
        refused = ask(sign(), what, **({"code": WRONG} if what else {}))
        assert (refused.status, refused.error["details"]) == (403, {"session": "missing"})


def test_ten_codes_a_minute(at: Platform, token: str) -> None:
    ask(token)
    assert [ask(token, "/confirm", code=WRONG).status for _ in range(11)] == [401] * 10 + [429]


def test_what_is_stored_shows_no_secret(at: Platform, token: str, postgres: Databases) -> None:
    secret, recovery = enrolled(token)
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        rows = [bytes(row[0]) for row in connection.execute("SELECT secret FROM user_credentials").fetchall()]
    assert not any(base64.b32decode(secret) in row for row in rows)
    assert not any(each.encode() in row for row in rows for each in recovery)
