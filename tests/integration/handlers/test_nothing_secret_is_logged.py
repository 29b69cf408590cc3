"""Whole keys, tokens, codes and passwords stand in no log, whatever is done with them and whatever fails."""

from __future__ import annotations

import base64
import json
import time
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from handlers import accounts, logins, people
from handlers.events import stream
from premium.accounts.service import sessions
from premium.bootstrap import Platform
from premium.errors import UpstreamUnavailable
from premium.logins.service import letters_of
from premium.observability import logger
from stacks.constructs.fronts.access_log import HTTP_FIELDS, SOCKET_FIELDS
from stacks.constructs.fronts.edge_log import FIELDS
from tests.factories.http import ANONYMOUS, Answer, answer, event
from tests.integration.handlers.asking import rule, through
from tests.integration.handlers.conftest import Sign, forget

pytestmark = pytest.mark.integration
PASSWORD = "eleven grey kettles whistle"
HERE = ANONYMOUS | {"address": "203.0.113.7"}


@pytest.fixture
def variables(variables: dict[str, str]) -> dict[str, str]:
    return variables | {"PASSWORD_LOGINS": "true", "LOG_LEVEL": "DEBUG"}


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What this process logs, as CloudWatch would keep it."""
    caught = StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", caught)
    return caught


def post(handler: Any, path: str, **parts: Any) -> Answer:
    return answer(handler(event("POST", path, by=HERE, **parts), None))


def test_what_opens_something_stands_in_no_log(
    at: Platform, sign: Sign, logs: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets: dict[str, str] = {"password": PASSWORD}
    free = sign(sub="user_logged", tier="enterprise", email="logged@example.org")
    secrets["token of the free platform"] = free
    user = UUID(rule(token=free)["userId"])
    made = sessions(at).open(user, amr=("wallet",), ip="", user_agent="")
    secrets |= {"access token": made.access_token, "refresh token": made.refresh_token}
    key = through(accounts.handler, "POST", "/v1/users/api-keys", token=free, body={"name": "b", "scopes": []}).data[
        "key"
    ]
    secrets["API key"] = key
    assert rule(key=key)["verdict"] == "allow"
    assert rule(key=key[:-1] + ("x" if key[-1] != "x" else "y"))["verdict"] == "unauthenticated"
    secrets["stream token"] = through(accounts.handler, "POST", "/v1/auth/stream-token", token=free).data["token"]
    connect = event("GET", "/v1/alerts/stream", query={"token": secrets["stream token"]})
    stream.handler({**connect, "requestContext": {"eventType": "CONNECT", "connectionId": "c1", "identity": {}}}, None)
    cookie = {"origin": "https://app.example", "cookie": f"__Secure-premium-refresh={made.refresh_token}"}
    renewed = post(accounts.handler, "/v1/auth/refresh", body={}, headers=cookie)
    secrets["successor"] = renewed.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
    assert post(accounts.handler, "/v1/auth/refresh", body={"refreshToken": secrets["successor"] + "x"}).status == 401
    begun = through(people.handler, "POST", "/v1/auth/totp", token=made.access_token).data
    secrets["secret of a second factor"] = begun["secret"]
    code = TOTP(base64.b32decode(begun["secret"]), 6, SHA1(), 30).generate(int(time.time())).decode()  # noqa: S303 - theirs
    confirmed = through(people.handler, "POST", "/v1/auth/totp/confirm", token=made.access_token, body={"code": code})
    if confirmed.status == 200:
        secrets["recovery code"] = confirmed.data["recoveryCodes"][0]
        shown = {"code": secrets["recovery code"]}
        assert (
            through(people.handler, "POST", "/v1/auth/totp/verify", token=made.access_token, body=shown).status == 200
        )
    link = letters_of(at).link(letters_of(at).write("reset", "logged@example.org"))
    secrets["link"] = link
    for path, body in (
        ("login", {"email": "logged@example.org", "password": PASSWORD}),
        ("register", {"email": "new@example.org", "password": PASSWORD}),
        ("password/reset", {"token": link, "password": PASSWORD}),
        ("login", {"email": "logged@example.org", "password": PASSWORD, "also": PASSWORD}),
    ):
        refused = post(logins.handler, f"/v1/auth/{path}", body=body)
        assert PASSWORD not in refused.text or path == "login"
    query = {"state": "x" * 43, "code": "4/0AX4-the-code-of-google"}
    secrets["code of Google"] = query["code"]
    answer(logins.handler(event("GET", "/v1/auth/google/callback", by=HERE, query=query), None))

    def fail(*_: object, **__: object) -> None:
        raise UpstreamUnavailable("down")

    monkeypatch.setattr("premium.accounts.store.sessions.SessionStore.rotate", fail)
    post(accounts.handler, "/v1/auth/refresh", body={"refreshToken": secrets["successor"]})

    def break_down(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("premium.accounts.store.ways_in.WaysIn.by_email", break_down)
    post(logins.handler, "/v1/auth/login", body={"email": "logged@example.org", "password": "another " + PASSWORD[:11]})
    forget()
    said = logs.getvalue()
    assert '"message": "request"' in said or '"message":"request"' in said, "the logs were caught"
    assert {what for what, secret in secrets.items() if secret in said} == set()


def test_access_logs_have_neither_headers_nor_queries() -> None:
    told = json.dumps([HTTP_FIELDS, SOCKET_FIELDS, list(FIELDS)]).lower().replace("authorizer.userid", "")
    assert [word for word in ("query", "header", "cookie", "referer", "body", "authoriz") if word in told] == []
