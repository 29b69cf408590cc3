"""Google logs users in, by a provider on this machine that also hangs, lies and rotates its keys."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import boto3
import jwt
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from handlers import accounts, logins
from local.identities.door import Instead, serving
from local.identities.provider import CLIENT, CLIENT_SECRET, Identities
from local.postgres import SUPERUSER
from premium.audit.service import AuditLog, Bounds
from premium.bootstrap import Platform
from premium.logins.model import LoggedIn
from premium.logins.providers import openid
from premium.logins.providers.openid import MAX_BYTES, PATIENCE_SECONDS, provider_at
from premium.logins.service import Logins
from tests.factories.http import ANONYMOUS, Answer, answer, event
from tests.fixtures.platform import SESSION_KEY, AddUser
from tests.fixtures.postgres import Databases
from tests.integration.handlers.asking import rule, through
from tests.integration.handlers.conftest import Sign, forget

pytestmark = pytest.mark.integration
HERE = ANONYMOUS | {"address": "203.0.113.7"}
COOKIE = "__Secure-premium-google"
HTML = {"accept": "text/html,application/xhtml+xml"}
MINT = "mint@example.org"


@pytest.fixture
def instead() -> Instead:
    return lambda _: None


@pytest.fixture
def google(instead: Instead) -> Iterator[Identities]:
    with serving(instead) as made:
        yield made


@pytest.fixture
def environment(environment: dict[str, str], google: Identities, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    own = {"GOOGLE_CLIENT_ID": CLIENT, "GOOGLE_ISSUER": google.issuer}
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    client, arn = boto3.client("secretsmanager"), environment["CREDENTIAL_SECRET_ARN"]
    whole = {"value": SESSION_KEY, "google_client_secret": CLIENT_SECRET}
    client.put_secret_value(SecretId=arn, SecretString=json.dumps(whole))
    yield environment | own
    client.put_secret_value(SecretId=arn, SecretString=json.dumps({"value": SESSION_KEY}))
    provider_at.cache_clear()


def get(path: str, *, cookie: str | None = None, query: Mapping[str, str] | None = None, **headers: str) -> Answer:
    sent = headers | ({"cookie": f"{COOKIE}={cookie}"} if cookie else {})
    return answer(logins.handler(event("GET", f"/v1/auth/google/{path}", by=HERE, query=query, headers=sent), None))


def begin() -> tuple[str, str]:
    """Google's address, and what the browser keeps."""
    begun = get("start")
    assert begun.status == 200, begun.text
    return str(begun.data["url"]), kept(begun)


def kept(begun: Answer) -> str:
    pair, *attributes = begun.headers["Set-Cookie"].split("; ")
    wanted = {"HttpOnly", "Secure", "SameSite=Lax", "Path=/v1/auth/google", "Max-Age=600"}
    assert (pair.partition("=")[0], set(attributes)) == (COOKIE, wanted)
    return str(pair.partition("=")[2])


def back(google: Identities, url: str, email: str = MINT) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(google.consent(url, email)).query))


def log_in(google: Identities, email: str = MINT, **headers: str) -> Answer:
    url, browser = begin()
    return get("callback", cookie=browser, query=back(google, url, email), **headers)


def sql(postgres: Databases, statement: str) -> list[Any]:
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        return connection.execute(statement).fetchall()


def test_who_comes_by_google_is_known_again(at: Platform, google: Identities, postgres: Databases) -> None:
    made = log_in(google)
    assert made.status == 200, made.text
    assert (made.data["created"], made.data["joined"]) == (True, False)
    session = through(accounts.handler, "GET", "/v1/auth/session", token=made.data["accessToken"])
    assert session.data["amr"] == ["google"]
    again = log_in(google)
    assert (again.data["created"], again.data["user"]["id"]) == (False, made.data["user"]["id"])
    assert again.data["user"]["externalId"].startswith("own_")
    assert sql(postgres, "SELECT email FROM premium_users") == [(MINT,)]
    assert sql(postgres, "SELECT confirmed_at IS NOT NULL FROM notification_confirmations") == [(True,)]
    assert log_in(google, "other@example.org").data["user"]["id"] != made.data["user"]["id"]


