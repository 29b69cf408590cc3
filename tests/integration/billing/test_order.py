"""Events of both providers in any order, twice and with gaps: through intake and job on PostgreSQL, one end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from premium.billing import intake
from premium.billing.service import Webhooks
from premium.billing.work.events import apply_event
from premium.bootstrap import Platform
from tests.fixtures.platform import AddUser
from tests.integration.billing.reading import Rows
from tests.unit.billing.payloads import (
    DAY,
    MONTH,
    START,
    checkout,
    invoice,
    paddle,
    paddle_subscription,
    stripe,
    subscription,
    transaction,
)

pytestmark = pytest.mark.integration
UPDATED = "customer.subscription.updated"
EXAMPLES = 10
Sent = tuple[str, dict[str, Any]]


def lives(user: str, run: str) -> list[Sent]:
    """All that two providers tell of three subscriptions: one renewed, one owing and ended, one of Paddle's."""
    one = {"name": f"sub_1{run}", "customer": f"cus_{run}"}
    two = {**one, "name": f"sub_2{run}"}
    of_one = {"of": one["name"], "customer": one["customer"]}
    of_two = {"of": two["name"], "customer": two["customer"]}
    told = [
        ("checkout.session.completed", 0, checkout(user, customer=one["customer"], subscription=one["name"])),
        ("customer.subscription.created", 0, subscription("incomplete", user=None, **one)),
        ("invoice.payment_succeeded", 0, invoice(name=f"in_1{run}", **of_one)),
        (UPDATED, 0, subscription(user=None, **one)),
        ("invoice.payment_succeeded", MONTH, invoice(name=f"in_2{run}", start=START + MONTH, **of_one)),
        (UPDATED, MONTH, subscription(user=None, start=START + MONTH, new=False, **one)),
        ("customer.subscription.created", DAY, subscription(user=None, price="price_starter", **two)),
        ("invoice.payment_failed", 2 * DAY, invoice(name=f"in_3{run}", **of_two)),
        (UPDATED, 2 * DAY, subscription("past_due", user=None, price="price_starter", **two)),
        ("customer.subscription.deleted", 9 * DAY, subscription("canceled", user=None, price="price_starter", **two)),
        (UPDATED, 9 * DAY, subscription(user=None, price="price_pro", **two)),
    ]
    found: list[Sent] = [
        ("stripe", stripe(kind, START + at, thing, f"evt_{place:02}{run}"))
        for place, (kind, at, thing) in enumerate(told)
    ]
    third = {"id": f"sub_01{run}", "customer_id": f"ctm_{run}"}
    of_third = {"subscription_id": third["id"], "customer_id": third["customer_id"]}
    said = [
        ("subscription.created", 0, paddle_subscription("active", user=user, **third)),
        ("transaction.completed", 1, transaction(f"txn_{run}", **of_third)),
        ("subscription.past_due", 5 * DAY, paddle_subscription("past_due", user=user, **third)),
        ("subscription.cancelled", 6 * DAY, paddle_subscription("canceled", user=user, **third)),
    ]
    return found + [
        ("paddle", paddle(kind, START + at, thing, f"evp_{place:02}{run}"))
        for place, (kind, at, thing) in enumerate(said)
    ]


def end(platform: Platform, rows: Rows, user: UUID, run: str, sent: Sequence[Sent]) -> Any:
    """Take events in and apply each as it comes, and return what they leave."""
    for provider, payload in sent:
        event = intake._event(provider, json.dumps(payload).encode())  # type: ignore[arg-type] # one of the two
        Webhooks.of_operator(platform).store.add(event)
        apply_event(platform, provider, event.event_id)
    mine = f"WHERE user_id = '{user}'"
    kept = rows(
        f"SELECT replace(provider_subscription_id, '{run}', '') AS name, status, tier, price_id, unit_amount,"  # noqa: S608 - constants of the test
        " current_period_start, current_period_end, cancel_at_period_end, grace_until, allowed_until::text, ended_at,"
        f" state_at FROM subscriptions {mine} ORDER BY name"
    )
    paid = rows(
        f"SELECT replace(provider_payment_id, '{run}', '') AS name, amount, currency, paid_at"  # noqa: S608 - the same
        f" FROM payments {mine} ORDER BY name"
    )
    told = rows(f"SELECT kind, count(*) AS n FROM outbox {mine} AND key IS NOT NULL GROUP BY kind")  # noqa: S608 - the same
    return rows(f"SELECT tier FROM premium_users WHERE id = '{user}'"), kept, paid, told  # noqa: S608 - the same


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_with_duplicates_and_gaps_ends_as_in_order(
    platform: Platform, add_user: AddUser, rows: Rows, data: st.DataObject
) -> None:
    first, second = add_user(tier="free"), add_user(tier="free")
    size = len(lives("u", ""))
    present = data.draw(st.lists(st.integers(0, size - 1), min_size=3, max_size=size, unique=True).map(sorted))
    again = data.draw(st.lists(st.sampled_from(present), max_size=4))
    order = data.draw(st.permutations([*present, *again]))
    runs = first.hex[:8], second.hex[:8]
    in_order = [lives(str(first), runs[0])[place] for place in present]
    shuffled = [lives(str(second), runs[1])[place] for place in order]
    assert end(platform, rows, first, runs[0], in_order) == end(platform, rows, second, runs[1], shuffled)
