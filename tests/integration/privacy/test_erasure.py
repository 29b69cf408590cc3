"""A user is erased from every store, and nobody else is: found by looking into all of them, not by the list."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from local.postgres import SUPERUSER
from premium.errors import Conflict, NotFound, UpstreamUnavailable
from premium.privacy.places import known_places
from premium.privacy.receipts import receipts
from premium.privacy.service import Erasures, erase_now, erased_before, planned
from premium.privacy.store import ErasureStore
from premium.privacy.work.eraser import Eraser
from tests.integration.privacy.conftest import Everywhere, Person

pytestmark = pytest.mark.integration
KEPT = {"dynamodb audit", "redis 2 standing"}
"""The trail, by its law; the mark that tells every process to ask anew lives two minutes."""
LEDGER = KEPT | {"premium premium_users", "premium subscriptions", "premium payments"}


def erase(everywhere: Everywhere, person: Person) -> dict[str, Any]:
    return dict(erase_now(everywhere.platform, person.user_id, by="operator"))


def sql(everywhere: Everywhere, statement: str, *values: Any) -> list[Any]:
    with psycopg.connect(everywhere.postgres.url("premium", SUPERUSER)) as connection:
        cursor = connection.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def others(everywhere: Everywhere, person: Person) -> list[tuple[str, str]]:
    """All that is not his, and not the receipts, which tell of everybody who was erased."""
    return sorted(
        (place, text)
        for place, text in everywhere.lines()
        if not any(word in text.lower() for word in person.words)
        and place != "premium erasures" and not place.startswith("redis 2 usage") and "drained" not in text
    )  # fmt: skip


def test_nothing_of_him_is_left_anywhere_and_nothing_of_another_changes(everywhere: Everywhere) -> None:
    him, her = everywhere.fill(), everywhere.fill()
    assert len(everywhere.holding(him)) > 30, "the test itself: he is in every place"
    before = everywhere.holding(her)
    result = erase(everywhere, him)
    assert result["account"] == "deleted"
    assert set(everywhere.holding(him)) == KEPT
    after = everywhere.holding(her)
    before["dynamodb usage"], after["dynamodb usage"] = [], []  # her own requests were written down meanwhile
    before.pop("redis 2 usage:pending", None), before.pop("redis 2 usage", None), after.pop("redis 2 usage", None)
    assert {place: sorted(rows) for place, rows in after.items()} == {
        place: sorted(rows) for place, rows in before.items()
    }


def test_what_the_ledger_keeps_hangs_on_an_account_that_says_nothing(everywhere: Everywhere) -> None:
    him = everywhere.fill(paying=True)
    sql(everywhere, "UPDATE subscriptions SET status = 'canceled'")
    assert erase(everywhere, him)["account"] == "anonymised"
    left = everywhere.holding(him)
    assert set(left) == LEDGER
    text = " ".join(left["premium premium_users"])
    assert him.email not in text
    assert him.external_id not in text
    assert him.wallet not in text
    (row,) = sql(everywhere, "SELECT is_restricted, email, erased_at IS NOT NULL FROM premium_users")
    assert row == (True, None, True)
    store = ErasureStore(everywhere.platform.worker_database)
    now = everywhere.platform.clock.now()
    assert store.purge(now - timedelta(days=1), 10) == 0
    assert store.purge(now + timedelta(days=1), 10) == 1
    assert set(everywhere.holding(him)) == KEPT


def test_a_subscription_that_lives_holds_the_erasure_up(everywhere: Everywhere) -> None:
    him = everywhere.fill(paying=True)
    sql(everywhere, "UPDATE subscriptions SET status = 'active'")
    with pytest.raises(UpstreamUnavailable, match="stripe"):
        erase(everywhere, him)
    assert "premium tax_transactions" in {place[:24] for place in everywhere.holding(him)}
    assert sql(everywhere, "SELECT is_restricted FROM premium_users") == [(True,)]
    sql(everywhere, "UPDATE subscriptions SET status = 'canceled'")
    assert erase(everywhere, him)["account"] == "anonymised"


class Killed(BaseException):
    """As if the process had been: nothing catches it."""


def unhurt(everywhere: Everywhere) -> tuple[list[str], dict[str, int]]:
    """The points that a run passes, and what its receipt counts."""
    passed: list[str] = []
    store, person = ErasureStore(everywhere.platform.worker_database), everywhere.fill()
    made, _ = store.ask(uuid4(), person.user_id, by="user", due_at=everywhere.platform.clock.now())
    Eraser.of(everywhere.platform, passed.append).run(made.id)
    (receipt,) = [each for each in receipts(everywhere.platform) if each.id == made.id]
    return list(dict.fromkeys(passed)), {each.store + each.place: each.count for each in receipt.places}


def test_killed_at_any_point_it_goes_on_and_counts_the_same(everywhere: Everywhere) -> None:
    """At each named point one run dies; the next ends what it began; the receipt is an unhurt one's."""
    platform, store = everywhere.platform, ErasureStore(everywhere.platform.worker_database)
    named, wanted = unhurt(everywhere)
    assert {"begun", "shut_out", "cleared premium tax_transactions", "first_write", "receipt"} <= set(named)
    for point in named[:3] + named[4:-3:9] + named[-3:]:
        person = everywhere.fill()
        made, _ = store.ask(uuid4(), person.user_id, by="user", due_at=platform.clock.now())

        def strike(passed: str, at: str = point) -> None:
            if passed == at:
                raise Killed

        with pytest.raises(Killed):
            Eraser.of(platform, strike).run(made.id)
        Eraser.of(platform).run(made.id)
        Eraser.of(platform).tell(made.id)
        assert set(everywhere.holding(person)) == KEPT, point
        (receipt,) = [each for each in receipts(platform) if each.id == made.id]
        assert {each.store + each.place: each.count for each in receipt.places} == wanted, point


