"""Events of providers on real stores: stored once, applied in any order, and felt by the user's tier."""

from __future__ import annotations

import base64
import json
import random
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import boto3
import psycopg
import pytest
from click.testing import CliRunner
from psycopg.rows import dict_row

from handlers import authorizer
from handlers.billing import handler
from local.postgres import SUPERUSER
from premium import bootstrap
from premium.accounts.credentials.owners import CredentialOwners
from premium.accounts.credentials.tokens import Claims
from premium.accounts.store import AccountStore, KeyStore
from premium.audit.chain import verify
from premium.audit.service import SYSTEM_ACTOR, Bounds
from premium.audit.store import AuditStore
from premium.billing.jobs import APPLY
from premium.billing.service import Webhooks
from premium.billing.work.entries import note_events
from premium.billing.work.events import apply, apply_event, upkeep
from premium.bootstrap import Platform
from premium.cli.main import main
from premium.errors import InvalidInput
from premium.execution.runtime import carry_out
from premium.jobs.model import Moment
from premium.manifest import services
from premium.storage.marks import mark_name
from premium.tiers import SIGNED_ROUTES, Tier
from tests.factories.http import ANONYMOUS, answer, event, verdict
from tests.fixtures.platform import AddUser
from tests.fixtures.postgres import Databases
from tests.integration.handlers.asking import rule
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
)
from tests.unit.billing.peers import paddle_header, stripe_header

pytestmark = pytest.mark.integration
SECRET = "whsec_of_the_tests"
CREATED, UPDATED, DELETED = (f"customer.subscription.{each}" for each in ("created", "updated", "deleted"))
PAID, FAILED = "invoice.payment_succeeded", "invoice.payment_failed"
Rows = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def variables(variables: dict[str, str], provisions: Mapping[str, str]) -> dict[str, str]:
    made = boto3.client("secretsmanager").create_secret(
        Name=f"webhooks-{uuid4().hex}", SecretString=json.dumps({"value": SECRET, "previous": "whsec_before"})
    )
    arns = {f"{name}_WEBHOOK_SECRET_ARN": made["ARN"] for name in ("STRIPE", "PADDLE")}
    return variables | arns | {"BILLING_PRICES": "price_pro=pro:month:usd,price_starter=starter,pri_pro=pro:month:eur"}


@pytest.fixture
def rows(postgres: Databases) -> Rows:
    def read(statement: str) -> list[dict[str, Any]]:
        with psycopg.connect(postgres.url("premium", SUPERUSER), row_factory=dict_row) as connection:
            return connection.execute(statement).fetchall()

    return read


def send(platform: Platform, payload: Mapping[str, Any], *, path: str | None = None, secret: str = SECRET) -> Any:
    """Send an event as its provider does, now."""
    body, now = json.dumps(payload), int(platform.clock.now().timestamp())
    by = "paddle" if "event_id" in payload else "stripe"
    sign = paddle_header if by == "paddle" else stripe_header
    headers = {f"{by}-signature": sign(body, secret, now), "content-type": "application/json"}
    return answer(handler(event("POST", path or f"/webhooks/{by}", by=ANONYMOUS, raw=body, headers=headers), None))


def settle(platform: Platform) -> None:
    """Apply what was received, as the jobs do, in any order."""
    received = Webhooks.of_operator(platform).page(state="received", limit=1000)
    random.Random(7).shuffle(received)
    for each in received:
        apply_event(platform, each.provider, each.event_id)


def life(user: UUID) -> list[dict[str, Any]]:
    return [
        stripe("checkout.session.completed", START, checkout(str(user))),
        stripe(CREATED, START, subscription("incomplete", user=None)),
        stripe(PAID, START, invoice(billing_reason="subscription_create")),
        stripe(UPDATED, START, subscription("active", user=None)),
        stripe(UPDATED, START + 5, subscription("active", user=None)),
    ]


