"""What a refresh states: coverage of each wallet on each chain, totals by the shared rules, debts below zero."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from local import ports
from local.evm import Evm
from local.market import Market
from local.postgres import SUPERUSER
from premium.chains.addresses import checksum
from premium.entitlements import quota_of
from premium.portfolio.jobs import RefreshPayload
from premium.portfolio.model import Snapshot
from premium.portfolio.store.searches import SearchStore
from premium.portfolio.store.snapshots import SnapshotStore
from premium.portfolio.store.wallets import WalletStore
from premium.portfolio.work import refresh
from premium.tiers import Tier
from tests.integration.portfolio.platforms import context
from tests.integration.portfolio.test_refresh import (
    Stores,
    add_chain,
    chains_file,
    impatient,
    portfolios_of,
    run,
    stores,
    user,
)

pytestmark = pytest.mark.integration
ROOM = quota_of(Tier.ENTERPRISE, "wallets")
__all__ = ["chains_file", "impatient", "stores", "user"]

EMPTY = checksum("0x" + "ab" * 20)


def stated(stores: Stores, user_id: UUID) -> dict[str, Any]:
    return dict(portfolios_of(stores).current(user_id, stores[1].chains).answer)


def covered(answer: dict[str, Any]) -> dict[tuple[str, str | None], str]:
    return {(row["wallet"], row["chain"]): row["status"] for row in answer["coverage"]}


def hourly(stores: Stores, user_id: UUID) -> None:
    refresh.__wrapped__(context(stores[0], user_id), RefreshPayload(hourly=True))


def test_the_total_is_that_of_its_lines_and_of_the_snapshot(stores: Stores, user: UUID, market: Market) -> None:
    run(context(stores[0], user))
    answer, snapshot = stated(stores, user), SnapshotStore(stores[1].timeseries).newest(user)
    assert snapshot is not None
    assert Decimal(answer["total_value_usd"]) == snapshot.total_value == Decimal(answer["bounds"]["low"])
    assert answer["complete"]
    (row,) = answer["coverage"]
    assert (row["wallet"], row["status"], row["tokens_from"], row["tokens_to"]) == (
        market.wallet, "fresh", 0, row["block"])  # fmt: skip
    assert sum(Decimal(part["share"]) for part in answer["allocation"]["asset"]) == 1


@pytest.mark.usefixtures("impatient")
def test_a_chain_that_never_answered_is_unread_and_never_nothing(
    stores: Stores, user: UUID, chains_file: Path, market: Market
) -> None:
    add_chain(chains_file, "dead", f"http://127.0.0.1:{ports.free()}", 777_001)
    run(context(stores[0], user))
    answer = stated(stores, user)
    assert covered(answer) == {(market.wallet, "local"): "fresh", (market.wallet, "dead"): "unread"}
    assert (answer["complete"], answer["bounds"]) == (False, {"low": None, "high": None})
    assert Decimal(answer["total_value_usd"]) > 160_000


def test_a_wallet_that_was_added_since_is_pending_until_it_is_read(stores: Stores, user: UUID, market: Market) -> None:
    run(context(stores[0], user))
    before = stated(stores, user)
    WalletStore(stores[1].database).add(user, market.owner, None, [], ROOM)
    answer = stated(stores, user)
    assert covered(answer) == {(market.wallet, "local"): "fresh", (market.owner, "local"): "pending"}
    assert (answer["complete"], answer["bounds"]["high"]) == (False, None)
    assert answer["total_value_usd"] == before["total_value_usd"]
    run(context(stores[0], user))
    assert covered(stated(stores, user))[market.owner, "local"] == "fresh"


def test_a_wallet_that_is_gone_leaves_a_whole_answer(stores: Stores, user: UUID, market: Market) -> None:
    """What is thin was judged over all that was held, the gone wallet's millions too: the next reading judges anew."""
    run(context(stores[0], user))
    alone = stated(stores, user)
    wallets = WalletStore(stores[1].database)
    added = wallets.add(user, market.owner, None, [], ROOM)
    run(context(stores[0], user))
    both = stated(stores, user)
    wallets.remove(user, added.id)
    left = stated(stores, user)
    assert left["holdings"] == [row for row in both["holdings"] if row["wallet"] == market.wallet]
    counted = [Decimal(row["value_usd"]) for row in left["holdings"] if row["counted"]]
    assert Decimal(left["total_value_usd"]) == Decimal(left["assets_usd"]) == sum(counted) > 0
    assert (left["debts_usd"], left["locked_usd"], left["complete"]) == ("0", "0", True)
    assert sum(Decimal(part["share"]) for part in left["allocation"]["asset"]) == 1
    assert covered(left) == {(market.wallet, "local"): "fresh"}
    run(context(stores[0], user))
    same = ("total_value_usd", "assets_usd", "debts_usd", "locked_usd", "complete", "allocation")
    again = stated(stores, user)
    assert {name: again[name] for name in same} == {name: alone[name] for name in same}
    assert {row.address for row in SearchStore(stores[1].database).all(user)} == {market.wallet}


