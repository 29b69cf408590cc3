"""Quotas of a tier where they are asked: exact for requests at once, each refusal names quota and tier."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from handlers import portfolio as routes
from premium.bootstrap import Platform
from premium.entitlements import ENTITLEMENTS, Quota, quota_of
from premium.errors import AppError, Conflict, RateLimited
from premium.portfolio.store.wallets import WalletStore
from premium.security.jobs import SCAN_CONTRACT, ScanContractPayload
from premium.tiers import Tier
from tests.factories.http import Answer, answer, event, verdict
from tests.fixtures.platform import AddUser

pytestmark = pytest.mark.integration
PAYLOAD = ScanContractPayload(chain="local", address="0x" + "1" * 40)


def scan(platform: Platform, user: UUID, quota: Quota, key: str | None = None) -> str:
    try:
        record = platform.jobs.start(
            SCAN_CONTRACT, PAYLOAD, user_id=user, request_id="req_1", idempotency_key=key, quota=quota
        )
    except AppError as error:
        return error.code
    return str(record.id)


def test_of_many_at_once_exactly_the_days_quota_is_accepted(platform: Platform, add_user: AddUser) -> None:
    user, quota = add_user(), Quota(name="scans_a_day", tier=Tier.PRO, most=5)
    with ThreadPoolExecutor(8) as pool:
        ends = list(pool.map(lambda _: scan(platform, user, quota), range(16)))
    assert ends.count("RATE_LIMITED") == 11
    assert len({end for end in ends if end != "RATE_LIMITED"}) == 5


def test_a_repeated_request_counts_once_and_another_users_not_at_all(platform: Platform, add_user: AddUser) -> None:
    user, quota = add_user(), Quota(name="scans_a_day", tier=Tier.PRO, most=2)
    assert scan(platform, user, quota, "a") == scan(platform, user, quota, "a")
    assert scan(platform, user, quota, "b") != "RATE_LIMITED"
    assert scan(platform, user, quota, "c") == "RATE_LIMITED"
    assert scan(platform, user, quota, "b") != "RATE_LIMITED", "it was accepted before"
    assert scan(platform, add_user(), quota, "a") != "RATE_LIMITED"


def test_a_refusal_names_quota_and_tier_and_says_when_it_ends(platform: Platform, add_user: AddUser) -> None:
    user, quota = add_user(), quota_of(Tier.STARTER, "reports_a_day")
    with pytest.raises(RateLimited) as refused:
        platform.jobs.start(SCAN_CONTRACT, PAYLOAD, user_id=user, request_id="req_1", quota=quota)
    assert refused.value.message == "The tier starter allows 0 reports a day"
    assert refused.value.details == {"quota": "reports_a_day", "tier": "starter", "most": 0}
    assert 0 < refused.value.retry_after <= 86_400


def test_wallets_at_once_never_pass_the_quota(platform: Platform, add_user: AddUser) -> None:
    user, quota = add_user(), Quota(name="wallets", tier=Tier.STARTER, most=3)
    store = WalletStore(platform.database)

    def add(number: int) -> str | None:
        try:
            store.add(user, f"0x{number:040x}", None, [], quota)
        except Conflict as error:
            return error.message
        return None

    with ThreadPoolExecutor(6) as pool:
        refused = [end for end in pool.map(add, range(8)) if end]
    assert refused == ["The tier starter allows 3 wallets"] * 5


def ask(path: str, user: UUID, tier: str, **query: str) -> Answer:
    return answer(routes.handler(event("GET", f"/v1/portfolio/{path}", by=verdict(user, tier=tier), query=query), None))


def test_days_of_history_are_those_of_the_tier(platform: Platform, add_user: AddUser) -> None:
    user, days = add_user(tier="starter"), ENTITLEMENTS[Tier.STARTER].history_days
    now = platform.clock.now()
    inside, beyond = now - timedelta(days=days), now - timedelta(days=days + 1)
    fit = {"from": f"{inside:%Y-%m-%dT%H:%M:%SZ}", "interval": "day"}
    assert ask("history", user, "starter", **fit).status == 200
    refused = ask("history", user, "starter", **fit | {"from": f"{beyond:%Y-%m-%dT%H:%M:%SZ}"})
    assert (refused.status, refused.error["code"]) == (403, "TIER_REQUIRED")
    assert refused.error["details"] == {"quota": "history_days", "tier": "starter", "most": days}
    assert ask("performance", user, "starter", period="1y").status == 403
    assert ask("performance", user, "starter", period="all").status == 404, "all that the tier has; there is none yet"
    assert ask("performance", uuid4(), "pro", period="1y").status == 404
