"""Checkout, change and cancellation over the API, against a desk that speaks both providers' APIs."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from handlers.billing import handler
from local.payments.desk import MONTH, Desk
from premium.accounts.store import AccountStore
from premium.billing.jobs import CHANGES
from premium.billing.work.changes import carry_out
from premium.billing.work.events import lapse_all
from premium.bootstrap import Platform
from tests.factories.http import answer, event, verdict
from tests.fixtures.platform import AddUser
from tests.integration.billing.desks import PATH, ask, bought, hear, settle, work
from tests.integration.billing.reading import Rows

pytestmark = pytest.mark.integration
BUY = {"tier": "pro", "interval": "month", "provider": "stripe"}


def test_a_checkout_is_paid_and_promotes(platform: Platform, add_user: AddUser, desk: Desk, rows: Rows) -> None:
    user = add_user(tier="free")
    opened = ask(user, "POST", body=BUY)
    assert opened.status == 201, opened
    assert set(opened.data) == {"id", "status", "checkoutUrl", "expiresAt"}
    again = ask(user, "POST", body=BUY)
    assert (again.data["id"], len(desk.checkouts)) == (opened.data["id"], 1), "the same wish, the same page"
    other = ask(user, "POST", body=BUY | {"provider": "paddle"})
    assert other.data["id"] != opened.data["id"]
    assert sorted(each["status"] for each in desk.checkouts.values()) == ["expired", "ready"]
    (paid,) = [name for name, each in desk.checkouts.items() if each["status"] == "ready"]
    assert desk.checkouts[paid]["user"] == str(user)
    hear(platform, desk, desk.pay(paid).id, "paddle")
    assert rows("SELECT tier FROM premium_users") == [{"tier": "pro"}]
    second = ask(user, "POST", body=BUY)
    assert (second.status, second.error["code"], second.error["details"]["status"]) == (409, "CONFLICT", "active")


def test_a_provider_that_is_down_leaves_no_half_row(
    add_user: AddUser, desk: Desk, platform: Platform, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stripe._http_client.HTTPClient._sleep_time_seconds", lambda *_, **__: 0)
    user = add_user(tier="free")
    desk.refuses = 500
    for provider in ("stripe", "paddle"):
        found = ask(user, "POST", body=BUY | {"provider": provider})
        assert (found.status, found.error["code"]) == (503, "UPSTREAM_UNAVAILABLE")
    assert rows("SELECT 1 AS n FROM checkouts") == []
    desk.refuses = None
    assert ask(user, "POST", body=BUY).status == 201


def test_a_key_is_given_on_to_the_provider(platform: Platform, add_user: AddUser, desk: Desk) -> None:
    user = add_user(tier="free")
    headers = {"content-type": "application/json", "idempotency-key": "k-1"}
    asked = event("POST", PATH, by=verdict(user), raw=json.dumps(BUY), headers=headers)
    assert answer(handler(asked, None)).status == 201
    assert list(desk.answers) == [f"checkout:{user}:k-1"]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [({"tier": "free", "provider": "stripe"}, (400, "tier")), ({"tier": "pro"}, (400, "provider")),
     (BUY | {"currency": "eur"}, (422, "tier")), (BUY | {"tier": "enterprise"}, (422, "tier")),
     (BUY | {"interval": "day"}, (400, "interval")), (BUY | {"price": "x"}, (400, "price"))],
)  # fmt: skip
def test_what_is_not_sold_is_refused_by_name(
    platform: Platform, add_user: AddUser, body: Any, refusal: tuple[int, str]
) -> None:
    found = ask(add_user(tier="free"), "POST", body=body)
    assert (found.status, refusal[1] in found.error["details"]) == (refusal[0], True), found


def test_more_comes_at_once_and_less_with_the_periods_end(
    platform: Platform, add_user: AddUser, desk: Desk, rows: Rows
) -> None:
    user = add_user(tier="free")
    start = desk.now - MONTH + 1800
    bought(platform, desk, user, "price_starter", start=start)
    shown = ask(user, "PUT", body={"tier": "pro"})
    assert (shown.status, shown.data["price"]["id"], shown.data["pendingChange"]) == (200, "price_pro", None)
    settle(platform)
    assert rows("SELECT tier FROM premium_users") == [{"tier": "pro"}]
    planned = ask(user, "PUT", body={"tier": "starter"}).data
    assert (planned["pendingChange"]["tier"], planned["price"]["id"]) == ("starter", "price_pro")
    assert desk.subscriptions["sub_1"].price == "price_pro"
    assert ask(user, "GET", tier="pro").data["pendingChange"]["at"] == planned["currentPeriodEnd"]
    assert work(platform, CHANGES, carry_out) == {"changed": 1}
    settle(platform)
    assert desk.subscriptions["sub_1"].price == "price_starter"
    assert rows("SELECT tier FROM premium_users") == [{"tier": "pro"}], "what is paid for holds until the period ends"
    assert work(platform, CHANGES, carry_out) == {"changed": 0}
    assert ask(user, "GET").data["pendingChange"] is None
    assert lapse_all(platform.clock.now() + timedelta(hours=1), platform) == 1
    assert rows("SELECT tier FROM premium_users") == [{"tier": "starter"}]


def test_a_planned_change_and_an_end_are_taken_back(platform: Platform, add_user: AddUser, desk: Desk) -> None:
    user = add_user(tier="free")
    bought(platform, desk, user)
    assert ask(user, "PUT", body={"tier": "starter"}).data["pendingChange"] is not None
    assert ask(user, "PUT", body={"tier": "pro"}).data["pendingChange"] is None
    ended = ask(user, "DELETE")
    assert (ended.data["cancelAtPeriodEnd"], ended.data["status"], desk.subscriptions["sub_1"].ends) == (
        True,
        "active",
        True,
    )
    settle(platform)
    assert ask(user, "PUT", body={"tier": "pro"}).data["cancelAtPeriodEnd"] is False
    assert not desk.subscriptions["sub_1"].ends


@pytest.mark.parametrize("price", ["price_pro", "pri_pro"])
def test_an_end_at_once_takes_the_tier(
    platform: Platform, add_user: AddUser, desk: Desk, rows: Rows, price: str
) -> None:
    user = add_user(tier="free")
    bought(platform, desk, user, price)
    assert ask(user, "DELETE", when="now").data["status"] == "canceled"
    settle(platform)
    assert rows("SELECT tier FROM premium_users") == [{"tier": "free"}]
    assert ask(user, "DELETE").status == 404
    assert ask(user, "POST", body=BUY).status == 201


def test_a_payment_that_is_declined_changes_nothing(platform: Platform, add_user: AddUser, desk: Desk) -> None:
    user = add_user(tier="free")
    bought(platform, desk, user, "price_starter")
    desk.declines = True
    assert ask(user, "PUT", body={"tier": "pro"}).status == 422
    desk.change("sub_1", status="past_due")
    hear(platform, desk, "sub_1")
    assert ask(user, "PUT", body={"tier": "pro"}).error["details"]["status"] == "past_due"


def test_preview_portal_and_bills(platform: Platform, add_user: AddUser, desk: Desk) -> None:
    user = add_user(tier="free")
    assert [
        ask(user, "POST", f"{PATH}/{each}", {"tier": "pro"} if each == "preview" else None).status
        for each in ("preview", "portal")
    ] == [404, 404]
    assert ask(user, "GET", f"{PATH}/invoices").data == []
    bought(platform, desk, user, "price_starter", start=desk.now - MONTH // 2)
    found = ask(user, "POST", f"{PATH}/preview", {"tier": "pro"}).data
    assert {**found, "dueNow": "", "credit": ""} == {"dueNow": "", "credit": "", "next": "5000", "currency": "usd"}
    assert abs(int(found["dueNow"]) - 1250) <= 1
    assert "portal" in ask(user, "POST", f"{PATH}/portal").data["url"]
    (bill,) = ask(user, "GET", f"{PATH}/invoices").data
    assert (bill["amount"], bill["currency"], bill["status"]) == ("2500", "usd", "paid")


def test_an_agreed_number_of_requests_is_carried(platform: Platform, add_user: AddUser, desk: Desk, rows: Rows) -> None:
    user = add_user(tier="free")
    bought(platform, desk, user, "price_agreed")
    shown = ask(user, "GET", tier="enterprise").data
    assert (shown["entitlements"]["requestsAMonth"], shown["price"]["amount"]) == (250_000_000, "200000")
    store = AccountStore(platform.database)
    (named,) = rows("SELECT external_id, requests_a_month FROM premium_users")
    known = store.by_external_id(named["external_id"])
    assert known is not None
    assert (known.agreed, named["requests_a_month"]) == (250_000_000, 250_000_000), "the door asks the same number"
    desk.change("sub_1", status="canceled")
    hear(platform, desk)
    assert rows("SELECT tier, requests_a_month AS n FROM premium_users") == [{"tier": "free", "n": None}]


def test_what_exceeds_a_quota_is_named(platform: Platform, add_user: AddUser, desk: Desk, rows: Rows) -> None:
    user = add_user(tier="free")
    with platform.database.as_user(user) as connection:
        for each in range(12):
            connection.execute(
                "INSERT INTO portfolio_wallets (user_id, address, label, chains, created_at)"
                " VALUES (%s, %s, 'w', '{}', now() + make_interval(secs => %s))",
                (user, f"0x{each:040x}", each),
            )
    used = {each["quota"]: each for each in ask(user, "GET", tier="starter").data["usedQuotas"]}
    assert (used["wallets"]["used"], used["wallets"]["allowed"], len(used["wallets"]["exceeding"])) == (12, 10, 2)
    newest = rows("SELECT id FROM portfolio_wallets ORDER BY created_at DESC LIMIT 2")
    assert used["wallets"]["exceeding"] == [str(row["id"]) for row in newest]
    counted = {"reports_a_day", "scans_a_day", "exports_a_day", "requests_a_month"}
    assert set(used) == {"rules", "wallets", "api_keys", "checks_a_day"} | counted
    assert [used[each]["used"] for each in sorted(counted)] == [0, 0, 0, 0]
