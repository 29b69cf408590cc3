"""Events of both providers leave the same subscription in any order, with duplicates and gaps."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from premium.billing.cases import subscriptions
from premium.billing.subscription import paddle as paddle_events
from premium.billing.subscription import stripe as stripe_events
from premium.billing.subscription.event import Event
from premium.billing.subscription.ledger import Ledger
from premium.billing.subscription.state import NOTHING, State, step
from premium.cases import answer_alike
from premium.cli.main import main
from tests.unit.billing.payloads import (
    DAY,
    MONTH,
    START,
    checkout,
    invoice,
    moment,
    paddle,
    paddle_subscription,
    stripe,
    subscription,
    transaction,
)

pytestmark = pytest.mark.unit
CREATED, UPDATED, DELETED = (f"customer.subscription.{each}" for each in ("created", "updated", "deleted"))
PAID, FAILED = "invoice.payment_succeeded", "invoice.payment_failed"


def fold(events: Sequence[Any], **case: Any) -> dict[str, Any]:
    text = json.dumps({"events": list(events), **case})
    found = json.loads(answer_alike(text, subscriptions.KIND, whole=subscriptions.whole))
    assert "error" not in found, found
    return found  # type: ignore[no-any-return]


def outcomes(found: dict[str, Any]) -> list[str]:
    return [entry["outcome"] for entry in found["ledger"]]


def stripe_life(*, new: bool = True) -> list[dict[str, Any]]:
    """A subscription's life: begun, paid, renewed in vain, dunned, paid, ended with its period."""
    second = START + MONTH
    third = second + MONTH
    renewed = {"new": new, "start": second}
    return [
        stripe("checkout.session.completed", START, checkout()),
        stripe(CREATED, START, subscription("incomplete", new=new, user=None)),
        stripe(PAID, START, invoice(new=new, billing_reason="subscription_create")),
        stripe(UPDATED, START, subscription("active", new=new, user=None)),
        stripe(UPDATED, second, subscription("active", user=None, **renewed)),
        stripe(FAILED, second + 3600, invoice(name="in_2", **renewed)),
        stripe(UPDATED, second + 3600, subscription("past_due", user=None, **renewed)),
        stripe(FAILED, second + 3 * DAY, invoice(name="in_2", **renewed)),
        stripe(PAID, second + 5 * DAY, invoice(name="in_2", **renewed)),
        stripe(UPDATED, second + 5 * DAY, subscription("active", user=None, **renewed)),
        stripe(UPDATED, second + 6 * DAY, subscription("active", user=None, cancel_at_period_end=True, **renewed)),
        stripe(DELETED, third, subscription("canceled", user=None, cancel_at_period_end=True, **renewed)),
    ]


def paddle_life() -> list[dict[str, Any]]:
    second = START + MONTH
    period = {"current_billing_period": {"starts_at": moment(second), "ends_at": moment(second + MONTH)}}
    plan = {"scheduled_change": {"action": "cancel", "effective_at": moment(second + MONTH)}}
    return [
        paddle("subscription.created", START + 0.1, paddle_subscription("trialing")),
        paddle("transaction.completed", START + 0.2, transaction()),
        paddle("subscription.activated", START + 0.3, paddle_subscription()),
        paddle("transaction.payment_failed", second + 0.5, transaction("txn_02", start=second)),
        paddle("subscription.past_due", second + 0.6, paddle_subscription("past_due", **period)),
        paddle("transaction.completed", second + DAY, transaction("txn_02", start=second)),
        paddle("subscription.updated", second + DAY + 0.1, paddle_subscription(**period)),
        paddle("subscription.updated", second + 2 * DAY, paddle_subscription(**period, **plan)),
        paddle(
            "subscription.cancelled", second + 3 * DAY, paddle_subscription("cancelled", current_billing_period=None)
        ),
    ]


def end(found: dict[str, Any]) -> dict[str, Any]:
    """What is left when all events are there; the ledger tells of their way."""
    return {key: value for key, value in found.items() if key not in ("id", "ledger")}


