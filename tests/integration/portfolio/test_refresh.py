"""From wallets to one snapshot a job, on real stores and a real chain, whatever dies in between."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from local import ports
from local.evm import Evm
from local.market import Market
from local.postgres import SUPERUSER
from local.redis import Redis
from premium.bootstrap import Platform
from premium.chains.evm import EvmAdapter
from premium.chains.rpc import Rpc
from premium.entitlements import quota_of
from premium.errors import Conflict, InvalidInput, NotFound
from premium.portfolio.jobs import RefreshPayload
from premium.portfolio.model import Snapshot, Status
from premium.portfolio.service import Portfolios, WatchedWallets
from premium.portfolio.store.assets import AssetStore
from premium.portfolio.store.newest import NewestSnapshots
from premium.portfolio.store.snapshots import SnapshotStore
from premium.portfolio.store.wallets import MAX_WALLETS, WalletStore
from premium.portfolio.work import refresh
from premium.prices import market as markets
from premium.storage.cache import Cache
from premium.tiers import Tier
from tests.fixtures.platform import AddUser
from tests.fixtures.postgres import Databases
from tests.integration.portfolio.platforms import Context, Stopped, context, platform
from tests.integration.portfolio.servers import hanging

pytestmark = pytest.mark.integration
ROOM = quota_of(Tier.ENTERPRISE, "wallets")

Stores = tuple[Platform, Platform, Databases]


@pytest.fixture
def chains_file(tmp_path: Path, market: Market, evm: Evm) -> Path:
    path = tmp_path / "chains.json"
    path.write_text(json.dumps(market.chains_file(evm.url)))
    return path


@pytest.fixture
def stores(postgres: Databases, redis_server: Redis, chains_file: Path) -> Iterator[Stores]:
    """The platform of a worker and that of a function."""
    worker, function = (platform(postgres, redis_server, chains_file, f"premium_{r}") for r in ("worker", "app"))
    yield worker, function, postgres
    worker.close()
    function.close()


@pytest.fixture
def user(stores: Stores, market: Market, add_user: AddUser) -> UUID:
    """Watches the market's wallet."""
    user_id = add_user()
    WalletStore(stores[1].database).add(user_id, market.wallet, "demo", [], ROOM)
    return user_id


def run(at: Context) -> dict[str, Any]:
    return dict(refresh.__wrapped__(at, RefreshPayload()))


def rows(databases: Databases, database: str, table: str) -> int:
    with psycopg.connect(databases.url(database, SUPERUSER)) as connection:
        found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - the test's own names
        return int(found[0]) if found else 0


def cached(at: Platform, user_id: UUID) -> Snapshot | None:
    return NewestSnapshots(Cache(at.redis(3), "portfolio")).get(user_id)


def newest(stores: Stores, user_id: UUID) -> Snapshot:
    found = SnapshotStore(stores[1].timeseries).newest(user_id)
    assert found is not None
    return found


def test_a_refresh_leaves_assets_one_snapshot_and_the_cache(stores: Stores, user: UUID) -> None:
    worker, function, databases = stores
    at = context(worker, user)
    result = run(at)
    assert at.points == ["flows_written", "first_write", "before_commit"]
    stored = newest(stores, user)
    assert (stored.job_id, stored.timestamp, stored.is_stale) == (at.job_id, at.created_at, False)
    assert {h.symbol for h in stored.holdings} == {"ETH", "USDL", "LGOV", "LPTS"}
    assert Decimal(result["totalValueUsd"]) == stored.total_value > 160_000
    assert cached(function, user) == stored
    assets = AssetStore(function.database).page(user, 10, None)
    assert sum((row.value_usd or Decimal(0) for row in assets), Decimal(0)) == stored.total_value
    assert (rows(databases, "timeseries", "portfolio_snapshots"), rows(databases, "premium", "portfolio_assets")) == (
        1,
        4,
    )


@pytest.mark.parametrize("point", ["flows_written", "first_write", "before_commit"])
def test_a_job_killed_in_the_middle_and_run_again_leaves_one_result(stores: Stores, user: UUID, point: str) -> None:
    at = context(stores[0], user, stop_at=point)
    with pytest.raises(Stopped):
        run(at)
    assert rows(stores[2], "timeseries", "portfolio_snapshots") == 0
    first = run(replace(at, stop_at=None))
    assert run(replace(at, stop_at=None)) == first
    assert rows(stores[2], "timeseries", "portfolio_snapshots") == 1
    assert rows(stores[2], "premium", "portfolio_assets") == 4


def test_two_workers_that_carry_out_one_job_leave_one_snapshot(stores: Stores, user: UUID) -> None:
    run(context(stores[0], user))
    SnapshotStore(stores[0].timeseries).add(user, newest(stores, user))
    assert rows(stores[2], "timeseries", "portfolio_snapshots") == 1


