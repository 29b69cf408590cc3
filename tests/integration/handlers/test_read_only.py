"""What exceeds a quota after a downgrade is kept and named, can be read and removed, and is not changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from handlers import accounts, alerts, portfolio
from premium.bootstrap import Platform
from premium.entitlements import ENTITLEMENTS, Quota
from premium.quotas import declared
from premium.tiers import Tier
from tests.factories.http import Answer, answer, event, verdict
from tests.fixtures.platform import AddUser

pytestmark = pytest.mark.integration
RULES, KEYS, WALLETS, EARLIER = "/v1/alerts/rules", "/v1/users/api-keys", "/v1/portfolio/wallets", "/v2/premium/alerts"
HANDLERS = {RULES: alerts, EARLIER: alerts, KEYS: accounts, WALLETS: portfolio}
RULE = {
    "name": "ETH high",
    "type": "price",
    "conditions": [
        {"field": "asset", "operator": "eq", "value": "ETH"},
        {"field": "price_usd", "operator": "gt", "value": "4000.1"},
    ],
    "actions": [{"type": "webhook", "destination": "https://example.org/hook"}],
}


def ask(user: UUID, method: str, path: str, body: Any = None, *, tier: str = "enterprise") -> Answer:
    module = next(HANDLERS[start] for start in HANDLERS if path.startswith(start))
    return answer(module.handler(event(method, path, by=verdict(user, tier=tier), body=body), None))


@pytest.fixture
def three_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tier that allows two rules, and one key, where five and five were before."""
    from premium import entitlements  # noqa: PLC0415 - the module whose table is changed

    small = entitlements.replace(ENTITLEMENTS[Tier.ENTERPRISE], rules=2, api_keys=1)
    monkeypatch.setattr(entitlements, "ENTITLEMENTS", {**ENTITLEMENTS, Tier.ENTERPRISE: small})


def test_rules_beyond_the_quota_refuse_changes_by_name(
    platform: Platform, add_user: AddUser, request: pytest.FixtureRequest
) -> None:
    user = add_user()
    made = [ask(user, "POST", RULES, RULE | {"name": f"rule {n}"}).data["id"] for n in range(3)]
    assert ask(user, "PUT", f"{RULES}/{made[2]}", {"name": "still mine"}).status == 200
    request.getfixturevalue("three_left")
    for path, body in ((RULES, {"enabled": False}), (RULES, {"name": "other"})):
        refused = ask(user, "PUT", f"{path}/{made[2]}", body)
        assert (refused.status, refused.error["code"]) == (422, "UNPROCESSABLE")
        assert refused.error["details"] == {"quota": "rules", "tier": "enterprise", "most": 2}
        assert "is kept, can be read and removed, and is not changed" in refused.error["message"]
    assert ask(user, "GET", f"{RULES}/{made[2]}").data["name"] == "still mine"
    assert ask(user, "PUT", f"{RULES}/{made[1]}", {"name": "within"}).status == 200
    assert ask(user, "DELETE", f"{RULES}/{made[0]}").status == 200
    assert ask(user, "PUT", f"{RULES}/{made[2]}", {"name": "within now"}).status == 200


def test_keys_beyond_the_quota_refuse_changes_by_name(
    platform: Platform, add_user: AddUser, request: pytest.FixtureRequest
) -> None:
    user = add_user()
    made = [ask(user, "POST", KEYS, {"name": f"key {n}", "scopes": ["profile:read"]}).data["id"] for n in range(2)]
    request.getfixturevalue("three_left")
    refused = ask(user, "PUT", f"{KEYS}/{made[1]}", {"name": "other"})
    assert (refused.status, refused.error["code"]) == (409, "CONFLICT")
    assert refused.error["details"] == {"quota": "api_keys", "tier": "enterprise", "most": 1}
    assert ask(user, "PUT", f"{KEYS}/{made[0]}", {"name": "within"}).status == 200
    assert ask(user, "DELETE", f"{KEYS}/{made[0]}").status == 200
    assert ask(user, "PUT", f"{KEYS}/{made[1]}", {"name": "within now"}).status == 200


def test_whose_tier_has_the_service_no_more_reads_and_removes_what_is_left(
    platform: Platform, add_user: AddUser
) -> None:
    user, stranger = add_user(), add_user()
    rule = ask(user, "POST", RULES, RULE).data["id"]
    key = ask(user, "POST", KEYS, {"name": "bot", "scopes": ["profile:read"]}).data["id"]
    with platform.database.as_user(user) as connection:
        connection.execute(
            "INSERT INTO portfolio_wallets (user_id, address, label, chains) VALUES (%s, %s, 'w', '{}')",
            (user, f"0x{1:040x}"),
        )
    wallet = ask(user, "GET", WALLETS, tier="free").data[0]["id"]
    for path, one in ((RULES, rule), (KEYS, key), (WALLETS, wallet), (EARLIER, rule)):
        assert [each["id"] for each in ask(user, "GET", path, tier="free").data] == [one]
        assert ask(user, "POST", path, {}, tier="free").error["code"] == "TIER_REQUIRED"
        refused = ask(stranger, "GET", path, tier="free")
        assert (refused.status, refused.error["code"]) == (403, "TIER_REQUIRED"), path
    assert ask(user, "PUT", f"{RULES}/{rule}", {"name": "other"}, tier="free").error["code"] == "TIER_REQUIRED"
    for path, one in ((RULES, rule), (KEYS, key), (WALLETS, wallet)):
        assert ask(user, "DELETE", f"{path}/{one}", tier="free").status == 200
    assert ask(user, "GET", RULES, tier="free").error["code"] == "TIER_REQUIRED", "nothing is left"


def test_every_quota_that_can_be_used_is_told() -> None:
    """Dashboards are not built; days of history are no number of things."""
    told = {quota.name for quota in declared()}
    numbers = {field for field in ENTITLEMENTS[Tier.FREE].__dataclass_fields__ if field != "services"}
    assert numbers - told == {"dashboards", "history_days", "requests_a_minute"}
    assert all(bool(quota.owned) != bool(quota.used) for quota in declared())
    assert Quota(name="rules", tier=Tier.FREE, most=0).read_only.startswith("The tier free allows 0 rules; ")
