"""The authorizer on real stores: who is who, what is revoked, what is counted, and what happens without Redis."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from boto3.dynamodb.conditions import Key

from handlers import accounts, authorizer
from premium.accounts.model import Rights
from premium.accounts.service import api_keys
from premium.accounts.store import AccountStore
from premium.bootstrap import Platform
from premium.entitlements import entitlements
from premium.errors import Conflict
from premium.metering.drain import UsageDrain
from premium.principal import Principal
from premium.storage.postgres import Database
from premium.tiers import Tier
from tests.integration.handlers.asking import rule, through
from tests.integration.handlers.conftest import Sign, forget

pytestmark = pytest.mark.integration


def test_a_user_is_made_once_and_known_again(at: Platform, sign: Sign) -> None:
    first, again = rule(token=sign(sub="user_9")), rule(token=sign(sub="user_9", email="a@b.c"))
    assert first["verdict"] == "allow"
    assert (first["userId"], first["externalId"], first["tier"]) == (again["userId"], "user_9", "pro")
    assert all(isinstance(value, str) for value in first.values())


def test_two_users_may_claim_one_email(at: Platform, sign: Sign) -> None:
    for sub in ("user_1", "user_2"):
        assert rule(token=sign(sub=sub, email="Ada@Example.org"))["verdict"] == "allow"
    store = AccountStore(at.database)
    emails = [user.email for sub in ("user_1", "user_2") if (user := store.by_external_id(sub))]
    assert emails == ["ada@example.org", None]


def test_the_tokens_tier_is_written_down(at: Platform, sign: Sign) -> None:
    now = int(time.time())
    assert rule(token=sign(sub="user_3", tier="free", iat=now - 2))["tier"] == "free"
    assert rule(token=sign(sub="user_3", tier="enterprise", iat=now - 1))["tier"] == "enterprise"
    assert rule(token=sign(sub="user_3", tier="unheard of", iat=now))["tier"] == "enterprise"
    user = AccountStore(at.database).by_external_id("user_3")
    assert user is not None
    assert user.tier == "enterprise"


def test_no_bad_and_two_credentials(at: Platform, sign: Sign) -> None:
    nobody = rule()
    assert (nobody["verdict"], nobody["userId"], nobody["limit"]) == ("allow", "", "1000")
    assert rule(token="x.y.z")["verdict"] == "unauthenticated"
    assert rule(token=sign(exp=int(time.time()) - 3600))["verdict"] == "unauthenticated"
    assert rule(token=sign(iss="https://evil.example"))["verdict"] == "unauthenticated"
    assert rule(key="pdk_12345678_" + "x" * 43)["verdict"] == "unauthenticated"
    assert rule(key="nonsense")["verdict"] == "unauthenticated"
    assert rule(token=sign(), key="pdk_12345678_" + "x" * 43)["verdict"] == "unauthenticated"


@pytest.fixture
def enterprise(sign: Sign) -> str:
    return sign(sub="user_big", tier="enterprise")


def made_key(token: str, **parts: Any) -> dict[str, Any]:
    body = {"name": "bot", "scopes": ["portfolio:read", "profile:read"], **parts}
    answer = through(accounts.handler, "POST", "/v1/users/api-keys", token=token, body=body)
    assert answer.status == 201, answer.text
    made: dict[str, Any] = answer.data
    return made


def test_an_api_key_from_birth_to_death(at: Platform, enterprise: str) -> None:
    made = made_key(enterprise)
    context = rule(key=made["key"])
    assert (context["verdict"], context["keyId"]) == ("allow", made["id"])
    assert context["scopes"] == "portfolio:read profile:read"
    listed = through(accounts.handler, "GET", "/v1/users/api-keys", key=made["key"])
    assert made["key"] not in listed.text
    assert [row["prefix"] for row in listed.data] == [made["prefix"]]
    assert listed.data[0]["lastUsedAt"] is not None
    assert through(accounts.handler, "DELETE", f"/v1/users/api-keys/{made['id']}", key=made["key"]).status == 403
    revoked_at = time.monotonic()
    assert through(accounts.handler, "DELETE", f"/v1/users/api-keys/{made['id']}", token=enterprise).status == 200
    while rule(key=made["key"])["verdict"] == "allow":
        time.sleep(0.02)
    assert time.monotonic() - revoked_at < 1


def test_a_key_lives_as_long_as_its_tier_and_its_date(at: Platform, enterprise: str, sign: Sign) -> None:
    key = made_key(enterprise)["key"]
    rule(token=sign(sub="user_big", tier="pro"))
    time.sleep(0.6)
    assert rule(key=key)["verdict"] == "forbidden"
    past = {"name": "x", "scopes": [], "expiresAt": "2020-01-01T00:00:00Z"}
    again = sign(sub="user_big", tier="enterprise", iat=int(time.time()) + 1)  # a newer one than the lower tier's
    refused = through(accounts.handler, "POST", "/v1/users/api-keys", token=again, body=past)
    assert set(refused.error["details"]) == {"expiresAt"}


def test_no_key_gives_more_than_its_maker_has(at: Platform, enterprise: str, sign: Sign) -> None:
    for scopes in (["*"], ["role:admin"], ["portfolio:own"]):
        body = {"name": "x", "scopes": scopes}
        assert through(accounts.handler, "POST", "/v1/users/api-keys", token=enterprise, body=body).status == 400
    admin = sign(sub="user_admin", tier="enterprise", roles=["admin"])
    assert rule(key=made_key(admin, scopes=["role:admin"])["key"])["scopes"] == "role:admin"
    assert (
        through(accounts.handler, "POST", "/v1/users/api-keys", token=sign(), body={}).error["code"] == "TIER_REQUIRED"
    )


def test_the_last_key_is_given_once(at: Platform, enterprise: str) -> None:
    own, room = api_keys(at), entitlements(Tier.ENTERPRISE).api_keys
    told = rule(token=enterprise)
    owner = Principal(user_id=UUID(told["userId"]), external_id=told["externalId"], tier=Tier(told["tier"]))

    def make(number: int) -> bool:
        try:
            own.add(owner, name=str(number), rights=Rights(scopes=frozenset()))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(make, range(room + 8))) == room


def test_one_users_keys_are_not_anothers(at: Platform, enterprise: str, sign: Sign) -> None:
    key_id = made_key(enterprise)["id"]
    other = sign(sub="user_other", tier="enterprise")
    assert through(accounts.handler, "GET", "/v1/users/api-keys", token=other).data == []
    assert through(accounts.handler, "DELETE", f"/v1/users/api-keys/{key_id}", token=other).status == 404


def test_the_limit_of_the_tier_over_the_whole_path(at: Platform, sign: Sign) -> None:
    token = sign(sub="user_free", tier="free")
    verdicts = [rule(token=token)["verdict"] for _ in range(101)]
    assert verdicts == ["allow"] * 100 + ["rate_limited"]
    refused = through(accounts.handler, "GET", "/v1/users/profile", token=token)
    assert (refused.status, refused.error["code"], refused.headers["X-RateLimit-Remaining"]) == (
        429,
        "RATE_LIMITED",
        "0",
    )
    assert 1 <= int(refused.headers["Retry-After"]) <= 60


def test_use_is_metered_by_key_else_by_user_and_drained_once(at: Platform, enterprise: str, worker: Database) -> None:
    made = made_key(enterprise)
    for _ in range(3):
        context = rule(key=made["key"], route="GET /v1/portfolio")
    drained = UsageDrain(at.redis(2), at.tables("usage").boto3, worker)
    assert drained.run(at.clock.now()) == 4
    assert drained.run(at.clock.now()) == 0
    items = at.tables("usage").query(Key("pk").eq(f"usage#{made['id']}")).items
    assert [item["sk"].split("#")[1] for item in items] == ["daily", "hourly"]
    for item in items:
        assert (item["requests"], item["endpoint#GET /v1/portfolio"]) == (3, 3)
        assert item["customerId"] == context["userId"]
        assert item["ttl"] > time.time()


@pytest.fixture
def no_redis(at: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")


READ, TRIAL = "GET /v1/alerts/rules", "POST /v1/alerts/rules/{id}/test"


@pytest.mark.parametrize("away", ["gone", "hanging"])
def test_without_redis_reads_pass_fast_and_writes_and_trials_wait(
    at: Platform, away: str, silent: int, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Redis that refuses connections, and one that takes them and says nothing."""
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{1 if away == 'gone' else silent}")
    forget()
    token = sign()
    rule(token=token, route=READ)
    started = time.perf_counter()
    contexts = [rule(token=token, route=READ) for _ in range(20)]
    refused = [rule(token=token, route=route) for route in (TRIAL, "DELETE /v1/alerts/rules/{id}")]
    assert time.perf_counter() - started < 2, "only the first requests wait for an answer"
    assert {context["verdict"] for context in contexts} == {"allow"}
    assert contexts[0]["limit"] == "10000"
    assert {context["verdict"] for context in refused} == {"unavailable"}
    assert rule(token="made up", route=READ)["verdict"] == "unauthenticated"


