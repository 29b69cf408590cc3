"""Passwords from the registration's mail to the reset, and that nothing tells whether an address is known."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import psycopg
import pytest
from argon2 import PasswordHasher
from redis.exceptions import ConnectionError as RedisDown
from rq import Queue
from rq.serializers import JSONSerializer

from handlers import accounts, logins
from local.postgres import SUPERUSER
from premium.bootstrap import Platform
from premium.errors import UpstreamUnavailable
from premium.logins import hashes, work
from premium.logins.service import Logins
from tests.factories.http import ANONYMOUS, Answer, answer, event
from tests.fixtures.platform import AddUser
from tests.fixtures.postgres import Databases
from tests.integration.handlers.asking import rule, through
from tests.integration.handlers.conftest import Sign, forget

pytestmark = pytest.mark.integration
ADA = "ada@example.org"
GOOD, BETTER = "purple lantern under the sea", "eleven grey kettles whistle"
Mails = list[dict[str, str]]


@pytest.fixture
def variables(variables: dict[str, str], postgres: Databases) -> dict[str, str]:
    """A stage that has passwords; the same process is its worker."""
    worker = {"WORKER_DATABASE_URL": postgres.url("premium", "premium_worker")}
    return variables | worker | {"PASSWORD_LOGINS": "true"}


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> Mails:
    sent: Mails = []

    def keep(_: Platform, *, message_id: UUID, to: str, title: str, text: str) -> bool:
        sent.append({"id": str(message_id), "to": to, "title": title, "text": text})
        return True

    monkeypatch.setattr(work, "send_mail", keep)
    return sent


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The real algorithm with little work: what is compared here are answers; the time has a test of its own."""
    for each in (hashes._hasher, hashes._nobodys):
        each.cache_clear()
    monkeypatch.setattr(hashes, "MEMORY_KIB", 64)
    yield
    for each in (hashes._hasher, hashes._nobodys):
        each.cache_clear()


def ask(path: str, *, method: str = "POST", ip: str = "203.0.113.7", **body: Any) -> Answer:
    sent = {"by": ANONYMOUS | {"address": ip}, "body": body, "headers": {"origin": "https://app.example"}}
    return answer(logins.handler(event(method, f"/v1/auth/{path}", **sent), None))


def delivered(at: Platform, mails: Mails) -> Mails:
    """What the waiting jobs send, by the newest last."""
    queue = Queue("default", connection=at.redis(1), serializer=JSONSerializer)
    before = len(mails)
    for job_id in queue.job_ids:
        work.mail(job_id)
    queue.empty()
    return mails[before:]


def token_of(mail: dict[str, str]) -> str:
    (token,) = re.findall(r"#token=(plk_[A-Za-z0-9_-]{43})\b", mail["text"])
    return str(token)


def registered(at: Platform, mails: Mails, email: str = ADA, password: str = GOOD) -> Answer:
    assert ask("register", email=email, password=password).status == 202
    (mail,) = delivered(at, mails)
    assert mail["to"] == email.lower()
    made = ask("register/confirm", token=token_of(mail))
    assert made.status == 201, made.text
    return made


def sql(postgres: Databases, statement: str, *values: Any) -> list[Any]:
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        cursor = connection.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def test_from_the_registration_to_the_login(at: Platform, mails: Mails, postgres: Databases) -> None:
    made = registered(at, mails, "Ada@Example.org")
    assert (made.data["created"], made.data["user"]["externalId"][:4]) == (True, "own_")
    assert sql(postgres, "SELECT email FROM premium_users") == [(ADA,)]
    session = through(accounts.handler, "GET", "/v1/auth/session", token=made.data["accessToken"])
    assert session.data["amr"] == ["pwd"]
    again = ask("login", email="ADA@example.org", password=GOOD)
    assert (again.status, again.data["user"]["id"], again.data["created"]) == (201, made.data["user"]["id"], False)
    (kept,) = sql(postgres, "SELECT secret FROM user_credentials WHERE kind = 'password'")
    assert bytes(kept[0]).startswith(b"$argon2id$v=19$m=64,t=2,p=1$")
    cookie = ask("login", email=ADA, password=GOOD, cookie=True)
    assert cookie.data["refreshToken"] is None
    assert cookie.headers["Set-Cookie"].startswith("__Secure-premium-refresh=prt_")


def test_a_link_works_once_and_of_many_at_once_one_does(at: Platform, mails: Mails, postgres: Databases) -> None:
    ask("register", email=ADA, password=GOOD)
    (mail,) = delivered(at, mails)
    own = Logins.of(at).passwords(request_id="req_1")

    def confirm(_: int) -> str:
        try:
            own.confirm(token_of(mail), lambda user: Logins.of(at).open(user, by="pwd", ip="", user_agent=""))
        except Exception as error:  # noqa: BLE001 - the test names what it was
            return type(error).__name__
        return "made"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(confirm, range(4))) == ["InvalidInput", "InvalidInput", "InvalidInput", "made"]
    for token in (token_of(mail), "plk_" + "x" * 43, "é", "x" * 100):
        assert (
            ask("register/confirm", token=token).status,
            ask("password/reset", token=token, password=BETTER).status,
        ) == (400, 400)
    assert sql(postgres, "SELECT count(*) FROM premium_users") == [(1,)]


