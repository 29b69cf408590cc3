"""Both adapters over HTTP, by their own libraries, against a desk that refuses what these would not send."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from local.payments.desk import Desk
from local.payments.door import serving
from premium.billing.providers.paddle import Adapter as Paddle
from premium.billing.providers.port import PaymentProvider, WantedCheckout
from premium.billing.providers.stripe import Adapter as Stripe
from premium.billing.service import end_subscriptions
from premium.billing.store.subscriptions import keep
from premium.billing.subscription.state import State
from premium.bootstrap import Platform
from premium.errors import NotFound, Unprocessable, UpstreamUnavailable
from premium.neighbours import CircuitOpen
from tests.fixtures.platform import AddUser

pytestmark = pytest.mark.integration
PAGE = "http://localhost/app/billing"


@pytest.fixture(params=["stripe", "paddle"])
def provider(request: pytest.FixtureRequest, desk: Desk) -> Iterator[PaymentProvider]:
    adapter = {"stripe": Stripe, "paddle": Paddle}[request.param]
    with serving(desk) as address:
        yield adapter("sk_test_x", address=address, page=PAGE)


def test_a_checkout_is_opened_paid_and_closed(provider: PaymentProvider, desk: Desk) -> None:
    now = datetime.now(UTC)
    wanted = WantedCheckout(user="u1", price="price_pro", customer=None, now=now)
    opened = provider.open_checkout(wanted, key="k1")
    assert opened.id in desk.checkouts
    assert opened.id in opened.url
    assert timedelta(hours=1) < opened.expires_at - now <= timedelta(days=1)
    provider.close_checkout(opened.id)
    assert desk.checkouts[opened.id]["status"] in ("expired", "canceled")
    provider.close_checkout(opened.id)
    provider.close_checkout("cs_nobody")
    again = provider.open_checkout(WantedCheckout(user="u1", price="price_pro", customer="c1", now=now), key="k2")
    bought = desk.pay(again.id)
    assert (bought.customer, bought.user) == ("c1", "u1")
    assert provider.subscription(bought.id)["id"] == bought.id


def test_a_subscription_changes_and_ends(provider: PaymentProvider, desk: Desk) -> None:
    desk.add("s1", "price_starter", "u1")
    assert provider.change("s1", "price_pro", prorated=True, key="k")["id"] == "s1"
    assert desk.subscriptions["s1"].price == "price_pro"
    provider.cancel("s1", at_once=False, key="k3")
    assert desk.subscriptions["s1"].ends
    provider.cancel("s1", at_once=False, key="k4")
    provider.change("s1", "price_starter", prorated=False, key="k5")
    assert (desk.subscriptions["s1"].ends, desk.subscriptions["s1"].price) == (False, "price_starter")
    assert provider.cancel("s1", at_once=True, key="k6")["status"] == "canceled"
    assert provider.cancel("s1", at_once=True, key="k7")["status"] == "canceled"


def test_a_change_is_previewed_as_the_provider_computes_it(provider: PaymentProvider, desk: Desk) -> None:
    desk.add("s1", "price_starter", "u1", start=desk.now - 15 * 86_400)
    found = provider.preview("s1", "price_pro")
    assert abs(found.due_now - 1250) <= 1
    assert abs(found.credit - 1250) <= 1
    assert (found.next, found.currency) == (5000, "usd")
    assert desk.subscriptions["s1"].price == "price_starter"


def test_bills_portal_and_the_page_of_a_debt(provider: PaymentProvider, desk: Desk) -> None:
    desk.add("s1", "price_pro", "u1").debt = "http://pay.example/debt"
    assert provider.payment_link("s1") == "http://pay.example/debt"
    (bill,) = provider.invoices("s1", limit=20)
    assert (bill.amount, bill.currency, bill.number) == (5000, "usd", "P-0001")
    assert bill.period_end is not None
    assert provider.portal("cus_1", "s1").startswith("http://pay.example/portal/")


def test_what_the_provider_refuses_is_no_outage(provider: PaymentProvider, desk: Desk) -> None:
    with pytest.raises(NotFound):
        provider.subscription("nobody")
    desk.add("s1", "price_starter", "u1")
    desk.declines = True
    with pytest.raises(Unprocessable):
        provider.change("s1", "price_pro", prorated=True, key="k")
    assert desk.subscriptions["s1"].price == "price_starter"


def test_a_provider_that_is_down_is_told_and_then_left_alone(
    provider: PaymentProvider, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stripe._http_client.HTTPClient._sleep_time_seconds", lambda *_, **__: 0)
    desk.refuses = 503
    for _ in range(5):
        with pytest.raises(UpstreamUnavailable):
            provider.subscription("s1")
    desk.refuses = None
    with pytest.raises(CircuitOpen):
        provider.subscription("s1")


def test_who_is_erased_pays_no_more(platform: Platform, add_user: AddUser, desk: Desk) -> None:
    user = add_user()
    for provider, name in (("stripe", "sub_1"), ("paddle", "sub_01"), ("stripe", "sub_unknown")):
        with platform.worker_database.transaction() as connection:
            keep(connection, user, (provider, name, "cus"), State(status="active", state_at=Decimal(1)))
    desk.add("sub_1", "price_pro", str(user))
    desk.add("sub_01", "price_pro", str(user))
    assert end_subscriptions(platform, user) == 3
    assert {each.status for each in desk.subscriptions.values()} == {"canceled"}
    assert end_subscriptions(platform, user) == 3, "again is harmless"