LIVES: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "stripe": stripe_life, "stripe before 2025": lambda: stripe_life(new=False), "paddle": paddle_life,
    "two subscriptions": lambda: [
        *stripe_life(),
        stripe(CREATED, START + 9 * DAY, subscription(name="sub_2", price="price_starter", user="u1"), "evt_z"),
        stripe(FAILED, START + 20 * DAY, invoice(of="sub_2", name="in_9"), "evt_y"),
    ],
    "both providers": lambda: [*stripe_life(), *paddle_life()],
}  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(life=st.sampled_from(sorted(LIVES)), seed=st.integers(0, 2**32), again=st.integers(0, 6), gaps=st.integers(0, 5))
def test_any_order_with_duplicates_and_gaps_ends_as_in_order(life: str, seed: int, again: int, gaps: int) -> None:
    draw = random.Random(seed)
    events = LIVES[life]()
    kept = [event for event in events if event not in draw.sample(events, gaps)]
    arrived = kept + [draw.choice(kept) for _ in range(again)]
    draw.shuffle(arrived)
    found = fold(arrived)
    assert end(found) == end(fold(kept))
    assert outcomes(found).count("duplicate") == again


KINDS = [*stripe_events.TYPES]
STATUSES = ["incomplete", "trialing", "active", "past_due", "unpaid", "paused", "canceled", None]


@st.composite
def stripe_noise(draw: st.DrawFn) -> dict[str, Any]:
    """Any event of Stripe's, of few instants, subscriptions and users: ties and contradictions are frequent."""
    kind, at = draw(st.sampled_from(KINDS)), START + draw(st.integers(0, 3))
    name, user = draw(st.sampled_from(["sub_1", "sub_2"])), draw(st.sampled_from([None, "u1", "u2"]))
    new = draw(st.booleans())
    if kind.startswith("customer"):
        more = {"cancel_at_period_end": draw(st.sampled_from([True, False])), "start": START + at}
        price = draw(st.sampled_from(["price_pro", "price_starter", "price_x"]))
        thing = subscription(draw(st.sampled_from(STATUSES)), new=new, name=name, user=user, price=price, **more)
    elif kind.startswith("invoice"):
        thing = invoice(new=new, of=name, name=draw(st.sampled_from(["in_1", "in_2"])), amount=at)
    else:
        thing = checkout(user or "u1", subscription=draw(st.sampled_from(["sub_1", "sub_2", None])))
    thing["customer"] = draw(st.sampled_from(["cus_1", "cus_2", None]))
    return stripe(kind, at, thing, f"evt_{draw(st.integers(0, 10**6))}")


@settings(max_examples=300, deadline=None)
@given(events=st.lists(stripe_noise(), max_size=14, unique_by=lambda event: event["id"]), seed=st.integers(0, 2**32))
def test_any_order_of_any_events_ends_alike(events: list[dict[str, Any]], seed: int) -> None:
    arrived = [*events, *events[:3]]
    random.Random(seed).shuffle(arrived)
    assert end(fold(arrived)) == end(fold(events))


def naive(events: list[Event]) -> State:
    """Sort, and begin from nothing."""
    state = NOTHING
    for event in sorted(events, key=lambda each: each.key):
        state = step(state, event)
    return state


@settings(max_examples=200, deadline=None)
@given(events=st.lists(stripe_noise(), max_size=20, unique_by=lambda event: event["id"]))
def test_after_each_arrival_the_state_is_that_of_all_events_in_order(events: list[dict[str, Any]]) -> None:
    ledger, read = Ledger(asks_user=False), [stripe_events.read(event, None) for event in events]
    for count, event in enumerate(read, start=1):
        ledger.take(event)
        for name in ledger.subscriptions():
            mine = [each for each in read[:count] if each.subscription == name]
            assert ledger.histories[name].state == naive(mine)


def test_a_life_is_followed_step_by_step() -> None:
    life = stripe_life()
    seen = [fold(life[: count + 1])["subscription"] for count in range(len(life))]
    statuses = ["active", "incomplete", "active", "active", "active", *["past_due"] * 3, *["active"] * 3, "canceled"]
    assert [each["status"] for each in seen] == statuses
    assert seen[5]["grace_until"] == seen[7]["grace_until"] == "2023-12-21T23:13:20Z", "7 days after the first failure"
    assert seen[8]["grace_until"] is None
    assert {each["tier"] for each in seen[1:]} == {"pro"}
    assert (seen[4]["current_period_start"], seen[4]["current_period_end"]) == (
        "2023-12-14T22:13:20Z", "2024-01-13T22:13:20Z",
    )  # fmt: skip
    last = fold(life)
    assert (last["tier"], last["subscription"]["ended_at"]) == ("free", "2024-01-13T22:13:20Z")
    assert [(each["id"], each["amount"], each["currency"]) for each in last["payments"]] == [
        ("in_1", 5000, "usd"), ("in_2", 5000, "usd"),
    ]  # fmt: skip
    assert set(outcomes(last)) == {"applied"}


def test_both_generations_of_stripe_say_the_same() -> None:
    assert end(fold(stripe_life(new=True))) == end(fold(stripe_life(new=False)))