def test_a_wallet_that_was_never_used_is_asked_once_a_day_by_the_clock(
    stores: Stores, user: UUID, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    WalletStore(stores[1].database).add(user, EMPTY, None, [], ROOM)
    hourly(stores, user)
    assert covered(stated(stores, user))[EMPTY, "local"] == "fresh"
    hourly(stores, user)
    answer = stated(stores, user)
    assert covered(answer) == {(market.wallet, "local"): "fresh", (EMPTY, "local"): "dormant"}
    assert answer["complete"]
    run(context(stores[0], user))
    assert covered(stated(stores, user))[EMPTY, "local"] == "fresh", "a user who asks has it read"
    hourly(stores, user)
    assert covered(stated(stores, user))[EMPTY, "local"] == "dormant"
    later = datetime.now(UTC) + timedelta(hours=25)
    monkeypatch.setattr(stores[0].clock, "now", lambda: later)
    hourly(stores, user)
    assert covered(stated(stores, user))[EMPTY, "local"] == "fresh"


def test_a_search_of_logs_is_kept_and_goes_on(stores: Stores, user: UUID, evm: Evm, market: Market) -> None:
    run(context(stores[0], user))
    (first,) = SearchStore(stores[1].database).all(user)
    assert (first.low, first.high) == (0, int(evm.call("eth_blockNumber"), 16))
    assert market.governance in first.tokens
    for _ in range(3):
        evm.call("evm_mine")
    run(context(stores[0], user))
    (second,) = SearchStore(stores[1].database).all(user)
    assert (second.low, second.high) == (0, first.high + 3)


def test_two_searches_with_a_gap_between_them_are_never_one(stores: Stores, user: UUID) -> None:
    run(context(stores[0], user))
    store = SearchStore(stores[0].worker_database)
    (row,) = store.all(user)
    far = row.model_copy(update={"low": row.high + 50, "high": row.high + 60, "tokens": ("0x" + "1" * 40,)})
    store.keep(user, [far])
    (kept,) = store.all(user)
    assert (kept.low, kept.high) == (row.low, row.high)
    assert set(kept.tokens) == {*row.tokens, *far.tokens}


def test_what_is_owed_may_be_more_than_what_is_owned(stores: Stores, user: UUID) -> None:
    debt = Snapshot(job_id=uuid4(), timestamp=datetime.now(UTC), holdings=(), net=Decimal("-12.5"))
    SnapshotStore(stores[0].timeseries).add(user, debt)
    found = SnapshotStore(stores[1].timeseries).newest(user)
    assert found is not None
    assert found.total_value == Decimal("-12.5")
    (point,) = portfolios_of(stores).history(user, Tier.PRO, "hour", None, debt.timestamp + timedelta(seconds=1))
    assert point.value == Decimal("-12.5")
    with psycopg.connect(stores[2].url("premium", SUPERUSER)) as connection:
        connection.execute(
            "INSERT INTO portfolio_assets (user_id, chain, asset, balance, value_usd) VALUES (%s, 'x', 'y', -1, -5)",
            (user,),
        )


def test_a_snapshot_of_the_release_before_is_shown_and_not_called_fresh(
    stores: Stores, user: UUID, market: Market
) -> None:
    at = context(stores[0], user)
    run(at)
    new = stated(stores, user)
    with psycopg.connect(stores[2].url("premium", SUPERUSER)) as connection:
        connection.execute("DELETE FROM portfolio_statements")
    old = stated(stores, user)
    assert old["total_value_usd"] == new["total_value_usd"]
    assert (old["complete"], covered(old)) == (False, {(market.wallet, "local"): "stale"})
    run(replace(at, job_id=uuid4(), created_at=datetime.now(UTC)))
    assert stated(stores, user)["complete"]
