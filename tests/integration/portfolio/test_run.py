"""The hour's run: each user once, whatever dies; a chain that hangs costs itself alone; two planners make one plan."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from httpx import AsyncClient

from local.evm import Evm
from local.market import Market
from local.postgres import SUPERUSER
from local.redis import Redis
from premium.bootstrap import Platform
from premium.chains.addresses import checksum
from premium.chains.evm import EvmAdapter
from premium.chains.model import Chain
from premium.chains.rpc import Rpc
from premium.clock import Clock
from premium.portfolio import run_model, run_steps
from premium.portfolio.jobs import RunPayload
from premium.portfolio.model import Status
from premium.portfolio.run_model import Run
from premium.portfolio.runs import Runs
from premium.portfolio.store.snapshots import SnapshotStore
from premium.prices import market as markets
from tests.fixtures.postgres import Databases
from tests.integration.portfolio.platforms import Stopped, platform
from tests.integration.portfolio.servers import hanging

pytestmark = pytest.mark.integration
MOMENT = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
POINTS = ("run_matched", "run_read", "run_valued", "first_write", "before_commit", "run_written")
USERS = 5


class Jobs:
    """What a run starts, by key: the same key twice is one job."""

    def __init__(self) -> None:
        self.started: dict[str, RunPayload] = {}

    def start(self, _: object, payload: RunPayload, *, idempotency_key: str, **__: Any) -> None:
        self.started[idempotency_key] = payload


@pytest.fixture
def chains_file(tmp_path: Path, market: Market, evm: Evm) -> Path:
    path = tmp_path / "chains.json"
    path.write_text(json.dumps(market.chains_file(evm.url)))
    return path


@pytest.fixture
def worker(postgres: Databases, redis_server: Redis, chains_file: Path) -> Iterator[Platform]:
    made = platform(postgres, redis_server, chains_file, "premium_worker")
    made.__dict__["jobs"] = Jobs()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two users a block, and a chunk of a killed worker is free at once."""
    monkeypatch.setattr(run_model.planned, "__defaults__", (2, 2))
    monkeypatch.setattr("premium.portfolio.store.runs.LEASE", timedelta(0))


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a chain takes longer than it has; the one that hangs is given up early."""

    def seconds(chain: Chain) -> float:
        return 2.0 if chain.name == "hangs" else 60.0

    def rpc(chain: Chain, client: AsyncClient, **given: Any) -> Rpc:
        return Rpc(chain, client, **given | {"deadline": seconds(chain)})

    def adapter(rpc: Rpc, clock: Clock, **given: Any) -> EvmAdapter:
        return EvmAdapter(rpc, clock, **given | {"deadline": seconds(rpc.chain)})

    monkeypatch.setattr(markets, "Rpc", rpc)
    monkeypatch.setattr(markets, "EvmAdapter", adapter)


@pytest.fixture
def users(postgres: Databases, market: Market) -> list[UUID]:
    """They watch the market's wallet, and every other one a second that was never used."""
    ids = sorted(uuid4() for _ in range(USERS))
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        for place, user in enumerate(ids):
            connection.execute("INSERT INTO premium_users (id, external_id) VALUES (%s, %s)", (user, str(user)))
            for address in (market.wallet, *([f"0x{place + 99:040x}"] if place % 2 else [])):
                connection.execute(
                    "INSERT INTO portfolio_wallets (user_id, address, created_at) VALUES (%s, %s, %s)",
                    (user, address, MOMENT - timedelta(hours=2)),
                )
    return ids


def carry_on(worker: Platform, run: Run, *, stop_at: str | None = None) -> list[str]:
    """A worker's job; the points that it passed."""
    passed: list[str] = []

    def point(name: str) -> None:
        passed.append(name)
        if name == stop_at:
            raise Stopped(name)

    Runs.of(worker).carry_on(RunPayload(run_id=run.id, number=0), seconds=600, point=point)
    return passed


def snapshots(databases: Databases) -> dict[str, int]:
    with psycopg.connect(databases.url("timeseries", SUPERUSER)) as connection:
        rows = connection.execute(
            'SELECT user_id::text, count(*) FROM portfolio_rows WHERE "timestamp" = %s GROUP BY 1', (MOMENT,)
        )
        return dict(rows.fetchall())