def test_paddles_life_ends_with_the_period_that_was_paid() -> None:
    found = fold(paddle_life())
    mine = found["subscription"]
    assert (mine["status"], mine["cancel_at_period_end"], mine["entitled"], found["tier"]) == (
        "canceled",
        True,
        True,
        "pro",
    )
    assert mine["current_period_end"] == "2024-01-13T22:13:20Z"
    assert fold(paddle_life(), now="2024-01-13T22:13:20Z")["tier"] == "free"
    assert [(each["id"], each["amount"], each["currency"]) for each in found["payments"]] == [
        ("txn_01", 5950, "eur"), ("txn_02", 5950, "eur"),
    ]  # fmt: skip
    spelt = json.loads(json.dumps(paddle_life()).replace("cancelled", "canceled"))
    assert end(fold(spelt)) == end(found)


def test_what_is_canceled_at_once_allows_nothing_and_stays_canceled() -> None:
    life = [stripe(CREATED, START, subscription()), stripe(DELETED, START + 9, subscription("canceled"))]
    later = stripe(UPDATED, START + 10, subscription("active"))
    found = fold([*life, later])
    assert (found["subscription"]["status"], found["tier"], outcomes(found)[-1]) == ("canceled", "free", "final")
    tie = stripe(UPDATED, START + 9, subscription("active"), "evt_zzz")
    assert fold([*life, tie])["subscription"]["status"] == "canceled", "the deletion is last within its second"


def test_grace_lasts_seven_days_from_the_first_failure() -> None:
    failed = START + 100
    life = [
        stripe(CREATED, START, subscription()),
        stripe(UPDATED, failed + 1, subscription("past_due")),
        stripe(FAILED, failed, invoice()),
    ]
    ends = failed + 7 * DAY
    assert [fold(life, now=str(at))["tier"] for at in (failed, ends - 1, f"{ends - 1}.999", ends)] == [
        "pro", "pro", "pro", "free",
    ]  # fmt: skip
    assert [fold(life, now=at)["subscription"]["status"] for at in (ends - 1, ends)] == ["past_due", "unpaid"]
    again = [*life, stripe(FAILED, failed + 5 * DAY, invoice())]
    assert fold(again)["subscription"]["grace_until"] == fold(life)["subscription"]["grace_until"]
    paid = [*again, stripe(PAID, failed + 8 * DAY, invoice())]
    assert (fold(paid)["tier"], fold(paid)["subscription"]["status"]) == ("pro", "active")


@pytest.mark.parametrize(
    ("status", "tier"),
    [("trialing", "pro"), ("active", "pro"), ("past_due", "pro"), ("unpaid", "free"), ("paused", "free"),
     ("incomplete", "free"), ("incomplete_expired", "free"), ("canceled", "free"), ("cancelled", "free")],
)  # fmt: skip
def test_what_a_status_allows(status: str, tier: str) -> None:
    found = fold([stripe(CREATED, START, subscription(status))])
    assert found["tier"] == tier
    assert found["subscription"]["status"] == ("canceled" if status == "cancelled" else status)


def test_a_gap_is_bridged_by_what_payments_say() -> None:
    assert fold([stripe(PAID, START, invoice())])["tier"] == "pro"
    lost = [stripe(CREATED, START, subscription()), stripe(PAID, START + MONTH, invoice(start=START + MONTH))]
    assert fold(lost)["subscription"]["current_period_end"] == "2024-01-13T22:13:20Z"
    first = stripe(FAILED, START, invoice(billing_reason="subscription_create"))
    assert fold([first])["subscription"]["status"] == "incomplete"
    assert fold([stripe(FAILED, START, invoice())])["subscription"]["status"] == "past_due"
    trial = [stripe(CREATED, START, subscription("trialing")), stripe(PAID, START, invoice(amount=0))]
    assert fold(trial)["subscription"]["status"] == "trialing", "an invoice of nothing ends no trial"
    assert fold([stripe("checkout.session.completed", START, checkout())])["subscription"]["status"] == "active"
    unpaid = checkout(payment_status="unpaid")
    assert fold([stripe("checkout.session.completed", START, unpaid)])["subscription"]["status"] == "incomplete"


