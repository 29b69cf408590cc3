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


def ask_key(
    scopes: tuple[str, ...], *, ends: datetime | None = None, networks: list[str] | None = None, **by: str
) -> Answer:
    body: dict[str, Any] = {"name": "bot", "scopes": list(scopes)} | ({"networks": networks} if networks else {})
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


def change(target: Any, body: dict[str, Any], **by: str) -> Answer:
    return through(accounts.handler, "PUT", f"{KEYS}/{target['id']}", body=body, **by)


def ruled(key: Any, ip: str) -> str:
    return str(rule(key=key["key"], ip=ip)["verdict"])


def test_a_key_of_networks_works_from_them_alone(token: str) -> None:
    key = made(token=token, networks=["203.0.113.0/24", "2001:db8:1::/48", "198.51.100.7"])
    assert key["networks"] == ["203.0.113.0/24", "2001:db8:1::/48", "198.51.100.7/32"]
    inside = ["203.0.113.9", "::ffff:203.0.113.9", "2001:db8:1:ffff::9", "198.51.100.7"]
    outside = ["203.0.114.1", "::ffff:203.0.114.1", "2001:db8:2::1", "198.51.100.8", "", "no address"]
    assert {ip: ruled(key, ip) for ip in inside} == dict.fromkeys(inside, "allow")
    assert {ip: ruled(key, ip) for ip in outside} == dict.fromkeys(outside, "forbidden")


def test_a_key_makes_none_for_other_networks(token: str) -> None:
    key = made(token=token, networks=["203.0.113.0/25", "203.0.113.128/25"])["key"]
    assert made(key=key)["networks"] == ["203.0.113.0/25", "203.0.113.128/25"]
    assert made(key=key, networks=["203.0.113.0/24"])["networks"] == ["203.0.113.0/24"], "the two are one"
    refused = ask_key(WRITER, key=key, networks=["203.0.113.0/24", "203.0.112.0/24"])
    assert (refused.status, set(refused.error["details"])) == (403, {"networks"})


@pytest.mark.parametrize(
    ("networks", "said"),
    [
        (["203.0.113.9/24"], "the network is 203.0.113.0/24"),
        (["example.org"], "must be an IP address or a network"),
        (["203.0.113.0/33"], "must be an IP address or a network"),
        ([""], "must be an IP address or a network"),
        ([7], "must be text"),
        ([None], "must be text"),
        (["10.0.0.0/8"] * 21, "20 items at most"),
    ],
)
def test_what_is_no_network_is_named(token: str, networks: list[Any], said: str) -> None:
    refused = ask_key(WRITER, token=token, networks=networks)
    assert refused.status == 400, refused.text
    assert said in refused.text
    assert "networks" in str(refused.error["details"])


def test_a_change_holds_with_the_next_request(token: str) -> None:
    key = made(token=token, scopes=("profile:read", "tax:read"))
    assert set(rule(key=key["key"])["scopes"].split()) == {"profile:read", "tax:read"}
    changed = change(key, {"scopes": ["tax:read"], "alertsEnabled": False, "name": "quiet"}, token=token).data
    assert (changed["scopes"], changed["alertsEnabled"], changed["name"]) == (["tax:read"], False, "quiet")
    assert rule(key=key["key"])["scopes"] == "tax:read"
    assert change(key, {"networks": ["198.51.100.0/24"]}, token=token).status == 200
    assert ruled(key, "203.0.113.7") == "forbidden"
    assert change(key, {"networks": None}, token=token).data["networks"] is None
    assert ruled(key, "203.0.113.7") == "allow"


def test_what_is_not_given_stays(token: str) -> None:
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    key = made(token=token, ends=end, networks=["203.0.113.0/24"])
    kept = change(key, {"name": "other"}, token=token).data
    assert {**key, "name": "other", "key": None} == {**kept, "key": None}
    assert change(key, {"expiresAt": None}, token=token).data["expiresAt"] is None
    empty = change(key, {}, token=token)
    assert (empty.status, "at least one" in empty.text) == (400, True)


def test_a_key_widens_neither_itself_nor_another(token: str) -> None:
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    narrow = made(token=token, ends=end, networks=["203.0.113.0/24"])
    wide = made((*WRITER, "tax:read"), token=token)
    wider: list[dict[str, Any]] = [{"scopes": [*WRITER, "tax:read"]}, {"expiresAt": None}, {"networks": None}]
    for target, body in [(narrow, each) for each in wider] + [(wide, {"name": "mine"})]:
        assert change(target, body, key=narrow["key"]).status == 403, body
    assert change(narrow, {"scopes": ["profile:read"]}, key=narrow["key"]).status == 200
    assert change(narrow, {"scopes": list(WRITER)}, key=narrow["key"]).status == 403, "what it gave up stays given up"


def test_a_maker_keeps_what_its_keys_have(token: str) -> None:
    maker = made(token=token)
    child = made(key=maker["key"])
    refused = change(maker, {"scopes": ["profile:read"]}, token=token)
    assert (refused.status, refused.error["details"]) == (409, {"keys": [child["prefix"]]})
    assert change(child, {"scopes": []}, token=token).status == 200
    assert change(maker, {"scopes": ["profile:read"]}, token=token).status == 200
    assert change(child, {"scopes": list(WRITER)}, token=token).status == 403, "it was made by the other"


def test_a_revoked_key_changes_no_more(token: str, sign: Sign) -> None:
    key = made(token=token)
    assert change(key, {"name": "mine"}, token=sign(sub="user_other", tier="enterprise")).status == 404
    assert through(accounts.handler, "DELETE", f"{KEYS}/{key['id']}", token=token).status == 200
    assert change(key, {"name": "late"}, token=token).status == 409
