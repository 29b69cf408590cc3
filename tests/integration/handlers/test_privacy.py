"""Export, erasure and its window through the authorizer, and what holds of a token of before."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from handlers import privacy
from local.postgres import SUPERUSER
from premium.bootstrap import Platform
from tests.factories.http import Answer
from tests.fixtures.postgres import Databases
from tests.integration.handlers.asking import rule, through
from tests.integration.handlers.conftest import Sign

pytestmark = pytest.mark.integration
ME, RESTORE, EXPORT = "/v1/users/me", "/v1/users/me/restore", "/v1/users/export"
YES = {"confirm": True}


def ask(method: str, path: str, token: str, body: Any = None) -> Answer:
    return through(privacy.handler, method, path, token=token, **({} if body is None else {"body": body}))


def id_of(token: str) -> UUID:
    return UUID(rule(token=token)["userId"])


def test_an_erasure_is_asked_for_once_and_taken_back(at: Platform, sign: Sign) -> None:
    token = sign()
    assert ask("POST", RESTORE, token).status == 404
    asked = ask("DELETE", ME, token, YES)
    assert asked.status == 202, asked.text
    assert asked.data["dueAt"] > asked.data["requestedAt"]
    assert ask("DELETE", ME, token, YES).data["id"] == asked.data["id"]
    assert ask("DELETE", ME, token, YES | {"atOnce": True}).status == 409
    back = ask("POST", RESTORE, token)
    assert (back.status, back.data["id"]) == (200, asked.data["id"])
    assert back.data["cancelledAt"] is not None
    assert ask("POST", RESTORE, token).status == 404


@pytest.mark.parametrize("body", [{}, {"confirm": False}, {"confirm": "yes"}, {"confirm": True, "now": True}, []])
def test_it_is_confirmed_in_so_many_words(at: Platform, sign: Sign, body: Any) -> None:
    refused = ask("DELETE", ME, sign(), body)
    assert (refused.status, refused.error["code"]) == (400, "INVALID_INPUT"), refused.text


def test_a_login_of_an_hour_ago_erases_nothing(at: Platform, sign: Sign) -> None:
    token = sign(iat=int(time.time()) - 3600)
    refused = ask("DELETE", ME, token, YES)
    assert (refused.status, refused.error["details"]) == (403, {"proof": "too old"})


def test_what_is_asked_at_once_is_begun_and_cannot_be_taken_back(at: Platform, sign: Sign, postgres: Databases) -> None:
    token = sign()
    user = id_of(token)
    asked = ask("DELETE", ME, token, YES | {"atOnce": True})
    assert asked.status == 202, asked.text
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        connection.execute("SELECT begin_erasure(%s)", (asked.data["id"],))
    at.redis(2).set(f"standing:{user}", uuid4().hex, ex=60)
    assert ask("POST", RESTORE, token).status == 403, "he is restricted from the first moment on"


def test_a_token_of_before_makes_no_user_anew(at: Platform, sign: Sign, postgres: Databases) -> None:
    name, now = f"user_{uuid4().hex}", int(time.time())
    old = sign(sub=name, iat=now - 5)
    user = id_of(old)
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        connection.execute(
            "INSERT INTO erasures (user_id, subject, requested_by, due_at, started_at, external_hash)"
            " VALUES (%s, sha256('x'), 'user', now(), now(), sha256(%s))", (user, name.encode()),
        )  # fmt: skip
        connection.execute("UPDATE erasures SET finished_at = now() - interval '1 second'")
        connection.execute("DELETE FROM premium_users WHERE id = %s", (user,))
    at.redis(2).set(f"standing:{user}", uuid4().hex, ex=60)
    refused = rule(token=old)
    assert (refused["verdict"], "erased" in refused["message"]) == ("unauthenticated", True)
    assert rule(token=sign(sub=name, iat=now + 1))["userId"] not in ("", str(user)), "who logs in again is a new user"


def test_an_archive_is_one_job_within_an_hour(at: Platform, sign: Sign) -> None:
    token, other = sign(), sign()
    first = ask("POST", EXPORT, token)
    assert (first.status, first.data["kind"]) == (202, "privacy.export")
    assert ask("POST", EXPORT, token).data["id"] == first.data["id"]
    assert ask("POST", EXPORT, other).data["id"] != first.data["id"]
    unfinished = ask("GET", f"/v1/users/exports/{first.data['id']}", token)
    assert (unfinished.status, unfinished.error["code"]) == (404, "NOT_FOUND")
    assert ask("GET", f"/v1/users/exports/{first.data['id']}", other).status == 404
