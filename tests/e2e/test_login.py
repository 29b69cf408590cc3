"""A wallet logs in on the deployed stage, keeps its session in a cookie, adds a second wallet, and logs out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from local.up import Stage
from tests.e2e.mails import link_to

pytestmark = pytest.mark.e2e

PAGE = {"Origin": "http://localhost:3000"}
COOKIE = "__Secure-premium-refresh"


def ask(stack: Stage, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
    return httpx.request(method, f"{stack.api}{path}", json=body, headers=headers, timeout=60)


def signed(stack: Stage, account: Any) -> dict[str, str]:
    """A message of EIP-4361 with a nonce of the stage's, as a wallet signs it."""
    asked = ask(stack, "POST", "/v1/auth/nonce", {"address": account.address}, **PAGE)
    assert asked.status_code == 200, asked.text
    given, now = asked.json()["data"], datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    text = "\n".join(
        [
            f"{given['domain']} wants you to sign in with your Ethereum account:", account.address, "",
            given["statement"], "", "URI: http://localhost:3000/login", "Version: 1", "Chain ID: 1",
            f"Nonce: {given['nonce']}", f"Issued At: {now}",
        ]
    )  # fmt: skip
    return {"message": text, "signature": "0x" + account.sign_message(encode_defunct(text=text)).signature.hex()}


def cookie_of(answer: httpx.Response) -> tuple[str, set[str]]:
    """The refresh token that an answer sets, and the cookie's attributes."""
    (line,) = answer.headers.get_list("set-cookie")
    pair, *attributes = line.split("; ")
    name, _, value = pair.partition("=")
    assert name == COOKIE
    return value, set(attributes)


def test_a_browsers_session_from_login_to_logout(stack: Stage) -> None:
    first, second = Account.create(), Account.create()
    login = ask(stack, "POST", "/v1/auth/verify-wallet", {**signed(stack, first), "cookie": True}, **PAGE)
    assert login.status_code == 201, login.text
    assert (login.json()["data"]["created"], login.json()["data"]["refreshToken"]) == (True, None)
    token, attributes = cookie_of(login)
    assert {"HttpOnly", "Secure", "SameSite=Strict", "Path=/v1/auth"} <= attributes
    kept = {"Cookie": f"{COOKIE}={token}"}
    assert ask(stack, "POST", "/v1/auth/refresh", {}, **kept).status_code == 403, "no page of ours asks"
    assert ask(stack, "POST", "/v1/auth/refresh", {}, **kept, Origin="https://evil.example").status_code == 403
    renewed = ask(stack, "POST", "/v1/auth/refresh", {}, **kept, **PAGE)
    assert renewed.status_code == 201, renewed.text
    successor, _ = cookie_of(renewed)
    bearer = {"Authorization": f"Bearer {renewed.json()['data']['accessToken']}"}
    added = ask(stack, "POST", "/v1/users/wallets", signed(stack, second), **bearer)
    assert added.status_code == 201, added.text
    again = ask(stack, "POST", "/v1/auth/verify-wallet", signed(stack, second), **PAGE)
    assert again.json()["data"]["user"]["id"] == login.json()["data"]["user"]["id"]
    out = ask(stack, "POST", "/v1/auth/logout", {"everywhere": True}, **bearer)
    assert (out.status_code, out.json()["data"]["ended"]) == (200, 2), out.text
    assert ask(stack, "GET", "/v1/auth/session", **bearer).status_code == 401
    over = ask(stack, "POST", "/v1/auth/refresh", {}, Cookie=f"{COOKIE}={successor}", **PAGE)
    assert over.status_code == 401, over.text


def test_a_message_for_another_page_names_the_rule(stack: Stage) -> None:
    account = Account.create()
    sent = signed(stack, account)
    text = sent["message"].replace("localhost:3000", "1ocalhost:3000")
    forged = {"message": text, "signature": "0x" + account.sign_message(encode_defunct(text=text)).signature.hex()}
    refused = ask(stack, "POST", "/v1/auth/verify-wallet", forged, **PAGE)
    assert (refused.status_code, refused.json()["error"]["details"]["rule"]) == (401, "mismatch"), refused.text


def test_users_keep_preferences_and_staff_needs_its_role(stack: Stage) -> None:
    login = ask(stack, "POST", "/v1/auth/verify-wallet", signed(stack, Account.create()), **PAGE).json()["data"]
    bearer = {"Authorization": f"Bearer {login['accessToken']}"}
    kept = ask(stack, "PUT", "/v1/users/preferences", {"theme": "light"}, **bearer)
    assert (kept.status_code, kept.json()["data"]["theme"]) == (200, "light"), kept.text
    assert ask(stack, "GET", "/v1/admin/users", **bearer).status_code == 403


def test_a_registration_mails_a_link_to_the_console(stack: Stage) -> None:
    email = f"{uuid4().hex[:10]}@example.org"
    asked = ask(stack, "POST", "/v1/auth/register", {"email": email, "password": "seven quiet lamps hum"})
    assert asked.status_code == 202, asked.text
    link = link_to(stack.neighbours.inbox, email)
    assert link.startswith(f"{stack.neighbours.console.page}login/register#token=")
    token = link.partition("#token=")[2]
    made = ask(stack, "POST", "/v1/auth/register/confirm", {"token": token})
    assert (made.status_code, made.json()["data"]["created"]) == (201, True), made.text
    assert ask(stack, "POST", "/v1/auth/register/confirm", {"token": token}).status_code == 400, "it works once"