def test_events_wait_for_their_checkout() -> None:
    created = stripe(CREATED, START, subscription(user=None))
    other = stripe(CREATED, START, subscription(user="u9", name="sub_9", customer="cus_9"), "evt_9")
    waiting = fold([created, other])
    assert outcomes(waiting) == ["waiting", "applied"]
    assert (waiting["waiting"], waiting["subscription"]["user"]) == (["sub_1"], "u9")
    came = fold([created, stripe("checkout.session.completed", START + 5, checkout())])
    assert (came["ledger"][0]["outcome"], came["ledger"][0]["waited_for"]) == (
        "applied", f"evt_{START + 5}_checkout.session.completed",
    )  # fmt: skip
    assert (came["subscription"]["user"], came["tier"], came["waiting"]) == ("u1", "pro", [])
    by_customer = fold([created, stripe("checkout.session.completed", START + 5, checkout(subscription=None))])
    assert (by_customer["tier"], outcomes(by_customer)) == ("pro", ["applied", "no_subscription"])
    assert fold([created, other], customers={"cus_1": "u1"})["waiting"] == []
    assert fold([created])["tier"] == "pro", "where nobody is named the file is one user's"


def test_a_user_is_found_by_checkout_then_metadata_then_customer() -> None:
    session = stripe("checkout.session.completed", START + 9, checkout("by_checkout"))
    created = stripe(CREATED, START, subscription(user="by_metadata"))
    for events in ([session, created], [created, session]):
        assert fold(events, customers={"cus_1": "by_customer"})["subscription"]["user"] == "by_checkout"
    assert fold([created], customers={"cus_1": "by_customer"})["subscription"]["user"] == "by_metadata"
    bare = stripe(CREATED, START, subscription(user=None))
    assert fold([bare], customers={"cus_1": "by_customer"})["subscription"]["user"] == "by_customer"


def test_the_ledger_tells_what_each_event_did() -> None:
    newer = stripe(UPDATED, START + 5, subscription("active"), "evt_new")
    older = stripe(UPDATED, START + 1, subscription("past_due"), "evt_old")
    late = stripe(PAID, START, invoice(), "evt_pay")
    unknown = stripe("customer.subscription.trial_will_end", START, {}, "evt_x")
    loose = stripe(PAID, START, invoice(of=None, name="in_7"), "evt_loose")
    found = fold([newer, older, newer, late, unknown, loose, 5, {"id": "evt_bad", "type": UPDATED}])
    assert outcomes(found) == [
        "applied", "older", "duplicate", "applied", "unknown_type", "no_subscription", "invalid", "invalid",
    ]  # fmt: skip
    assert [entry["index"] for entry in found["ledger"]] == list(range(8))
    assert found["ledger"][7] | {"index": 0} == {
        "index": 0, "event_id": "evt_bad", "type": UPDATED, "outcome": "invalid", "subscription": None,
        "why": "created: is not there, or of another form", "waited_for": None,
    }  # fmt: skip


def test_an_unknown_price_changes_no_tier() -> None:
    prices = {"price_1": "pro", "price_2": {"tier": "starter", "interval": "year", "currency": "usd"}}
    known = stripe(CREATED, START, subscription(price="price_1"))
    unknown = stripe(UPDATED, START + 1, subscription(price="price_pro"))
    found = fold([known, unknown], prices=prices)
    assert (found["tier"], found["subscription"]["price"], outcomes(found)) == (
        "pro",
        "price_1",
        ["applied", "unknown_price"],
    )
    assert fold([unknown], prices=prices)["tier"] == "free"
    assert fold([known, stripe(UPDATED, START + 1, subscription(price="price_2"))], prices=prices)["tier"] == "starter"


def test_the_better_of_two_counts_and_the_second_is_named() -> None:
    two = [
        stripe(CREATED, START, subscription(name="sub_1", price="price_starter")),
        stripe(CREATED, START + 1, subscription(name="sub_2", price="price_pro")),
    ]
    found = fold(two)
    assert (found["subscription"]["id"], found["tier"], found["conflicts"]) == ("sub_2", "pro", ["sub_1"])
    ended = fold([*two, stripe(DELETED, START + 2, subscription("canceled", name="sub_2"))])
    assert (ended["subscription"]["id"], ended["tier"], ended["conflicts"]) == ("sub_1", "starter", [])


def test_expanded_ids_and_several_items_are_read() -> None:
    thing = subscription(customer={"id": "cus_1", "email": "a@b.c"})
    extra = {"id": "si_0", "price": {"id": "price_seats", "currency": "usd", "unit_amount": 1}}
    thing["items"]["data"].insert(0, extra)
    found = fold([stripe(CREATED, START, thing)])
    assert (found["subscription"]["customer"], found["subscription"]["price"]) == ("cus_1", "price_pro")
    assert "a@b.c" not in json.dumps(found)