def test_a_link_of_one_purpose_serves_no_other_and_ends_in_half_an_hour(at: Platform, mails: Mails) -> None:
    registered(at, mails)
    ask("password/forgot", email=ADA)
    (mail,) = delivered(at, mails)
    redis = at.redis(2)
    ttls = [redis.pttl(name) for name in redis.keys("login-l*")]
    assert len(ttls) == 2
    assert all(1_790_000 < ttl <= 1_800_000 for ttl in ttls)
    assert token_of(mail) not in str(redis.keys("*")), "only its hash is kept"
    assert ask("register/confirm", token=token_of(mail)).status == 400


def test_the_same_is_answered_whether_an_address_is_known(
    at: Platform, mails: Mails, add_user: AddUser, postgres: Databases
) -> None:
    registered(at, mails)
    add_user(email="wallet@example.org")
    for email in (ADA, "nobody@example.org", "wallet@example.org"):
        asked = ask("register", email=email, password=BETTER), ask("password/forgot", email=email)
        assert [(each.status, each.data) for each in asked] == [(202, {"sent": True})] * 2
        refused = ask("login", email=email, password="another thing entirely")
        assert (refused.status, refused.error["code"], refused.error["details"]) == (
            401, "UNAUTHENTICATED", {"rule": "password"},
        )  # fmt: skip
        assert refused.error["message"] == "The e-mail address or the password is wrong"
    told = sorted((each["to"], each["title"]) for each in delivered(at, mails))
    assert told == [
        (ADA, "Set another password"), (ADA, "You have an account already"),
        ("nobody@example.org", "Confirm your registration"),
        ("wallet@example.org", "No password here"), ("wallet@example.org", "You have an account already"),
    ]  # fmt: skip
    assert sql(postgres, "SELECT count(*) FROM premium_users") == [(2,)], "and nobody is made by asking"