def tier(rows: Rows, user: UUID) -> str:
    return {row["id"]: str(row["tier"]) for row in rows("SELECT id, tier FROM premium_users")}[user]


def test_a_signed_event_promotes_its_user_once_whatever_the_order(
    platform: Platform, add_user: AddUser, rows: Rows
) -> None:
    user = add_user(tier="free")
    events = life(user)
    random.Random(3).shuffle(events)
    answers = [send(platform, each) for each in (*events, *events[:2])]
    assert {each.status for each in answers} == {200}
    assert [each.data["known"] for each in answers] == [False] * 5 + [True] * 2
    assert len(rows("SELECT * FROM webhook_events")) == 5
    settle(platform)
    assert tier(rows, user) == "pro"
    (mine,) = rows("SELECT * FROM subscriptions")
    assert (mine["user_id"], mine["status"], mine["tier"], mine["price_id"]) == (user, "active", "pro", "price_pro")
    assert (mine["interval"], mine["currency"], mine["unit_amount"], mine["allowed_until"]) == (
        "month",
        "usd",
        5000,
        None,
    )
    (paid,) = rows("SELECT * FROM payments")
    assert (paid["user_id"], paid["amount"], paid["currency"], paid["provider_payment_id"]) == (
        user,
        5000,
        "usd",
        "in_1",
    )
    assert {row["state"] for row in rows("SELECT state FROM webhook_events")} == {"applied"}
    for each in rows("SELECT provider, event_id FROM webhook_events"):
        apply_event(platform, each["provider"], each["event_id"])
    assert len(rows("SELECT * FROM payments")) == len(rows("SELECT * FROM subscriptions")) == 1


def test_every_process_is_told_of_the_new_tier(platform: Platform, add_user: AddUser, rows: Rows) -> None:
    user = add_user(tier="free")
    payload = stripe(CREATED, START, subscription(user=str(user)))
    event_id = send(platform, payload).data["eventId"]
    before = platform.redis(2).get(mark_name(user))
    record = Webhooks.of_operator(platform).apply("stripe", event_id, request_id="req_x")
    carry_out(APPLY, apply.__wrapped__, record.id, platform)  # type: ignore[attr-defined] # the body of the job
    assert platform.jobs.store.get(record.id).result == {"users": 1}
    assert platform.redis(2).get(mark_name(user)) != before
    assert tier(rows, user) == "pro"


def test_each_event_has_one_entry_that_says_who_sent_it(platform: Platform, add_user: AddUser, rows: Rows) -> None:
    user = add_user(tier="free")
    paid, unreadable = stripe(CREATED, START, subscription(user=str(user))), {"id": "evt_odd", "type": 7}
    sent = [send(platform, each) for each in (paid, paid, unreadable)]
    refused = send(platform, stripe(UPDATED, START, subscription(user=str(user)), "evt_forged"), secret="whsec_else")
    assert [each.status for each in (*sent, refused)] == [200, 200, 200, 400]
    settle(platform)
    trail = AuditStore(platform.tables("audit"))
    assert note_events(platform, point=lambda _: None) == 2
    rows("UPDATE webhook_events SET noted_at = NULL RETURNING id")  # whoever wrote them died before he said so
    assert note_events(platform, point=lambda _: None) == 2
    today = platform.clock.now().date()
    ids = {row["id"]: row["event_id"] for row in rows("SELECT id, event_id FROM webhook_events")}
    found = {ids[each.id]: each for each in trail.of_day(today, Bounds(limit=1000)) if each.id in ids}
    assert set(found) == {paid["id"], "evt_odd"}
    good, odd = found[paid["id"]], found["evt_odd"]
    assert (good.outcome, good.targets, good.actor) == ("done", (paid["id"], "sub_1"), SYSTEM_ACTOR)
    assert good.request_id == sent[0].headers["X-Request-Id"], "of the first, not of the repetition"
    assert dict(good.changes) == {"provider": "stripe", "type": CREATED, "state": "applied", "outcome": "applied"}
    assert (odd.outcome, odd.code, odd.changes["state"]) == ("failed", "INVALID_INPUT", "failed")
    assert verify(today, trail.written_on(today), None).problems == []