def test_a_run_writes_each_user_once_and_asks_what_they_share_once(
    worker: Platform, postgres: Databases, users: list[UUID]
) -> None:
    runs = Runs.of(worker)
    run = runs.begin(MOMENT)
    assert set(carry_on(worker, run)) == set(POINTS)
    assert snapshots(postgres) == {str(user): 1 for user in users}
    found = runs.stores.runs.get(run.id)
    assert found.report is not None
    assert (found.status, found.report["users"], found.report["written"]) == ("done", USERS, USERS)
    assert found.report["cells"] == {"fresh": USERS + USERS // 2}
    assert found.report["undone"] == []
    assert found.report["lines"] >= USERS
    assert [found.report[name] for name in ("equationsOpen", "spamHeld", "pricesSilent")] == [0, 0, 0]
    store, later = SnapshotStore(worker.timeseries), MOMENT + timedelta(hours=1)
    assert len({each.total_value for each in store.before_of_all(users, later).values()}) == 1
    carry_on(worker, run)
    assert snapshots(postgres) == {str(user): 1 for user in users}


@pytest.mark.parametrize("point", POINTS)
def test_a_run_that_is_killed_at_a_point_goes_on_where_it_was(
    worker: Platform, postgres: Databases, users: list[UUID], point: str
) -> None:
    run = Runs.of(worker).begin(MOMENT)
    for _ in range(2):
        with pytest.raises(Stopped):
            carry_on(worker, run, stop_at=point)
    carry_on(worker, run)
    assert snapshots(postgres) == {str(user): 1 for user in users}
    report = Runs.of(worker).stores.runs.get(run.id).report
    assert report is not None
    assert (report["written"] + report["before"], report["failed"]) == (USERS, 0)
    assert report["repeated"] >= 2
    begun = {f"backfill-{run.job_of(user)}" for user in users}
    assert begun <= worker.jobs.started.keys(), "what lies before each one is rebuilt"  # type: ignore[attr-defined] # as above


def test_planners_at_once_make_one_plan_and_one_that_is_killed_leaves_none(
    worker: Platform, postgres: Databases, users: list[UUID]
) -> None:
    def killed() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        Runs.of(worker).begin(MOMENT, before_commit=killed)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: Runs.of(worker).begin(MOMENT), range(4)))
    assert len({run.id for run in found}) == 1
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        chunks = connection.execute("SELECT kind, count(*) FROM portfolio_run_chunks GROUP BY 1").fetchall()
    assert dict(chunks) == {"match": 1, "read": 3, "value": 1, "write": 3}
    assert len(worker.jobs.started) == 1  # type: ignore[attr-defined]
    assert found[0].users == len(users)


def test_workers_at_once_do_each_chunk_once(
    worker: Platform, postgres: Databases, users: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("premium.portfolio.store.runs.LEASE", timedelta(seconds=90))
    run = Runs.of(worker).begin(MOMENT)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: carry_on(worker, run), range(3)))
    report = Runs.of(worker).stores.runs.get(run.id).report
    assert report is not None
    assert (report["written"], report["before"], report["repeated"]) == (USERS, 0, 0)
    assert snapshots(postgres) == {str(user): 1 for user in users}


def test_a_chain_that_hangs_is_stale_for_each_and_asked_no_longer_than_it_must(
    worker: Platform, users: list[UUID], chains_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_steps, "READS_AT_ONCE", 1)
    monkeypatch.setattr(run_model.planned, "__defaults__", (1, 1))
    content = json.loads(chains_file.read_text())
    with hanging() as server:
        one = {"name": "hangs", "title": "h", "chain_id": 777_002, "native": {"symbol": "X", "decimals": 18}}
        chains = [*content["chains"], {**one, "rpc": [server.url]}]
        chains_file.write_text(json.dumps({"active": [*content["active"], "hangs"], "chains": chains}))
        run = Runs.of(worker).begin(MOMENT)
        carry_on(worker, run)
    store = SnapshotStore(worker.timeseries)
    for user in users:
        found = store.before(user, MOMENT + timedelta(hours=1))
        assert found is not None
        assert {name: state.status for name, state in found.chains.items()} == {
            "local": Status.FRESH, "hangs": Status.UNAVAILABLE,
        }  # fmt: skip
        assert found.total_value > 160_000
    report = Runs.of(worker).stores.runs.get(run.id).report
    assert report is not None
    assert report["unread"] == ["hangs"]
    assert report["cells"]["unread"] == USERS + USERS // 2