@pytest.mark.parametrize(
    "event",
    [None, [], "x", {}, {"id": "e", "type": CREATED, "created": -1}, stripe(CREATED, START, subscription("ended")),
     {"id": "e", "type": CREATED, "created": START, "data": 5}, {"id": "e" * 300, "type": CREATED, "created": START},
     paddle("subscription.created", START, {"status": "ended"}),
     {"event_id": "e", "event_type": "x", "occurred_at": "now"},
     {"event_id": "e", "event_type": "transaction.completed", "occurred_at": moment(1), "data": {}}],
)  # fmt: skip
def test_an_event_that_cannot_be_read_is_told_and_the_others_go_on(event: Any) -> None:
    found = fold([event, stripe(CREATED, START, subscription())])
    assert outcomes(found) == ["invalid", "applied"]
    assert found["ledger"][0]["why"]


def test_odd_fields_are_passed_over() -> None:
    thing = subscription() | {"items": {"data": [None, 5, {"price": 5}]}, "metadata": [], "cancel_at_period_end": "no"}
    assert outcomes(fold([stripe(CREATED, START, thing)])) == ["applied"]
    loose = {"id": "s", "items": {}, "custom_data": 1}
    assert outcomes(fold([paddle("subscription.created", START, loose)])) == ["applied"]
    assert outcomes(fold([stripe(PAID, START, {"id": "in", "lines": [], "parent": 5, "subscription": "s"})])) == [
        "applied"
    ]


def test_paddles_instants_count_to_the_last_digit() -> None:
    first = paddle("subscription.created", START, paddle_subscription("active"), "b")
    second = paddle("subscription.updated", START, paddle_subscription("paused"), "a")
    first["occurred_at"], second["occurred_at"] = "2023-11-14T22:13:20.0000001Z", "2023-11-14T23:13:20.00000011+01:00"
    assert fold([second, first])["subscription"]["status"] == "paused"
    assert fold([first])["subscription"]["state_at"] == "2023-11-14T22:13:20.0000001Z"


def test_a_file_may_be_a_list_of_events_or_cases_of_them() -> None:
    life = stripe_life()
    one = fold(life)
    for document in (life, {"id": None, "provider": "stripe", "events": life}):
        assert json.loads(answer_alike(json.dumps(document), subscriptions.KIND, whole=subscriptions.whole)) == one
    listed = json.dumps(
        {"cases": [{"id": "a", "events": life}, {"id": "b", "provider": "paddle", "events": life}, {"id": "c"}]}
    )
    both = json.loads(answer_alike(listed, subscriptions.KIND, whole=subscriptions.whole))["cases"]
    assert both[0] == one | {"id": "a"}
    assert set(outcomes(both[1])) == {"invalid"}
    assert (both[1]["subscription"], both[1]["tier"]) == (None, "free")
    assert both[2] == {"id": "c", "error": {"code": "invalid_field", "message": "events: is required"}}
    single = json.loads(answer_alike(json.dumps(life[3]), subscriptions.KIND, whole=subscriptions.whole))
    assert single["subscription"]["status"] == "active"
    assert fold([]) | {"id": None} == {
        "id": None, "subscription": None, "tier": "free", "ledger": [], "subscriptions": [], "conflicts": [],
        "payments": [], "waiting": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [({"provider": "x"}, "provider: must be"), ({"events": 5}, "events: must be a list"),
     ({"prices": {"a": "gold"}}, "prices.a.tier"),
     ({"now": "noon"}, "now: not a decimal number"), ({"now": -1}, "now: must be Unix seconds"),
     ({"event": 1}, "event: is no field")],
)  # fmt: skip
def test_a_case_that_cannot_be_answered_names_its_field(change: dict[str, Any], words: str) -> None:
    text = json.dumps({"id": 1, "events": [], **change})
    found = json.loads(answer_alike(text, subscriptions.KIND, whole=subscriptions.whole))
    assert found["error"]["message"].startswith(words), found


def test_the_command_folds_a_file() -> None:
    result = CliRunner().invoke(main, ["billing", "fold", "--input", "-"], input=json.dumps(stripe_life()))
    assert result.exit_code == 0, result.output
    assert json.loads(result.output) == fold(stripe_life())


def test_ten_thousand_events_in_any_order_take_moments() -> None:
    events = [stripe(UPDATED, START + each, subscription(), f"evt_{each}") for each in range(10_000)]
    random.Random(1).shuffle(events)
    started = time.process_time()  # beside other work the clock on the wall says nothing
    ledger = Ledger(asks_user=False)
    for event in events:
        ledger.take(stripe_events.read(event, None))
    assert time.process_time() - started < 5
    assert ledger.histories["sub_1"].newest is not None
    assert paddle_events.TYPES