def test_what_google_is_asked(at: Platform, google: Identities) -> None:
    first, second = (dict(parse_qsl(urlsplit(begin()[0]).query)) for _ in range(2))
    assert first["redirect_uri"] == "https://app.example/v1/auth/google/callback"
    assert (first["scope"], first["code_challenge_method"]) == ("openid email", "S256")
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) == 43
        assert first[name] != second[name]
    assert len({first["state"], first["nonce"], first["code_challenge"]}) == 3


def test_a_state_is_its_browsers_and_works_once(at: Platform, google: Identities) -> None:
    url, browser = begin()
    query = back(google, url)
    for cookie in (None, "x" * 43):
        refused = get("callback", cookie=cookie, query=query)
        assert (refused.status, refused.error["details"]) == (401, {"rule": "state"})
    late = get("callback", cookie=browser, query=query)
    assert (late.status, late.error["details"]["rule"]) == (401, "state"), "spent by the first who showed it"
    assert "/token" not in google.asked, "no code is asked about that a stranger brought"
    for state in ("x" * 43, "é", "short"):
        assert get("callback", cookie=browser, query=query | {"state": state}).error["details"]["rule"] == "state"


def test_of_two_who_come_back_at_once_one_is_logged_in(at: Platform, google: Identities) -> None:
    url, browser = begin()
    query = back(google, url)
    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(lambda _: get("callback", cookie=browser, query=query).status, range(4)))
    assert statuses == [200, 401, 401, 401]


def test_two_first_logins_at_once_make_one_user(at: Platform, google: Identities, postgres: Databases) -> None:
    own = Logins.of(at)
    started = [own.google().begin() for _ in range(4)]
    asked = [(each.browser, back(google, each.url)) for each in started]

    def finish(one: tuple[str, dict[str, str]]) -> LoggedIn:
        browser, query = one
        opened = partial(own.open, by="google", ip="", user_agent="")
        return own.google().finish(query["code"], query["state"], browser, opened)

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(finish, asked))
    assert sum(each.created for each in made) == 1
    assert sql(postgres, "SELECT count(*) FROM premium_users") == [(1,)]


def test_a_browser_is_led_to_pages_and_keeps_its_token_in_the_cookie(at: Platform, google: Identities) -> None:
    begun = get("start", **HTML)
    assert (begun.status, begun.text) == (303, "")
    assert begun.headers["Location"].startswith(f"{google.issuer}/authorize?")
    browser = kept(begun)
    query = back(google, begun.headers["Location"])
    landed = get("callback", cookie=browser, query=query, **HTML)
    assert (landed.status, landed.headers["Location"], landed.text) == (303, "https://app.example/app/login", "")
    assert landed.headers["Set-Cookie"].startswith("__Secure-premium-refresh=prt_")
    assert "SameSite=Strict" in landed.headers["Set-Cookie"]
    again = get("callback", cookie=browser, query=query, **HTML)
    assert again.headers["Location"] == "https://app.example/app/login?error=UNAUTHENTICATED&reason=state"
    left = get("callback", cookie=browser, query={"state": "x" * 43, "error": "access_denied"}, **HTML)
    assert left.headers["Location"].endswith("?error=UNAUTHENTICATED&reason=consent")


def hs256_by_public_key(google: Identities) -> Callable[[Mapping[str, Any]], str]:
    name, key = next(iter(google.keys.items()))
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(claims: Mapping[str, Any]) -> str:
        head, body = (
            base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
            for part in ({"alg": "HS256", "kid": name}, claims)
        )
        digest = hmac.digest(pem, f"{head}.{body}".encode(), hashlib.sha256)
        return f"{head}.{body}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"

    return sign


def by(key: Any, algorithm: str, **headers: str) -> Callable[[Identities], Callable[[Mapping[str, Any]], str]]:
    def made(google: Identities) -> Callable[[Mapping[str, Any]], str]:
        head = {"kid": next(iter(google.keys))} | headers
        return lambda claims: jwt.encode(dict(claims), key, algorithm=algorithm, headers=head)

    return made


