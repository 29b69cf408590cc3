"""What the clock and administrators bring: grants, reminders, comparison, removal, and what everybody is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from handlers.people import handler as people
from local.payments.desk import Desk
from premium.accounts.credentials.keys import generate, key_hash
from premium.accounts.credentials.owners import CredentialOwners, admitted
from premium.accounts.credentials.tokens import Claims
from premium.accounts.store import AccountStore, KeyStore
from premium.audit.service import AuditLog, Bounds
from premium.billing import intake
from premium.billing.jobs import COMPARE, DUNNING, PURGE
from premium.billing.service import Grants, Revenue, Webhooks
from premium.billing.store import subscriptions
from premium.billing.store.outbox import Outbox, Told
from premium.billing.subscription.state import State
from premium.billing.work import outbox as told_out
from premium.billing.work.comparison import compare_all, compare_since
from premium.billing.work.events import apply_event, lapse_all
from premium.billing.work.outbox import empty_outbox
from premium.billing.work.purge import purge
from premium.billing.work.reminders import remind
from premium.bootstrap import Platform
from premium.errors import Forbidden, InvalidInput, NotFound, UpstreamUnavailable
from premium.tiers import Tier
from tests.factories.http import answer, event, verdict
from tests.fixtures.platform import AddUser
from tests.integration.billing.desks import bought, hear, settle, work
from tests.integration.billing.reading import Rows
from tests.unit.billing.payloads import invoice, stripe, subscription

pytestmark = pytest.mark.integration
HOUR = timedelta(hours=1)


class Hands:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def hands(platform: Platform) -> Iterator[Hands]:
    made = Hands()
    before, platform.clock = platform.clock, made
    yield made
    platform.clock = before


def tier(rows: Rows) -> str:
    return str(rows("SELECT tier FROM premium_users")[0]["tier"])


def nothing(_: str) -> None:
    """No point ends anything."""


def test_a_grant_holds_until_its_end_and_then_the_claim_stands_again(
    platform: Platform, add_user: AddUser, rows: Rows, hands: Hands
) -> None:
    user = add_user(tier="starter")
    grants, until = Grants.of(platform), hands.now() + HOUR
    assert grants.give(user, Tier.PRO, until, "a trial", by=uuid4()).tier is Tier.PRO
    assert tier(rows) == "pro"
    hands.ahead = 2 * HOUR
    assert lapse_all(hands.now(), platform) == 1
    assert tier(rows) == "starter"
    assert lapse_all(hands.now(), platform) == 0
    assert [row["claimed_tier"] for row in rows("SELECT claimed_tier FROM premium_users")] == [None]
    for wrong in (hands.now() - HOUR, hands.now() + timedelta(days=4000)):
        with pytest.raises(InvalidInput, match="until"):
            grants.give(user, Tier.PRO, wrong, "a trial", by=uuid4())
    with pytest.raises(NotFound):
        grants.give(uuid4(), Tier.PRO, hands.now() + HOUR, "a trial", by=uuid4())


def test_the_best_of_subscription_and_grant_counts(
    platform: Platform, add_user: AddUser, rows: Rows, hands: Hands, desk: Desk
) -> None:
    user = add_user(tier="free")
    bought(platform, desk, user, "price_starter")
    Grants.of(platform).give(user, Tier.ENTERPRISE, hands.now() + HOUR, "a favour", by=uuid4())
    assert tier(rows) == "enterprise"
    desk.change("sub_1", status="canceled")
    hear(platform, desk)
    assert tier(rows) == "enterprise"
    hands.ahead = 2 * HOUR
    lapse_all(hands.now(), platform)
    assert tier(rows) == "free", "a subscription was kept: no claim counts"


def test_administrators_give_tiers_and_look_at_events(platform: Platform, add_user: AddUser, desk: Desk) -> None:
    user, admin = add_user(tier="free"), add_user(external_id="user_admin")
    until = (datetime.now(UTC) + HOUR).isoformat()

    def ask(method: str, path: str, body: Any = None, *, roles: str = "admin", **query: str) -> Any:
        by = verdict(admin, roles=roles) | {"provedAt": str(int(datetime.now(UTC).timestamp()))}
        raw = None if body is None else json.dumps(body)
        asked = event(method, path, by=by, raw=raw, query=query, headers={"content-type": "application/json"})
        return answer(people(asked, None))

    grant = {"tier": "pro", "until": until, "reason": "ticket 4711"}
    assert ask("POST", f"/v1/admin/users/{user}/grants", grant, roles="").status == 403
    made = ask("POST", f"/v1/admin/users/{user}/grants", grant)
    assert (made.status, made.data["tier"]) == (201, "pro"), made
    assert ask("POST", f"/v1/admin/users/{user}/grants", grant | {"reason": ""}).status == 400
    bought(platform, desk, user)
    (seen,) = ask("GET", "/v1/admin/webhooks", provider="stripe", state="applied").data
    assert (seen["type"], seen["outcome"], "payload" in seen) == ("customer.subscription.updated", "applied", False)
    assert ask("GET", "/v1/admin/webhooks", type="nothing").data == []
    again = ask("POST", f"/v1/admin/webhooks/{seen['id']}/replay")
    assert again.data == {"provider": "stripe", "eventId": seen["eventId"]}
    assert ask("GET", "/v1/admin/webhooks", state="received").data[0]["id"] == seen["id"]
    assert ask("POST", f"/v1/admin/webhooks/{uuid4()}/replay").status == 404


def test_what_follows_is_told_once_whoever_is_killed_where(
    platform: Platform, add_user: AddUser, rows: Rows, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, heard = add_user(tier="free", email="ada@example.org"), list[Told]()
    monkeypatch.setattr(told_out, "publish", lambda _, told: heard.append(told))
    bought(platform, desk, user)
    waiting = Outbox(platform.worker_database).waiting()
    assert waiting == 2, "the subscription and the tier"

    class Killed(BaseException):
        pass

    for place in ("published", "audited"):

        def die(point: str, place: str = place) -> None:
            if point == place:
                raise Killed

        with pytest.raises(Killed):
            empty_outbox(platform, point=die)
        assert Outbox(platform.worker_database).waiting() == waiting
    assert empty_outbox(platform, point=nothing) == 2
    assert empty_outbox(platform, point=nothing) == 0
    assert len({told.id for told in heard}) == 2
    assert len(heard) == 4, "the first was published three times, under one id"
    titles = [row["title"] for row in rows("SELECT title FROM notices WHERE kind LIKE 'billing.%'")]
    assert titles == ["Your plan is pro"]
    entries = AuditLog.of(platform).of_day(datetime.now(UTC).date(), Bounds(limit=500))
    mine = [entry.name for entry in entries if str(user) in entry.targets and entry.name == "tier.changed"]
    assert mine == ["tier.changed"]


def test_two_who_empty_the_outbox_tell_nothing_twice(platform: Platform, add_user: AddUser, desk: Desk) -> None:
    user, seen = add_user(tier="free"), list[UUID]()
    bought(platform, desk, user)

    def other(_: Any, told: Told) -> None:
        seen.append(told.id)

    def first(connection: Any, told: Told) -> None:
        seen.append(told.id)
        assert Outbox(platform.worker_database).tell_next(other), "while the first is held"

    assert Outbox(platform.worker_database).tell_next(first)
    assert len(set(seen)) == len(seen) == 2


def test_who_owes_is_reminded_on_each_day_once_and_then_unpaid(
    platform: Platform, add_user: AddUser, rows: Rows, hands: Hands, desk: Desk
) -> None:
    user = add_user(tier="free", email="ada@example.org")
    bought(platform, desk, user)
    desk.change("sub_1", status="past_due", debt="http://pay.example/debt")
    hear(platform, desk)
    told = []
    for hours in (0, 1, 71, 73, 119, 121, 167, 169, 200):
        hands.ahead = timedelta(hours=hours)
        lapse_all(hands.now(), platform)
        told.append(work(platform, DUNNING, remind)["reminded"])
    assert told == [1, 0, 0, 1, 0, 1, 0, 1, 0]
    mails = rows("SELECT text, data ->> 'day' AS day FROM notices WHERE kind = 'billing.owed' ORDER BY created_at")
    assert [row["day"] for row in mails] == ["0", "3", "5", "7"]
    assert all("http://pay.example/debt" in row["text"] for row in mails)
    assert (tier(rows), rows("SELECT status FROM subscriptions")) == ("free", [{"status": "unpaid"}])
    hands.ahead += HOUR
    desk.change("sub_1", status="active", debt=None)
    hear(platform, desk)
    assert tier(rows) == "pro", "and lives again when it is paid"


def test_days_that_an_outage_passed_over_are_told_once_each_in_order(
    platform: Platform, add_user: AddUser, rows: Rows, hands: Hands, desk: Desk
) -> None:
    bought(platform, desk, add_user(tier="free", email="ada@example.org"))
    desk.change("sub_1", status="past_due", debt="http://pay.example/debt")
    hear(platform, desk)
    told = []
    for hours in (0, 130, 131, 169, 170):
        hands.ahead = timedelta(hours=hours)
        told.append(work(platform, DUNNING, remind)["reminded"])
    assert told == [1, 2, 0, 1, 0]
    days = rows(
        "SELECT data ->> 'day' AS day FROM notices WHERE kind = 'billing.owed' ORDER BY created_at, data ->> 'day'"
    )
    assert [row["day"] for row in days] == ["0", "3", "5", "7"]


def test_keys_of_who_does_not_pay_are_forbidden_and_live_again(
    platform: Platform, add_user: AddUser, rows: Rows, hands: Hands, desk: Desk
) -> None:
    user = add_user(tier="free")
    bought(platform, desk, user, "price_agreed")
    key = generate().text
    with platform.database.as_user(user) as connection:
        connection.execute(
            "INSERT INTO api_keys (user_id, name, prefix, key_hash, scopes) VALUES (%s, 'bot', 'pdk_kkkk', %s, '{}')",
            [user, key_hash(key)],
        )

    def owner() -> Any:
        users, keys = AccountStore(platform.database), KeyStore(platform.database)
        return admitted(CredentialOwners(users, keys, platform.clock).of_key(key))

    assert owner().tier is Tier.ENTERPRISE
    desk.change("sub_1", status="past_due")
    hear(platform, desk)
    assert owner().tier is Tier.ENTERPRISE, "in the days of grace"
    hands.ahead = timedelta(days=7, hours=1)
    lapse_all(hands.now(), platform)
    with pytest.raises(Forbidden, match="API keys need the tier enterprise"):
        owner()
    desk.change("sub_1", status="active")
    hear(platform, desk)
    assert owner().tier is Tier.ENTERPRISE


def test_a_newer_tokens_better_claim_counts_while_a_grant_holds(
    platform: Platform, add_user: AddUser, rows: Rows, hands: Hands
) -> None:
    """The tier is the best of both, and the newest claim is what is left when the grant ends."""
    user, at = add_user(tier="free", external_id="user_ada"), int(hands.now().timestamp())
    Grants.of(platform).give(user, Tier.STARTER, hands.now() + HOUR, "a trial", by=uuid4())
    owners = CredentialOwners(AccountStore(platform.database), KeyStore(platform.database), platform.clock)

    def comes(claimed: Tier, issued: int) -> Tier:
        moment = datetime.fromtimestamp(issued, UTC)
        claims = Claims(
            subject="user_ada", email=None, tier=claimed, roles=frozenset(), issued_at=moment, expires_at=issued + 3600
        )
        return owners.of_claims(claims).tier

    assert [comes(Tier.PRO, at), comes(Tier.FREE, at - 60), comes(Tier.PRO, at)] == [Tier.PRO] * 3
    assert comes(Tier.FREE, at + 60) is Tier.STARTER, "the grant is the better one now"
    assert comes(Tier.PRO, at + 120) is Tier.PRO
    hands.ahead = 2 * HOUR
    lapse_all(hands.now(), platform)
    assert rows("SELECT tier, claimed_tier, granted_tier FROM premium_users") == [
        {"tier": "pro", "claimed_tier": None, "granted_tier": None}
    ]


def test_a_provider_that_is_silent_delays_a_reminder_and_no_longer_than_hours(
    platform: Platform, add_user: AddUser, hands: Hands, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stripe._http_client.HTTPClient._sleep_time_seconds", lambda *_, **__: 0)
    bought(platform, desk, add_user(tier="free"))
    desk.change("sub_1", status="past_due")
    hear(platform, desk)
    desk.refuses = 500
    assert work(platform, DUNNING, remind) == {"reminded": 0}
    hands.ahead = 7 * HOUR
    assert work(platform, DUNNING, remind) == {"reminded": 1}


@pytest.mark.parametrize("price", ["price_pro", "pri_pro"])
def test_what_no_event_brought_is_mended_with_an_entry(  # noqa: PLR0917 - fixtures
    platform: Platform, add_user: AddUser, rows: Rows, hands: Hands, desk: Desk, price: str
) -> None:
    user = add_user(tier="free")
    bought(platform, desk, user, price)
    hands.ahead = HOUR
    assert work(platform, COMPARE, compare_all) == {"compared": 1, "mended": 0, "stale": 0, "unknown": 0}
    desk.clock = lambda: hands.now().timestamp()
    desk.change("sub_1", price="price_starter" if price == "price_pro" else "pri_starter")
    hands.ahead = 2 * HOUR
    assert work(platform, COMPARE, compare_all)["mended"] == 1
    settle(platform)
    assert tier(rows) == "starter"
    entries = AuditLog.of(platform).of_day(datetime.now(UTC).date(), Bounds(limit=500))
    (entry,) = [each for each in entries if each.name == "subscription mended" and str(user) in each.targets]
    assert entry.changes["price_id"]["before"] == price
    hands.ahead = 3 * HOUR
    assert work(platform, COMPARE, compare_all)["mended"] == 0


def test_an_older_answer_mends_nothing(
    platform: Platform, add_user: AddUser, rows: Rows, hands: Hands, desk: Desk
) -> None:
    bought(platform, desk, add_user(tier="free"), start=desk.now - 86_400)
    desk.freeze()
    desk.change("sub_1", start=desk.now)
    hands.ahead = HOUR
    hear(platform, desk)
    hands.ahead = 2 * HOUR
    assert work(platform, COMPARE, compare_all)["stale"] == 1
    settle(platform)
    assert rows("SELECT 1 AS n FROM webhook_events WHERE state = 'received'") == []
    desk.subscriptions.clear()
    desk.freeze()
    hands.ahead = 3 * HOUR
    assert work(platform, COMPARE, compare_all)["unknown"] == 1
    assert tier(rows) == "pro"


def test_a_comparison_that_is_cut_off_goes_on(  # noqa: PLR0917 - fixtures
    platform: Platform, add_user: AddUser, rows: Rows, hands: Hands, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stripe._http_client.HTTPClient._sleep_time_seconds", lambda *_, **__: 0)
    user = add_user(tier="free")
    bought(platform, desk, user)
    desk.add("sub_2", "pri_pro", str(user))
    hear(platform, desk, "sub_2", "paddle")
    hands.ahead = HOUR
    since = hands.now()
    desk.refuses = 500
    with pytest.raises(UpstreamUnavailable):
        compare_since(since, platform, request_id="r")
    desk.refuses = None
    assert compare_since(since, platform, request_id="r")["compared"] == 2
    assert compare_since(since, platform, request_id="r")["compared"] == 0


def test_a_tie_is_settled_by_the_provider(platform: Platform, add_user: AddUser, rows: Rows, desk: Desk) -> None:
    user, at = add_user(tier="free"), desk.now
    for name, price in (("evt_a", "price_pro"), ("evt_b", "price_starter")):
        payload = stripe("customer.subscription.updated", at, subscription(user=str(user), price=price), name)
        _store(platform, payload)
    found = apply_event(platform, "stripe", "evt_a")
    assert found.tied == {"sub_1"}


def test_old_events_go_and_the_state_stays(
    platform: Platform, add_user: AddUser, rows: Rows, hands: Hands, desk: Desk
) -> None:
    user = add_user(tier="free")
    for at, kind, thing in (
        (1, "customer.subscription.created", subscription("incomplete", user=str(user))),
        (2, "invoice.payment_succeeded", invoice()), (3, "customer.subscription.updated", subscription(user=str(user))),
    ):  # fmt: skip
        _store(platform, stripe(kind, 1_700_000_000 + at, thing))
    settle(platform)
    hands.ahead = timedelta(days=91)
    assert work(platform, PURGE, purge)["events"] == 2
    _store(platform, stripe("invoice.payment_failed", 1_700_000_009, invoice()))
    settle(platform)
    (mine,) = rows("SELECT status, tier, price_id FROM subscriptions")
    assert (mine["tier"], mine["price_id"]) == ("pro", "price_pro")
    assert work(platform, PURGE, purge)["events"] == 1, "the one that is the newest no more"
    _store(platform, stripe("customer.subscription.deleted", 1_700_000_010, subscription("canceled", user=str(user))))
    settle(platform)
    hands.ahead += timedelta(days=91)
    work(platform, PURGE, purge)
    assert len(rows("SELECT 1 FROM webhook_events")) == 1, "the last word on it"
    hands.ahead += timedelta(days=8 * 366)
    work(platform, PURGE, purge)
    assert rows("SELECT 1 FROM webhook_events") == [], "it goes with its ledger"


def _store(platform: Platform, payload: dict[str, Any]) -> None:
    Webhooks.of_operator(platform).store.add(intake._event("stripe", json.dumps(payload).encode()))


def test_revenue_is_told_by_currency_and_never_added(platform: Platform, add_user: AddUser, rows: Rows) -> None:
    user, start = add_user(tier="free"), datetime(2026, 3, 1, tzinfo=UTC)
    for name, amount, currency, days, ended in (
        ("a", 5000, "usd", 31, None), ("b", 60_000, "usd", 365, None), ("c", 4000, "eur", 31, None),
        ("d", 5000, "usd", 31, start + timedelta(days=9)),
    ):  # fmt: skip
        at = start - timedelta(days=5) if name == "d" else start - timedelta(days=1)
        keep(platform, user, name, ended)
        rows(
            "INSERT INTO payments (user_id, subscription_id, provider, provider_payment_id, amount, currency,"  # noqa: S608
            f" period_start, period_end, paid_at) SELECT user_id, id, provider, '{name}', {amount}, '{currency}',"
            f" '{at + timedelta(days=5)}', '{at + timedelta(days=5 + days)}', '{at}'"
            f" FROM subscriptions WHERE provider_subscription_id = '{name}'"
        )
    found = {row.currency: row for row in Revenue.of(platform).of_month(start, start + timedelta(days=20))}
    assert {name: (row.mrr, row.arr, row.paying) for name, row in found.items()} == {
        "usd": (10_000, 120_000, 2), "eur": (4000, 48_000, 1)
    }  # fmt: skip
    assert (found["usd"].began_with, found["usd"].ended, str(found["usd"].churn_percent)) == (3, 1, "33.33")


def keep(platform: Platform, user: UUID, name: str, ended: datetime | None) -> None:
    at = None if ended is None else Decimal(int(ended.timestamp()))
    state = State(status="canceled" if ended else "active", ended_at=at, state_at=Decimal(1))
    with platform.worker_database.transaction() as connection:
        subscriptions.keep(connection, user, ("stripe", name, None), state)