def test_no_token_changes_a_tier_that_is_paid_for(platform: Platform, add_user: AddUser, rows: Rows) -> None:
    user = add_user(tier="free", external_id="user_paying")
    send(platform, stripe(CREATED, START, subscription(user="user_paying")))
    settle(platform)
    owners = CredentialOwners(AccountStore(platform.database), KeyStore(platform.database), platform.clock)
    claims = Claims(
        subject="user_paying",
        email=None,
        tier=Tier.FREE,
        roles=frozenset(),
        issued_at=platform.clock.now(),
        expires_at=2**31,
    )
    assert owners.of_claims(claims).tier is Tier.PRO
    assert tier(rows, user) == "pro"


def test_a_cancellation_takes_the_tier_when_the_period_ends(platform: Platform, add_user: AddUser, rows: Rows) -> None:
    user, now = add_user(tier="free"), int(platform.clock.now().timestamp())
    period = {"start": now - MONTH + 2, "user": str(user)}
    send(platform, stripe(CREATED, now - 100, subscription(**period)))
    send(platform, stripe(DELETED, now - 50, subscription("canceled", cancel_at_period_end=True, **period)))
    settle(platform)
    assert tier(rows, user) == "pro", "until the period ends"
    time.sleep(2.2)
    done = _upkeep(platform)
    assert (done["applied"], done["lapsed"]) == (0, 1)
    assert tier(rows, user) == "free"
    assert _upkeep(platform)["lapsed"] == 0


def test_who_owes_keeps_his_tier_for_seven_days(platform: Platform, add_user: AddUser, rows: Rows) -> None:
    late, early, now = add_user(tier="free"), add_user(tier="free"), int(platform.clock.now().timestamp())
    for user, failed in ((late, now - 8 * DAY), (early, now - 6 * DAY)):
        name, customer = f"sub_{user.hex}", f"cus_{user.hex}"
        owner = {"name": name, "customer": customer, "user": str(user)}
        send(platform, stripe(CREATED, failed - 5, subscription(**owner), f"evt_c{user.hex}"))
        send(platform, stripe(FAILED, failed, invoice(of=name, customer=customer), f"evt_f{user.hex}"))
    settle(platform)
    assert (tier(rows, late), tier(rows, early)) == ("free", "pro")
    send(
        platform,
        stripe(PAID, now, invoice(of=f"sub_{late.hex}", customer=f"cus_{late.hex}", name="in_late"), "evt_paid"),
    )
    settle(platform)
    assert tier(rows, late) == "pro"


def test_events_wait_for_a_user_that_the_checkout_names(platform: Platform, add_user: AddUser, rows: Rows) -> None:
    user = add_user(tier="free")
    send(platform, stripe(CREATED, START, subscription(user=None)))
    send(platform, stripe(CREATED, START, subscription(user="nobody", name="sub_9", customer="cus_9"), "evt_9"))
    settle(platform)
    assert {row["state"] for row in rows("SELECT state FROM webhook_events")} == {"waiting"}
    assert rows("SELECT * FROM subscriptions") == []
    send(platform, stripe("checkout.session.completed", START + 9, checkout(str(user))))
    settle(platform)
    assert tier(rows, user) == "pro"
    states = {row["event_id"]: row["state"] for row in rows("SELECT event_id, state FROM webhook_events")}
    assert states.pop("evt_9") == "waiting"
    assert set(states.values()) == {"applied"}