def test_a_repeat_after_the_commit_hands_on_what_is_there(stores: Stores, user: UUID, evm: Evm, market: Market) -> None:
    """The chain has moved since: the result is still the one that was committed, and the cache gets it."""
    at = context(stores[0], user)
    first = run(at)
    stores[0].redis(3).flushdb()
    evm.call("anvil_setBalance", market.wallet, "0x0")
    assert run(at) == first
    assert cached(stores[0], user) == newest(stores, user)


def test_an_older_job_that_ends_later_does_not_undo_a_newer_one(
    stores: Stores, user: UUID, evm: Evm, market: Market
) -> None:
    old = context(stores[0], user)
    new = replace(context(stores[0], user), created_at=old.created_at + timedelta(seconds=1))
    run(new)
    evm.call("anvil_setBalance", market.wallet, "0x0")
    run(old)
    assert {row.symbol for row in AssetStore(stores[1].database).page(user, 10, None)} >= {"ETH"}
    kept = cached(stores[0], user)
    assert kept is not None
    assert kept.job_id == new.job_id
    assert rows(stores[2], "timeseries", "portfolio_snapshots") == 2


def test_what_is_sold_leaves_the_assets(stores: Stores, user: UUID, evm: Evm, market: Market) -> None:
    run(context(stores[0], user))
    evm.call("anvil_setBalance", market.wallet, "0x0")
    run(context(stores[0], user))
    assert {row.symbol for row in AssetStore(stores[1].database).page(user, 10, None)} == {
        "USDL",
        "LGOV",
        "LPTS",
    }


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second a chain instead of five."""
    monkeypatch.setattr(markets, "Rpc", lambda chain, client, **given: Rpc(chain, client, **given | {"deadline": 1.0}))
    monkeypatch.setattr(markets, "EvmAdapter", partial(EvmAdapter, deadline=1.0))


def add_chain(path: Path, name: str, rpc: str, number: int) -> None:
    content = json.loads(path.read_text())
    chain = {"name": name, "title": name, "chain_id": number, "native": {"symbol": "X", "decimals": 18}, "rpc": [rpc]}
    path.write_text(json.dumps({"active": [*content["active"], name], "chains": [*content["chains"], chain]}))


@pytest.mark.usefixtures("impatient")
def test_a_dead_and_a_hanging_chain_lose_nothing_else(stores: Stores, user: UUID, chains_file: Path) -> None:
    add_chain(chains_file, "dead", f"http://127.0.0.1:{ports.free()}", 777_001)
    with hanging() as server:
        add_chain(chains_file, "hangs", server.url, 777_002)
        result = run(context(stores[0], user))
    assert (result["chainsRead"], result["chainsFailed"], result["isStale"]) == (1, 2, True)
    stored = newest(stores, user)
    assert stored.total_value > 160_000
    assert {n: s.status for n, s in stored.chains.items()} == {
        "local": Status.FRESH,
        "dead": Status.UNAVAILABLE,
        "hangs": Status.UNAVAILABLE,
    }


@pytest.mark.usefixtures("impatient")
def test_a_chain_that_goes_away_keeps_its_last_part_marked(stores: Stores, user: UUID, chains_file: Path) -> None:
    before = run(context(stores[0], user))
    content = json.loads(chains_file.read_text())
    content["chains"][0]["rpc"] = [f"http://127.0.0.1:{ports.free()}"]
    chains_file.write_text(json.dumps(content))
    del stores[0].chains  # as the next process reads it
    first = newest(stores, user)
    after = run(context(stores[0], user))
    assert (after["totalValueUsd"], after["isStale"]) == (before["totalValueUsd"], True)
    state = newest(stores, user).chains["local"]
    assert (state.status, state.as_of) == (Status.STALE, first.chains["local"].as_of)
    assert all(row.is_stale for row in AssetStore(stores[1].database).page(user, 10, None))


def test_without_wallets_the_portfolio_is_empty(stores: Stores, user: UUID) -> None:
    run(context(stores[0], user))
    store = WalletStore(stores[1].database)
    store.remove(user, store.all(user)[0].id)
    result = run(context(stores[0], user))
    assert (result["totalValueUsd"], result["assets"], result["isStale"]) == ("0", 0, False)
    assert AssetStore(stores[1].database).page(user, 10, None) == []


def test_a_removed_wallet_leaves_the_portfolio_at_once(stores: Stores, user: UUID) -> None:
    run(context(stores[0], user))
    portfolios, known = portfolios_of(stores), stores[1].chains
    assert Decimal(portfolios.current(user, known).answer["total_value_usd"]) > 160_000
    portfolios.stores.wallets.remove(user, portfolios.stores.wallets.all(user)[0].id)
    assert portfolios.current(user, known).answer["total_value_usd"] == "0"


def portfolios_of(stores: Stores) -> Portfolios:
    function = stores[1]
    function.__dict__["jobs"] = None  # nothing here starts a job
    return Portfolios.of(function)


def test_without_the_cache_the_newest_snapshot_is_read(stores: Stores, user: UUID) -> None:
    with pytest.raises(NotFound):
        portfolios_of(stores).current(user, stores[1].chains)
    run(context(stores[0], user))
    stores[1].redis(3).flushdb()
    assert portfolios_of(stores).current(user, stores[1].chains).job_id == newest(stores, user).job_id


def test_one_user_sees_nothing_of_anothers(stores: Stores, user: UUID, add_user: AddUser) -> None:
    run(context(stores[0], user))
    other, store = add_user(), WalletStore(stores[1].database)
    wallet = store.all(user)[0]
    assert store.all(other) == []
    assert AssetStore(stores[1].database).page(other, 10, None) == []
    assert SnapshotStore(stores[1].timeseries).newest(other) is None
    with pytest.raises(NotFound):
        store.remove(other, wallet.id)
    assert store.all(user) == [wallet]


def test_a_wallet_is_watched_by_its_user_on_its_chains(
    stores: Stores, user: UUID, market: Market, add_user: AddUser
) -> None:
    wallets, address = WatchedWallets.of(stores[1]), "0x" + "1" * 40
    portfolios_of(stores).watch(user, address, None, ["local"], stores[1].chains, tier=Tier.PRO)
    assert wallets.watches(user, market.wallet, "ethereum"), "one that names no chains is watched on all"
    assert wallets.watches(user, address, "local")
    assert not wallets.watches(user, address, "ethereum")
    assert not wallets.watches(add_user(), address, "local")


def test_a_chain_that_this_stage_does_not_read_is_refused_or_flagged(stores: Stores, user: UUID) -> None:
    """Refused when it is named; a wallet that was watched on it before is not shown as empty."""
    address = "0x" + "1" * 40
    with pytest.raises(InvalidInput) as refused:
        portfolios_of(stores).watch(user, address, None, ["ethereum"], stores[1].chains, tier=Tier.PRO)
    assert "does not read ethereum; it reads local" in refused.value.details["chains.0"]
    WalletStore(stores[1].database).add(user, address, None, ["ethereum"], ROOM)
    run(context(stores[0], user))
    snapshot = newest(stores, user)
    assert (snapshot.chains["ethereum"].status, snapshot.is_stale) == (Status.UNAVAILABLE, True)
    assert snapshot.chains["ethereum"].reason == "this stage does not read this chain"


def test_wallets_are_unique_bounded_and_paged(stores: Stores, user: UUID, market: Market) -> None:
    store = WalletStore(stores[1].database)
    with pytest.raises(Conflict, match="already"):
        store.add(user, market.wallet, None, [], ROOM)
    for number in range(1, MAX_WALLETS):
        store.add(user, f"0x{number:040x}", None, [], ROOM)
    with pytest.raises(Conflict, match="The tier enterprise allows 500 wallets"):
        store.add(user, "0x" + "f" * 40, None, [], ROOM)
    seen: list[UUID] = []
    after = None
    while page := store.page(user, 33, after):
        seen += [wallet.id for wallet in page]
        after = (page[-1].created_at, page[-1].id)
    assert len(seen) == len(set(seen)) == MAX_WALLETS


def test_assets_are_paged_by_value_with_the_unpriced_last(stores: Stores, user: UUID) -> None:
    run(context(stores[0], user))
    with psycopg.connect(stores[2].url("premium", SUPERUSER)) as connection:
        for number in range(6):
            value = None if number % 2 else Decimal(10)
            connection.execute(
                "INSERT INTO portfolio_assets (user_id, chain, asset, balance, value_usd) VALUES (%s, 'x', %s, 1, %s)",
                (user, str(uuid4()), value),
            )
    store = AssetStore(stores[1].database)
    whole = store.page(user, 50, None)
    seen, after = [], None
    while page := store.page(user, 3, after):
        seen += page
        after = (page[-1].value_usd, page[-1].id)
    assert seen == whole
    assert [row.value_usd is None for row in whole] == [False] * 7 + [True] * 3


def test_history_and_performance_come_from_the_snapshots(stores: Stores, user: UUID) -> None:
    begun = context(stores[0], user)
    for hours in (50, 26, 25, 0):
        run(replace(begun, job_id=uuid4(), created_at=begun.created_at - timedelta(hours=hours)))
    portfolios = portfolios_of(stores)
    points: Callable[[Any], int] = lambda interval: len(portfolios.history(user, Tier.PRO, interval, None, None))  # noqa: E731 - short
    later = begun.created_at + timedelta(minutes=1)
    assert len(portfolios.history(user, Tier.PRO, "hour", None, later)) == 4
    assert points("day") in (3, 4)
    assert points("week") in (1, 2)
    measured = portfolios.performance(user, Tier.PRO, "30d")
    assert (measured.profit, measured.net_flow, measured.time_weighted_return) == (0, 0, 0)
    assert measured.end_value == newest(stores, user).total_value