@pytest.mark.parametrize(("policy", "passes"), [("open", (True, True)), ("closed", (False, False))])
def test_a_stage_chooses_what_passes_uncounted(
    no_redis: None, sign: Sign, monkeypatch: pytest.MonkeyPatch, policy: str, passes: tuple[bool, bool]
) -> None:
    monkeypatch.setenv("RATE_LIMIT_WHEN_DOWN", policy)
    forget()
    token = sign()
    assert tuple(rule(token=token, route=route)["verdict"] == "allow" for route in (READ, TRIAL)) == passes


def test_a_configuration_that_lacks_its_secret_is_no_admission(at: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JWT_SECRET_ARN")
    forget()
    assert rule(token="x")["verdict"] == "unavailable"


def test_without_a_database_it_still_answers_counts_and_mends_itself(
    at: Platform, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gateway's own answer to an authorizer that is too late has no envelope."""
    there = at.settings.database_url
    monkeypatch.setenv("DATABASE_URL", "postgresql://premium_app@127.0.0.1:1/premium")
    forget()
    started = time.perf_counter()
    refused = rule(token=sign())
    assert time.perf_counter() - started < 3
    assert (refused["verdict"], refused["limit"]) == ("unavailable", "1000")
    monkeypatch.setenv("DATABASE_URL", str(there))
    forget()
    assert rule(token=sign())["verdict"] == "allow"


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that accepts and says nothing, as a host that hangs."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_store_that_hangs_does_not_hold_it_up(
    at: Platform, silent: int, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://premium_app@127.0.0.1:{silent}/premium")
    monkeypatch.setattr(authorizer, "_PATIENCE_SECONDS", 0.2)
    forget()
    started = time.perf_counter()
    assert rule(token=sign())["verdict"] == "unavailable"
    assert time.perf_counter() - started < 1
