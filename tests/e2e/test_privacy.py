"""On the deployed stage a user takes his data with him, and then his account."""

from __future__ import annotations

import hashlib
import io
import json
import time
import zipfile
from typing import Any

import httpx
import psycopg
import pytest
from eth_account import Account

from local.postgres import SUPERUSER, Postgres
from local.up import Stage
from tests.e2e.test_login import PAGE, ask, signed

# The first test of a run waits for the stage's deployment, which takes over a minute on a busy machine.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def until(stack: Stage, path: str, bearer: dict[str, str]) -> Any:
    """A job's end."""
    for _ in range(120):
        found = ask(stack, "GET", path, **bearer).json()["data"]
        if found["status"] in ("done", "failed"):
            return found
        time.sleep(0.5)
    raise AssertionError(found)


def test_a_user_exports_and_erases_himself(stack: Stage) -> None:
    account = Account.create()
    login = ask(stack, "POST", "/v1/auth/verify-wallet", signed(stack, account), **PAGE).json()["data"]
    bearer, user = {"Authorization": f"Bearer {login['accessToken']}"}, login["user"]["id"]
    assert ask(stack, "PUT", "/v1/users/preferences", {"theme": "light"}, **bearer).status_code == 200
    started = ask(stack, "POST", "/v1/users/export", **bearer)
    assert started.status_code == 202, started.text
    job = until(stack, started.json()["data"]["links"]["self"], bearer)
    assert job["status"] == "done", job
    shown = ask(stack, "GET", f"/v1/users/exports/{job['id']}", **bearer)
    assert shown.status_code == 200, shown.text
    body = httpx.get(shown.json()["data"]["url"], timeout=30).raise_for_status().content
    assert hashlib.sha256(body).hexdigest() == job["result"]["sha256"]
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert json.loads(archive.read("people/premium.user_preferences.json"))[0]["theme"] == "light"
        assert json.loads(archive.read("accounts/premium.user_wallets.json"))[0]["address"] == account.address
    gone = ask(stack, "DELETE", "/v1/users/me", {"confirm": True, "atOnce": True}, **bearer)
    assert gone.status_code == 202, gone.text
    for _ in range(120):
        if (said := ask(stack, "GET", "/v1/auth/session", **bearer).status_code) == 401:
            break
        time.sleep(0.5)
    assert said == 401, "his token opens nothing any more"
    assert isinstance(stack.neighbours.postgres, Postgres)
    with psycopg.connect(stack.neighbours.postgres.url("premium", SUPERUSER)) as connection:
        for _ in range(120):
            left = connection.execute("SELECT count(*) FROM premium_users WHERE id = %s", (user,)).fetchone()
            if left == (0,):
                break
            connection.rollback()
            time.sleep(0.5)
    assert left == (0,)