def test_the_receipt_names_every_place_and_nobody(everywhere: Everywhere) -> None:
    him = everywhere.fill()
    done = erase(everywhere, him)
    (receipt,) = [each for each in receipts(everywhere.platform) if str(each.id) == done["erasure"]]
    text = receipt.model_dump_json()
    assert not any(word in text.lower() for word in him.words)
    assert {(each.store, each.place) for each in receipt.places} == {
        (each.place.store, each.place.name) for each in known_places()
    }
    counts = {each.place: each.count for each in receipt.places}
    assert counts["tax_transactions"] == 1
    assert counts["portfolio_rows"] == 3
    assert counts["audit"] == 1
    assert counts["usage"] == 4
    assert counts["exports/tax-imports/{user}/"] == 1
    assert counts["2:window:user:{user}"] == 1
    assert all(each.reason for each in receipt.places if each.action == "keep")
    assert receipt.subject == hashlib.sha256(str(him.user_id).encode()).hexdigest()


def test_who_comes_back_with_a_backup_is_found_by_his_receipt(everywhere: Everywhere) -> None:
    him, her = everywhere.fill(), everywhere.fill()
    erase(everywhere, him)
    # The restored database: he is there again, and nothing in it knows that he was erased.
    sql(everywhere, "DELETE FROM erasures")
    sql(
        everywhere, "INSERT INTO premium_users (id, external_id, email) VALUES (%s, %s, %s)",
        him.user_id, him.external_id, him.email,
    )  # fmt: skip
    assert list(erased_before(everywhere.platform)) == [him.user_id]
    erase_now(everywhere.platform, him.user_id, by="receipt")
    assert list(erased_before(everywhere.platform)) == []
    assert sql(everywhere, "SELECT id FROM premium_users") == [(her.user_id,)]


def test_a_dry_run_counts_and_changes_nothing(everywhere: Everywhere) -> None:
    him = everywhere.fill()
    before = sorted(everywhere.lines())
    plan = {each["place"]: each["found"] for each in planned(everywhere.platform, him.user_id)}
    assert sorted(everywhere.lines()) == before
    assert plan["premium tax_transactions"] == 1
    assert plan["s3 reports/tax/{user}/"] == 1


def test_nobody_is_erased_without_a_request_that_has_begun(everywhere: Everywhere) -> None:
    him = everywhere.fill()
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="no erasure"),
        everywhere.platform.worker_database.as_user(him.user_id) as connection,
    ):
        connection.execute("SELECT erase_rows('tax_transactions', 'user_id', 10)")
    made, _ = ErasureStore(everywhere.platform.worker_database).ask(
        uuid4(), him.user_id, by="user", due_at=everywhere.platform.clock.now()
    )
    assert ErasureStore(everywhere.platform.worker_database).begin(made.id)
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="no table of users"),
        everywhere.platform.worker_database.as_user(him.user_id) as connection,
    ):
        connection.execute("SELECT erase_rows('alert_batches', 'id', 10)")


def test_the_window(everywhere: Everywhere, user: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Erasures.of(everywhere.platform)
    asked = own.ask(user, by="user", at_once=False, request_id="req_1")
    assert asked.due_at - asked.requested_at > timedelta(hours=23)
    assert own.ask(user, by="user", at_once=False, request_id="req_2").id == asked.id
    with pytest.raises(Conflict, match="take that back first"):
        own.ask(user, by="user", at_once=True, request_id="req_3")
    assert not own_store(everywhere).begin(asked.id), "early"
    assert sql(everywhere, "SELECT kind FROM notices WHERE user_id = %s", user) == [("privacy.erasure",)]
    assert own.restore(user).cancelled_at is not None
    with pytest.raises(NotFound):
        own.restore(user)
    at_once = own.ask(user, by="user", at_once=True, request_id="req_4")
    assert own_store(everywhere).begin(at_once.id)
    with pytest.raises(Conflict, match="has begun"):
        own.restore(user)
    assert Eraser.of(everywhere.platform).run(asked.id) == {"outcome": "nothing to do"}


def own_store(everywhere: Everywhere) -> ErasureStore:
    return ErasureStore(everywhere.platform.worker_database)