def test_both_providers_of_one_user_and_the_better_tier(platform: Platform, add_user: AddUser, rows: Rows) -> None:
    user = add_user(tier="free")
    send(platform, stripe(CREATED, START, subscription(price="price_starter", user=str(user))))
    settle(platform)
    assert tier(rows, user) == "starter"
    send(
        platform,
        paddle("subscription.created", START, paddle_subscription(user=str(user))),
        path="/v1/subscriptions/webhooks",
    )
    settle(platform)
    assert tier(rows, user) == "pro"
    send(platform, paddle("subscription.canceled", START + 9, paddle_subscription("canceled", user=str(user))))
    settle(platform)
    assert tier(rows, user) == "starter"


def test_a_checkout_that_was_given_up_takes_no_tier_away(platform: Platform, add_user: AddUser, rows: Rows) -> None:
    user = add_user(tier="pro")
    send(platform, stripe(CREATED, START, subscription("incomplete", price="price_starter", user=str(user))))
    send(platform, stripe(UPDATED, START + DAY, subscription("incomplete_expired", user=str(user))))
    settle(platform)
    assert tier(rows, user) == "pro"
    assert [row["status"] for row in rows("SELECT status FROM subscriptions")] == ["incomplete_expired"]


def test_what_nobody_signed_is_refused_and_not_stored(platform: Platform, rows: Rows) -> None:
    forged = send(platform, stripe(CREATED, START, subscription()), secret="whsec_wrong")
    assert (forged.status, forged.error["code"]) == (400, "INVALID_INPUT")
    assert "stripe-signature" in forged.error["details"]
    assert send(platform, stripe(CREATED, START, subscription()), secret="whsec_before").status == 200
    assert len(rows("SELECT * FROM webhook_events")) == 1


def test_a_body_in_base64_is_signed_over_its_bytes(platform: Platform) -> None:
    body, now = json.dumps(stripe(CREATED, START, subscription(), "evt_\u00e9")), int(platform.clock.now().timestamp())
    headers = {"stripe-signature": stripe_header(body, SECRET, now)}
    asked = event(
        "POST", "/webhooks/stripe", by=ANONYMOUS, raw=base64.b64encode(body.encode()).decode(), headers=headers
    )
    found = answer(handler(asked | {"isBase64Encoded": True}, None))
    assert (found.status, found.data["eventId"]) == (200, "evt_\u00e9")


def test_without_a_secret_the_endpoint_says_which_is_missing(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STRIPE_WEBHOOK_SECRET_ARN")
    bootstrap.platform.cache_clear()
    found = send(platform, stripe(CREATED, START, subscription()))
    assert (found.status, found.error["code"]) == (503, "UPSTREAM_UNAVAILABLE")
    assert "STRIPE_WEBHOOK_SECRET_ARN is not set" in found.error["message"]


def test_jobs_of_one_customer_at_once_leave_what_one_leaves(platform: Platform, add_user: AddUser, rows: Rows) -> None:
    user = add_user(tier="free")
    for each in life(user):
        send(platform, each)
    names = [each.event_id for each in Webhooks.of_operator(platform).page(limit=100)] * 4
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: apply_event(platform, "stripe", name), names))
    assert tier(rows, user) == "pro"
    assert len(rows("SELECT * FROM payments")) == len(rows("SELECT * FROM subscriptions")) == 1


