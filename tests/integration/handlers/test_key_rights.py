"""A key makes no key that may more, lives longer, or outlives its maker's end; whatever the order of things."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers import accounts
from premium.bootstrap import Platform
from tests.factories.http import Answer
from tests.integration.handlers.asking import rule, through
from tests.integration.handlers.conftest import Sign

pytestmark = pytest.mark.integration

KEYS = "/v1/users/api-keys"
WRITER = ("profile:read", "profile:write")


@pytest.fixture
def token(at: Platform, sign: Sign) -> str:
    return sign(tier="enterprise", roles=["admin", "support"])


def ask_key(scopes: tuple[str, ...], *, ends: datetime | None = None, **by: str) -> Answer:
    body: dict[str, Any] = {"name": "bot", "scopes": list(scopes)}
    return through(accounts.handler, "POST", KEYS, body=body | ({"expiresAt": ends.isoformat()} if ends else {}), **by)


def made(scopes: tuple[str, ...] = WRITER, **by: Any) -> Any:
    answer = ask_key(scopes, **by)
    assert answer.status == 201, answer.text
    return answer.data


@pytest.mark.parametrize(
    "wanted",
    [("tax:read",), ("profile:read", "tax:write"), ("audit:read",), ("role:admin",), ("role:support",), ("*",)],
)
def test_a_key_gives_no_scope_that_it_lacks(token: str, wanted: tuple[str, ...]) -> None:
    refused = ask_key(wanted, key=made(token=token)["key"])
    assert refused.status in (400, 403), refused.text
    assert refused.error["code"] in ("INVALID_INPUT", "FORBIDDEN")


def test_a_key_gives_what_it_has_and_a_role_of_its_own(token: str) -> None:
    whole = made((*WRITER, "role:admin"), token=token)
    assert made(("profile:read",), key=whole["key"])["scopes"] == ["profile:read"]
    assert made(("role:admin",), key=whole["key"])["scopes"] == ["role:admin"]
    assert ask_key(("role:support",), key=whole["key"]).status == 400


def test_a_key_makes_none_that_outlives_it(token: str) -> None:
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    key = made(token=token, ends=end)["key"]
    late = ask_key(WRITER, ends=end + timedelta(seconds=1), key=key)
    assert (late.status, set(late.error["details"])) == (403, {"expiresAt"})
    for ends in (None, end):
        assert datetime.fromisoformat(made(key=key, ends=ends)["expiresAt"]) == end
    sooner = end - timedelta(hours=1)
    child = made(key=key, ends=sooner)
    assert datetime.fromisoformat(made(key=child["key"])["expiresAt"]) == sooner


def test_what_a_key_made_is_revoked_with_it_at_any_depth(token: str) -> None:
    first = made(token=token)
    second = made(key=first["key"])
    third = made(key=second["key"])
    other = made(token=token)
    assert through(accounts.handler, "DELETE", f"{KEYS}/{first['id']}", token=token).status == 200
    assert [rule(key=each["key"])["verdict"] for each in (first, second, third)] == ["unauthenticated"] * 3
    assert rule(key=other["key"])["verdict"] == "allow"


def test_a_revoked_key_makes_nothing_in_its_last_half_second(token: str) -> None:
    first = made(token=token)
    assert rule(key=first["key"])["verdict"] == "allow"
    assert through(accounts.handler, "DELETE", f"{KEYS}/{first['id']}", token=token).status == 200
    assert ask_key(WRITER, key=first["key"]).status in (401, 403)