FORGED: dict[str, Any] = {
    "another issuer": ({"iss": "https://accounts.evil.example"}, "issuer"),
    "for another client": ({"aud": "other"}, "audience"),
    "for several": ({"aud": [CLIENT, "other"]}, "audience"),
    "given to another": ({"azp": "other"}, "audience"),
    "over": ({"exp": int(time.time()) - 61}, "expiry"),
    "without an end": ({"exp": None}, "expiry"),
    "an end that is no number": ({"exp": "never"}, "expiry"),
    "of later": ({"iat": int(time.time()) + 3600}, "issue"),
    "of yesterday": ({"iat": int(time.time()) - 86_400}, "issue"),
    "of another login": ({"nonce": "x" * 43}, "nonce"),
    "of no login": ({"nonce": None}, "nonce"),
    "of nobody": ({"sub": ""}, "subject"),
    "of a number": ({"sub": 5}, "signature"),
    "of everybody": ({"sub": "x" * 256}, "subject"),
    "signed by nobody": (lambda _: lambda claims: jwt.encode(dict(claims), None, algorithm="none"), "algorithm"),
    "signed by the public key": (hs256_by_public_key, "algorithm"),
    "signed by another key": (by(rsa.generate_private_key(public_exponent=65537, key_size=2048), "RS256"), "signature"),
    "signed on a curve": (by(generate_private_key(SECP256R1()), "ES256"), "algorithm"),
    "signed by an unknown key": (
        by(rsa.generate_private_key(public_exponent=65537, key_size=2048), "RS256", kid="unknown"), "key",
    ),
    "no token": (lambda _: lambda _claims: "eyJ.x", "form"),
    "a huge one": (lambda _: lambda _claims: "e" * 9000, "form"),
}  # fmt: skip


@pytest.mark.parametrize("how", FORGED)
def test_a_false_word_of_google_opens_nothing(at: Platform, google: Identities, postgres: Databases, how: str) -> None:
    change, rule_ = FORGED[how]
    if isinstance(change, dict):
        google.lie = lambda claims: {name: value for name, value in (claims | change).items() if value is not None}
    else:
        google.sign = change(google)
    refused = log_in(google)
    assert (refused.status, refused.error["details"]) == (401, {"rule": rule_}), refused.text
    assert sql(postgres, "SELECT count(*) FROM premium_users") == [(0,)]
    google.lie, google.sign = dict, None
    assert log_in(google).status == 200, "one lie is no end of all logins"


def test_a_code_of_another_or_none(at: Platform, google: Identities) -> None:
    url, browser = begin()
    other = back(google, begin()[0])
    query = back(google, url) | {"code": other["code"]}
    refused = get("callback", cookie=browser, query=query)
    assert (refused.status, refused.error["details"]) == (401, {"rule": "code"}), "its verifier is another's"


def test_an_address_that_google_has_not_verified_is_nobodys(
    at: Platform, google: Identities, postgres: Databases
) -> None:
    google.lie = lambda claims: claims | {"email_verified": False}
    assert log_in(google).status == 200
    assert sql(postgres, "SELECT email FROM premium_users") == [(None,)]


def test_anothers_address_joins_nothing_by_itself(
    at: Platform, google: Identities, add_user: AddUser, postgres: Databases
) -> None:
    add_user(email=MINT)
    refused = log_in(google)
    assert (refused.status, refused.error["details"]) == (409, {"rule": "email"})
    assert sql(postgres, "SELECT count(*) FROM premium_users") == [(1,)]
    assert sql(postgres, "SELECT count(*) FROM oauth_accounts") == [(0,)]


def join(google: Identities, token: str, email: str = MINT) -> Answer:
    begun = through(logins.handler, "POST", "/v1/users/google", token=token)
    if begun.status != 200:
        return begun
    return get("callback", cookie=kept(begun), query=back(google, begun.data["url"], email))


def test_a_user_who_is_logged_in_joins_google_and_parts_from_it(
    at: Platform, google: Identities, sign: Sign, postgres: Databases
) -> None:
    token = sign(sub="user_joins", email=MINT)
    user = rule(token=token)["userId"]
    assert through(logins.handler, "GET", "/v1/users/google", token=token).data == {"id": user, "joined": False}
    made = join(google, token)
    assert (made.status, made.data["joined"], made.data["accessToken"]) == (200, True, None), made.text
    assert made.data["user"]["id"] == user
    assert join(google, token).status == 200, "it is joined already"
    assert through(logins.handler, "GET", "/v1/users/google", token=token).data == {"id": user, "joined": True}
    assert log_in(google).data["user"]["id"] == user
    assert join(google, token, "second@example.org").status == 409, "one Google account each"
    other = join(google, sign(sub="user_other"))
    assert (other.status, other.error["details"]) == (409, {"rule": "email"})
    told = sql(postgres, "SELECT title FROM notices ORDER BY created_at")
    assert ("Google logs you in now",) in told
    assert through(logins.handler, "DELETE", "/v1/users/google", token=token).status == 200
    assert through(logins.handler, "DELETE", "/v1/users/google", token=token).status == 404
    assert log_in(google).status == 409