def test_a_job_that_dies_before_its_commit_leaves_nothing(
    platform: Platform, add_user: AddUser, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = add_user(tier="free")
    for each in life(user):
        send(platform, each)
    (first, *_) = Webhooks.of_operator(platform).page(limit=1)
    for place in (
        "premium.billing.folded.settle",
        "premium.billing.store.webhooks.judge",
        "premium.billing.store.subscriptions.pay",
    ):
        with monkeypatch.context() as patch:
            patch.setattr(place, _die)
            with pytest.raises(KeyboardInterrupt):
                apply_event(platform, "stripe", first.event_id)
        assert rows("SELECT * FROM subscriptions") == rows("SELECT * FROM payments") == []
        assert tier(rows, user) == "free"
    apply_event(platform, "stripe", first.event_id)
    assert tier(rows, user) == "pro"


def _die(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_upkeep_applies_what_was_left_over(
    platform: Platform, add_user: AddUser, rows: Rows, postgres: Databases
) -> None:
    user = add_user(tier="free")
    send(platform, stripe(CREATED, START, subscription(user=str(user))))
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        connection.execute("UPDATE webhook_events SET received_at = now() - interval '1 minute'")
    done = _upkeep(platform)
    assert done["applied"] == 1


def test_providers_may_send_more_than_others_of_one_address(platform: Platform) -> None:
    authorizer.gatekeeper.cache_clear()
    limits = {route: rule(route=route)["limit"] for route in ("POST /webhooks/stripe", "POST /v1/auth/nonce")}
    authorizer.gatekeeper.cache_clear()
    assert limits == {"POST /webhooks/stripe": "30000", "POST /v1/auth/nonce": "1000"}
    routes = {route for service in services() if service.name == "billing" for route in service.routes}
    assert routes >= SIGNED_ROUTES


def test_operators_list_and_replay(platform: Platform, rows: Rows) -> None:
    send(platform, stripe(CREATED, START, subscription(user="nobody"), "evt_1"))
    send(platform, stripe("customer.created", START, {"email": "ada@example.org"}, "evt_2"))
    settle(platform)
    listed = CliRunner().invoke(main, ["billing", "webhooks", "list", "--json", "--state", "ignored"])
    assert listed.exit_code == 0, listed.output
    (row,) = json.loads(listed.output)
    assert (row["event"], row["state"], row["outcome"]) == ("evt_2", "ignored", "unknown_type")
    assert "ada@" not in json.dumps(rows("SELECT payload FROM webhook_events"), default=str)
    again = CliRunner().invoke(main, ["billing", "webhooks", "replay", "stripe", "evt_1", "evt_none"])
    assert (again.exit_code, again.output) == (1, "1 on their way\nnot there: evt_none\n")
    assert [each["state"] for each in rows("SELECT state FROM webhook_events WHERE event_id = 'evt_1'")] == ["received"]


def test_a_user_sees_his_own_subscription(platform: Platform, add_user: AddUser) -> None:
    user, other = add_user(tier="free"), add_user(tier="free")
    for each in life(user):
        send(platform, each)
    settle(platform)

    def asked(who: UUID, tier: str) -> dict[str, Any]:
        found = answer(handler(event("GET", "/v1/subscriptions", by=verdict(who, tier=tier)), None))
        assert found.status == 200
        return dict(found.data)

    mine, theirs = asked(user, "pro"), asked(other, "free")
    assert (mine["status"], mine["tier"], mine["provider"], mine["cancelAtPeriodEnd"]) == (
        "active",
        "pro",
        "stripe",
        False,
    )
    assert mine["price"] == {"id": "price_pro", "amount": "5000", "currency": "usd", "interval": "month"}
    assert (mine["currentPeriodStart"], mine["graceUntil"]) == ("2023-11-14T22:13:20Z", None)
    assert mine["entitlements"]["requestsAMinute"] == 10_000
    assert "tax" in mine["entitlements"]["services"]
    assert (theirs["id"], theirs["status"], theirs["price"], theirs["entitlements"]["rules"]) == (None, None, None, 0)


def test_the_application_role_may_only_add_events(platform: Platform) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), platform.database.transaction() as connection:
        connection.execute("SELECT * FROM webhook_events")
    with pytest.raises(InvalidInput):
        Webhooks.of(platform).take("stripe", {}, b"", asked={"request_id": "req_x"})


def _upkeep(platform: Platform) -> dict[str, Any]:
    context = SimpleNamespace(job_id=uuid4(), platform=platform, point=lambda _: None)
    return dict(upkeep.__wrapped__(context, Moment(at=platform.clock.now())))  # type: ignore[attr-defined] # the body