def test_what_is_not_read_by_the_deadline_is_stale_and_named(
    worker: Platform, postgres: Databases, users: list[UUID]
) -> None:
    run = Runs.of(worker).begin(MOMENT)
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        connection.execute("UPDATE portfolio_runs SET read_until = now() - interval '1 minute'")
    carry_on(worker, run)
    found = Runs.of(worker).stores.runs.get(run.id)
    assert found.report is not None
    assert found.report["undone"] == ["match 0 local", *(f"read {n} local" for n in range(3)), "value 0"]
    assert found.report["cells"] == {"unread": USERS + USERS // 2}
    assert snapshots(postgres) == {str(user): 1 for user in users}


def test_a_run_that_is_not_written_by_its_deadline_ends_late_with_the_next_one(
    worker: Platform, postgres: Databases, users: list[UUID]
) -> None:
    run = Runs.of(worker).begin(MOMENT)
    later = Runs.of(worker).begin(MOMENT + timedelta(hours=1))
    late = Runs.of(worker).stores.runs.get(run.id)
    assert late.report is not None
    assert (late.status, late.report["written"], len(late.report["undone"])) == ("late", 0, 8)
    carry_on(worker, later)
    assert Runs.of(worker).stores.runs.get(later.id).status == "done"
    assert snapshots(postgres) == {}
    assert len(users) == USERS


def test_a_wallet_that_was_never_used_is_asked_daily(worker: Platform, postgres: Databases, users: list[UUID]) -> None:
    runs = Runs.of(worker)
    carry_on(worker, runs.begin(MOMENT))
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        statement = "UPDATE portfolio_searches SET unused = true WHERE tokens = '{}' RETURNING 1"
        unused = connection.execute(statement).fetchall()
    again = runs.begin(MOMENT + timedelta(hours=1))
    carry_on(worker, again)
    report = runs.stores.runs.get(again.id).report
    assert report is not None
    assert report["cells"].get("dormant", 0) == len(unused)
    assert users


def test_logs_are_matched_once_for_everybody_and_wake_who_slept(
    worker: Platform, postgres: Databases, users: list[UUID], market: Market, evm: Evm
) -> None:
    """Run by run: matched from where the first began; a dormant wallet that is sent a token is read in that hour."""
    runs, sleeper = Runs.of(worker), checksum(f"0x{1 + 99:040x}")
    carry_on(worker, runs.begin(MOMENT))
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        asleep = "UPDATE portfolio_searches SET unused = true, low = 0 WHERE tokens = '{}'"
        assert connection.execute(asleep).rowcount == USERS // 2
    quiet = runs.begin(MOMENT + timedelta(hours=1))
    carry_on(worker, quiet)
    evm.call("anvil_impersonateAccount", market.wallet)
    data = "0xa9059cbb" + sleeper[2:].zfill(64) + f"{5:064x}"
    evm.call("eth_sendTransaction", {"from": market.wallet, "to": market.usd, "data": data, "gas": hex(200_000)})
    evm.call("evm_mine")
    moved = runs.begin(MOMENT + timedelta(hours=2))
    carry_on(worker, moved)
    first, second = (runs.stores.runs.get(each.id).report or {} for each in (quiet, moved))
    assert (first["touched"], second["touched"]) == (0, 2)
    assert first["cells"] == {"dormant": USERS // 2, "fresh": USERS}
    assert second["cells"] == {"dormant": USERS // 2 - 1, "fresh": USERS + 1}
    answer = runs.stores.statements.get(users[1]).answer  # type: ignore[union-attr] # it was just written
    mine = [row for row in answer["holdings"] if row["wallet"] == sleeper]
    assert [(row["units"], row["asset"]) for row in mine] == [("5", f"local:{market.usd.lower()}")]
    assert {row["tokens_to"] for row in answer["coverage"] if row["wallet"] == sleeper} == {
        int(evm.call("eth_blockNumber"), 16)
    }


def test_positions_are_looked_for_where_something_moved_or_once_a_day(
    worker: Platform, postgres: Databases, users: list[UUID]
) -> None:
    runs = Runs.of(worker)
    hours = [MOMENT + timedelta(hours=number) for number in range(3)]
    reports = []
    for moment in hours:
        run = runs.begin(moment)
        carry_on(worker, run)
        reports.append(runs.stores.runs.get(run.id).report or {})
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        held = connection.execute("SELECT DISTINCT wallet FROM portfolio_positions").fetchall()
        daily = [connection.execute(_DUE_DAILY, (moment.hour,)).fetchall() for moment in hours]
    assert reports[0]["positionsAsked"] == reports[0]["wallets"], "nobody's were looked for yet"
    for report, mine in zip(reports[2:], daily[2:], strict=True):
        assert report["positionsAsked"] <= len(held) * 2 + len(mine)
        assert report["positionsAsked"] < report["wallets"]
    assert users


_DUE_DAILY = "SELECT DISTINCT address FROM portfolio_wallets WHERE abs(hashtext(address)::bigint) %% 24 = %s"