def test_anothers_identity_is_not_joined(at: Platform, google: Identities, sign: Sign) -> None:
    google.lie = lambda claims: claims | {"email_verified": False}
    assert log_in(google).status == 200
    refused = join(google, sign())
    assert (refused.status, refused.error["details"]) == (409, {"rule": "subject"})


def test_the_only_way_in_stays_and_an_old_login_joins_nothing(at: Platform, google: Identities, sign: Sign) -> None:
    token = log_in(google).data["accessToken"]
    assert through(logins.handler, "DELETE", "/v1/users/google", token=token).status == 409
    old = sign(sub="user_old", iat=int(time.time()) - 901)
    refused = through(logins.handler, "POST", "/v1/users/google", token=old)
    assert (refused.status, refused.error["details"]) == (403, {"proof": "too old"})


def test_a_key_that_is_rotated_in_is_read_at_once_and_forgeries_cause_no_storm(
    at: Platform, google: Identities, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert log_in(google).status == 200
    monkeypatch.setattr(openid, "RENEW_SECONDS", 0.0)
    google.rotate()
    assert log_in(google).status == 200
    monkeypatch.setattr(openid, "RENEW_SECONDS", 30.0)
    before = google.asked.count("/keys")
    google.sign = by(rsa.generate_private_key(public_exponent=65537, key_size=2048), "RS256", kid="unknown")(google)
    assert [log_in(google).status for _ in range(3)] == [401] * 3
    assert google.asked.count("/keys") == before
    assert google.asked.count("/.well-known/openid-configuration") == 1


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token"])
@pytest.mark.parametrize(
    "said",
    [
        (200, "application/json", b'{"x": "' + b"x" * (4 << 20) + b'"}'), (200, "text/html", b"<html>"),
        (200, "application/json", b"[]"), (200, "application/json", b"{}"), (500, "text/plain", b""),
        (302, "text/plain", b""), (200, "application/json", b"[" * 50_000), (429, "text/plain", b""),
    ],
    ids=["4 MB", "a page", "a list", "nothing", "500", "a redirect", "nested", "429"],
)  # fmt: skip
def test_what_is_no_answer_is_503_and_no_login(
    at: Platform, path: str, said: tuple[int, str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as stack:
        google = stack.enter_context(serving(lambda asked: said if asked == path else None))
        monkeypatch.setenv("GOOGLE_ISSUER", google.issuer)
        forget()
        if path.startswith("/.well-known"):
            assert get("start").status == 503
            return
        refused = log_in(google)
        expected = 401 if path == "/token" and said[2] == b"{}" else 503
        assert refused.status == expected, refused.text
        assert len(said[2]) < MAX_BYTES or expected == 503


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token"])
def test_a_provider_that_hangs_is_waited_for_five_seconds(
    at: Platform, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid, "PATIENCE_SECONDS", 1.0)

    def hang(asked: str) -> None:
        if asked == path:
            time.sleep(4)

    assert PATIENCE_SECONDS == 5
    with serving(hang) as google:
        monkeypatch.setenv("GOOGLE_ISSUER", google.issuer)
        forget()
        started = time.monotonic()
        got = get("start") if path.startswith("/.well-known") else log_in(google)
        assert (got.status, got.error["code"]) == (503, "UPSTREAM_UNAVAILABLE")
        assert time.monotonic() - started < 3


def test_a_stage_without_a_client_has_no_such_login(at: Platform, sign: Sign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOOGLE_CLIENT_ID")
    forget()
    assert get("start").status == 404
    assert get("callback", query={"state": "x" * 43, "code": "x"}).status == 404
    assert through(logins.handler, "POST", "/v1/users/google", token=sign()).status == 404


def test_a_login_leaves_an_audit_entry(at: Platform, google: Identities) -> None:
    made = log_in(google)
    user = made.data["user"]["id"]
    found = [e for e in AuditLog.of(at).of_day(at.clock.now().date(), Bounds(limit=100)) if user in e.targets]
    assert [(e.name, e.outcome) for e in found] == [("GET /v1/auth/google/callback", "done")]