def test_the_time_does_not_tell_either(at: Platform, mails: Mails, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the work of a login: hashes that are computed, and questions to the database, are as many for both."""
    registered(at, mails)
    monkeypatch.setattr(hashes, "MEMORY_KIB", 8192)
    for each in (hashes._hasher, hashes._nobodys):
        each.cache_clear()
    own = Logins.of(at).passwords(request_id="req_1")
    own.ways_in.set_password(own.ways_in.by_email(ADA).user_id, hashes.hashed(GOOD).encode())  # type: ignore[union-attr] # he is there
    verified: list[str] = []
    true = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda *a: (verified.append("x"), true(*a))[1])
    times: dict[str, list[float]] = {ADA: [], "nobody@example.org": []}
    for turn in range(9):
        for email, seen in times.items():
            started = time.process_time()
            assert ask("login", email=email, password="wrong words", ip=f"198.51.100.{turn}").status == 401
            seen.append(time.process_time() - started)
    assert len(verified) == 18
    medians = [statistics.median(seen) for seen in times.values()]
    assert max(medians) < 1.5 * min(medians), medians


@pytest.mark.parametrize(
    "password", ["short", "x" * 129, "password1234", "Qwertyuiop123!", "ada-example-1815", "aaaaaaaaaaaaaaaa"]
)
def test_weak_passwords_are_refused_and_never_repeated(at: Platform, mails: Mails, password: str) -> None:
    refused = ask("register", email=ADA, password=password)
    assert (refused.status, list(refused.error["details"])) == (400, ["password"])
    assert password not in refused.text
    registered(at, mails)
    ask("password/forgot", email=ADA)
    token = token_of(delivered(at, mails)[0])
    weak = ask("password/reset", token=token, password=password)
    if password != "ada-example-1815":
        assert (weak.status, list(weak.error["details"])) == (400, ["password"])
        assert ask("password/reset", token=token, password=BETTER).status == 200, "the link is left"


def test_a_reset_ends_all_sessions_and_tells_the_user(at: Platform, mails: Mails, postgres: Databases) -> None:
    token = registered(at, mails).data["accessToken"]
    ask("password/forgot", email=ADA)
    first = token_of(delivered(at, mails)[0])
    assert ask("password/reset", token=first, password=BETTER).data == {"changed": True}
    assert rule(token=token)["verdict"] == "unauthenticated"
    assert ask("login", email=ADA, password=GOOD).status == 401
    assert ask("login", email=ADA, password=BETTER).status == 201
    assert sql(postgres, "SELECT title FROM notices") == [("Your password was changed",)]


def test_a_change_asks_for_the_password_of_before(at: Platform, mails: Mails, postgres: Databases) -> None:
    token = registered(at, mails).data["accessToken"]
    other = ask("login", email=ADA, password=GOOD).data["accessToken"]

    def change(**body: str) -> Answer:
        return through(logins.handler, "PUT", "/v1/auth/password", token=token, body=body)

    assert change(password=BETTER).status == 401
    assert change(password=BETTER, current="something else").status == 401
    assert change(password=BETTER, current=GOOD).status == 200
    assert [rule(token=each)["verdict"] for each in (token, other)] == ["allow", "unauthenticated"]
    assert ask("login", email=ADA, password=BETTER).status == 201
    sql(postgres, "UPDATE sessions SET created_at = created_at - interval '16 minutes'")
    forget()
    assert change(password=GOOD, current=BETTER).error["details"] == {"proof": "too old"}


def test_a_user_of_another_login_adds_a_password_to_his_confirmed_address(at: Platform, sign: Sign) -> None:
    body = {"password": GOOD}
    bare = through(logins.handler, "PUT", "/v1/auth/password", token=sign(), body=body)
    assert (bare.status, bare.error["details"]) == (409, {"email": "missing"})
    token = sign(sub="user_adds", email="adds@example.org")
    assert through(logins.handler, "PUT", "/v1/auth/password", token=token, body=body).status == 200
    made = ask("login", email="adds@example.org", password=GOOD)
    assert (made.status, made.data["user"]["externalId"]) == (201, "user_adds")


def test_a_hash_of_less_work_is_made_anew_at_the_next_login(
    at: Platform, mails: Mails, postgres: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(at, mails)
    monkeypatch.setattr(hashes, "MEMORY_KIB", 128)
    for each in (hashes._hasher, hashes._nobodys):
        each.cache_clear()
    for _ in range(2):
        assert ask("login", email=ADA, password=GOOD).status == 201
    (kept,) = sql(postgres, "SELECT secret FROM user_credentials WHERE kind = 'password'")
    assert b"m=128" in bytes(kept[0])


def test_ten_attempts_a_minute_for_an_address_whatever_is_tried(at: Platform) -> None:
    tries: list[Callable[[str], Answer]] = [
        lambda ip: ask("login", email=ADA, password="x", ip=ip),
        lambda ip: ask("register", email=ADA, password=GOOD, ip=ip),
        lambda ip: ask("password/forgot", email=ADA, ip=ip),
    ]
    statuses = [tries[turn % 3](f"198.51.100.{turn}").status for turn in range(11)]
    assert statuses[10] == 429
    assert 429 not in statuses[:10]


def test_five_mails_a_day_to_one_address(at: Platform, mails: Mails) -> None:
    for _ in range(7):
        assert ask("register", email=ADA, password=GOOD).status == 202
    assert len(delivered(at, mails)) == 5


def test_a_job_that_runs_twice_sends_links_of_which_one_works(
    at: Platform, mails: Mails, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(at, mails)
    ask("password/forgot", email=ADA)

    def fail(*_: object, **__: object) -> bool:
        raise UpstreamUnavailable("the provider is down")

    with monkeypatch.context() as patch:
        patch.setattr(work, "send_mail", fail)
        with pytest.raises(UpstreamUnavailable):
            delivered(at, mails)
    (mail,) = delivered(at, mails)
    assert ask("password/reset", token=token_of(mail), password=BETTER).status == 200


def test_a_503_leaves_the_link(at: Platform, mails: Mails, monkeypatch: pytest.MonkeyPatch) -> None:
    ask("register", email=ADA, password=GOOD)
    token = token_of(delivered(at, mails)[0])

    def down(*_: object) -> None:
        raise UpstreamUnavailable("the database is down")

    with monkeypatch.context() as patch:
        patch.setattr("premium.accounts.store.ways_in.WaysIn.add_user", down)
        assert ask("register/confirm", token=token).status == 503
    assert ask("register/confirm", token=token).status == 201


def test_an_address_that_got_an_account_meanwhile_is_a_conflict(at: Platform, mails: Mails, add_user: AddUser) -> None:
    ask("register", email=ADA, password=GOOD)
    token = token_of(delivered(at, mails)[0])
    add_user(email=ADA)
    taken = ask("register/confirm", token=token)
    assert (taken.status, taken.error["details"]) == (409, {"email": "taken"})


def test_a_stage_without_passwords_has_no_such_login(at: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PASSWORD_LOGINS")
    forget()
    assert ask("login", email=ADA, password=GOOD).status == 404
    assert ask("register", email=ADA, password=GOOD).status == 404
    assert ask("password/forgot", email=ADA).status == 404


def test_nobody_logs_in_while_redis_is_silent(at: Platform, mails: Mails, monkeypatch: pytest.MonkeyPatch) -> None:
    token = registered(at, mails).data["accessToken"]

    def down(*_: object, **__: object) -> None:
        raise RedisDown

    with monkeypatch.context() as patch:
        patch.setattr("redis.Redis.execute_command", down)
        patch.setattr("redis.client.Pipeline.execute", down)
        forget()
        assert ask("login", email=ADA, password=GOOD).status == 503
    assert token
