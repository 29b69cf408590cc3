"""What is stored of an event says the same as the event, and nothing of a person."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from premium.billing.subscription import paddle, stripe
from premium.billing.subscription.kept import kept
from premium.billing.subscription.prices import Plan, plans_of
from premium.tiers import Tier
from tests.unit.billing.payloads import checkout, invoice, paddle_subscription, transaction
from tests.unit.billing.payloads import paddle as paddle_event
from tests.unit.billing.payloads import stripe as stripe_event
from tests.unit.billing.test_fold import paddle_life, stripe_life, stripe_noise

pytestmark = pytest.mark.unit
PLANS = plans_of("price_pro=pro:month:usd,price_starter=starter,pri_pro=pro:month:eur")
PERSON = {
    "email": "ada@example.org", "name": "Ada Lovelace", "phone": "+441234",
    "address": {"line1": "Street 1", "city": "X"},
    "card": {"last4": "4242"}, "customer_details": {"email": "ada@example.org"}, "customer_email": "ada@example.org",
    "payment_method_details": {"card": {"last4": "4242"}}, "description": "for Ada",
}  # fmt: skip


@given(event=stripe_noise())
def test_what_is_stored_of_stripe_says_the_same(event: dict[str, Any]) -> None:
    assert stripe.read(kept(event), PLANS) == stripe.read(event, PLANS)


@pytest.mark.parametrize("event", [*stripe_life(), *stripe_life(new=False)], ids=lambda each: each["id"])
def test_a_life_of_stripe_is_stored_whole(event: dict[str, Any]) -> None:
    event["data"]["object"] |= PERSON
    stays = kept(event)
    assert stripe.read(stays, PLANS) == stripe.read(event, PLANS)
    assert not any(
        word in json.dumps(stays) for word in ("Lovelace", "example.org", "4242", "Street", "+441234", "for Ada")
    )


@pytest.mark.parametrize("event", paddle_life(), ids=lambda each: each["event_id"])
def test_a_life_of_paddle_is_stored_whole(event: dict[str, Any]) -> None:
    event["data"] |= PERSON | {"customer": PERSON}
    stays = kept(event)
    assert paddle.read(stays, PLANS) == paddle.read(event, PLANS)
    assert not any(
        word in json.dumps(stays) for word in ("Lovelace", "example.org", "4242", "Street", "+441234", "for Ada")
    )


def test_of_metadata_the_users_id_alone_stays() -> None:
    secret = {"user_id": "u1", "api_key": "pdk_secret", "note": "Ada", "tier": "enterprise"}
    for event in (
        stripe_event("checkout.session.completed", 1, checkout(metadata=secret)),
        stripe_event("invoice.payment_failed", 1, invoice(metadata=secret)),
        paddle_event("subscription.created", 1, paddle_subscription(custom_data=secret)),
        paddle_event("transaction.completed", 1, transaction(custom_data=secret)),
    ):
        text = json.dumps(kept(event))
        assert '{"user_id": "u1"}' in text
        assert not any(word in text for word in ("pdk_secret", "Ada", "enterprise"))


def test_what_no_store_takes_is_left_out() -> None:
    deep: dict[str, Any] = {}
    place = deep
    for _ in range(50):
        place["data"] = {}
        place = place["data"]
    odd = {
        "id": "a\x00b",
        "type": "x" * 300,
        "status": "\ud800",
        "created": 5,
        "amount": 1.5,
        "items": list(range(1000)),
    }
    stays = kept(odd | deep)
    assert (stays["created"], len(stays["items"])) == (5, 100)
    assert stays.keys() == {"created", "items", "data"}
    assert json.dumps(stays).count("data") == 12


def test_prices_are_configured_by_a_line() -> None:
    assert plans_of("") == {}
    assert PLANS["price_pro"] == Plan(Tier.PRO, "month", "usd")
    assert PLANS["price_starter"] == Plan(Tier.STARTER, None, None)
