"""Any past snapshot is rebuilt to the last digit: from lean rows, from rows of JSON, and by the old columns' view."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from local.postgres import OWNER
from migrations.files import FOLDER
from migrations.runner import Runner
from premium.portfolio.model import ChainState, Holding, Judged, Snapshot, Status, ranked
from premium.portfolio.snapshots.lean import plain
from premium.portfolio.store.lean_rows import UserSnapshot
from premium.portfolio.store.snapshots import SnapshotStore
from premium.prices.model import Price, Quality, Quote
from premium.storage.timeseries import TimeSeries
from tests.fixtures.databases import UrlOf

pytestmark = pytest.mark.integration
START = datetime(2026, 11, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
CHAINS = ("ethereum", "base", "polygon")


@pytest.fixture
def url(copy_of: Callable[[str], UrlOf]) -> UrlOf:
    return copy_of("timeseries")


@pytest.fixture
def worker(url: UrlOf) -> Iterator[TimeSeries]:
    series = TimeSeries(lambda: url("premium_worker"))
    yield series
    series.close()


@pytest.fixture
def app(url: UrlOf) -> Iterator[TimeSeries]:
    series = TimeSeries(lambda: url("premium_app"))
    yield series
    series.close()


class Histories:
    """Random histories of users who share chains and prices, with everything that a snapshot can hold."""

    def __init__(self, seed: int, hours: int) -> None:
        self.random = random.Random(seed)
        self.hours = hours
        self.prices: dict[tuple[int, str], Quote] = {}
        self.states: dict[tuple[int, str], ChainState] = {}

    def user(self) -> list[Snapshot]:
        wallets = [f"0x{self.random.getrandbits(160):040x}" for _ in range(3)]
        keys = [f"{chain}:0x{n:040x}" for chain in CHAINS for n in range(4)]
        units = {key: {wallets[0]: self.random.getrandbits(self.random.choice((8, 80, 256)))} for key in keys[:8]}
        decimals = {key: self.random.choice((0, 6, 18, 18, 77, None)) for key in keys}
        made = []
        for hour in range(self.hours):
            for key in self.random.sample(keys, 2):
                units = self._changed(units, key, wallets)
            minutes = self.random.choice((0, 0, 0, 17.5))
            at = START + HOUR * hour + timedelta(minutes=minutes)
            made.append(self._snapshot(at, hour, units, decimals))
        return made

    def _changed(self, units: dict[str, dict[str, int]], key: str, wallets: list[str]) -> dict[str, dict[str, int]]:
        held = dict(units.get(key, {}))
        wallet = self.random.choice(wallets)
        if wallet in held and self.random.random() < 0.3:
            del held[wallet]
        else:
            held[wallet] = self.random.choice((0, 1, self.random.getrandbits(100)))
        others = {name: each for name, each in units.items() if name != key}
        return others | ({key: held} if held else {})

    def _snapshot(
        self, at: datetime, hour: int, units: dict[str, dict[str, int]], decimals: dict[str, int | None]
    ) -> Snapshot:
        chains = {chain: self._state(hour, chain) for chain in CHAINS}
        holdings = [self._holding(at, hour, key, held, decimals[key], chains) for key, held in units.items()]
        net = self.random.choice((None, Decimal(self.random.randrange(-(10**9), 10**9)).scaleb(-8)))
        snapshot = Snapshot(
            job_id=uuid4(), timestamp=at, holdings=ranked(holdings), chains=chains, net=net,
            debts=self.random.choice((None, Decimal("1.50"))), is_good=self.random.choice((True, False, None)),
        )  # fmt: skip
        return snapshot.model_copy(update={"net": snapshot.total_value})

    def _state(self, hour: int, chain: str) -> ChainState:
        """Mostly one that other users' snapshots of the hour have, too."""
        known = self.states.get((hour, chain))
        if known is not None and self.random.random() < 0.8:
            return known
        status = self.random.choice((Status.FRESH, Status.FRESH, Status.FRESH, Status.STALE, Status.UNAVAILABLE))
        as_of = None if status is Status.UNAVAILABLE else START + HOUR * hour + timedelta(seconds=self.random.random())
        unreadable = (f"{chain}:0x{1:040x}",) if self.random.random() < 0.2 else ()
        reason = None if status is Status.FRESH else "no node answers"
        state = ChainState(status=status, as_of=as_of, block=self.random.randrange(10**9), reason=reason,
                           unreadable=unreadable)  # fmt: skip
        self.states.setdefault((hour, chain), state)
        return state

    def _quote(self, hour: int, key: str) -> Quote:
        known = self.prices.get((hour, key))
        if known is not None and self.random.random() < 0.8:
            return known
        quality = self.random.choice(list(Quality))
        price = Price(
            key=key, usd=Decimal(self.random.randrange(10**12)).scaleb(-self.random.randrange(25)),
            confidence=Decimal(self.random.randrange(101)).scaleb(-2), source=self.random.choice(("provider", "pool")),
            at=START + HOUR * hour + timedelta(microseconds=self.random.randrange(10**9)),
        )  # fmt: skip
        quote = Quote(price=None if self.random.random() < 0.1 else price, quality=quality)
        self.prices.setdefault((hour, key), quote)
        return quote

    def _holding(  # noqa: PLR0917 - a holding
        self, at: datetime, hour: int, key: str, held: dict[str, int], decimals: int | None,
        chains: dict[str, ChainState],
    ) -> Holding:  # fmt: skip
        state = chains[key.partition(":")[0]]
        usual = (state.as_of or at, state.status is not Status.FRESH or key in state.unreadable)
        as_of, stale = usual if self.random.random() < 0.8 else (at - HOUR, self.random.random() < 0.5)
        holding = Holding(key=key, symbol=key[-2:] + "✓", decimals=decimals, category="token", units=held,
                          quote=self._quote(hour, key), as_of=as_of, stale=stale)  # fmt: skip
        receipt = Judged(counts=None, rest=Decimal(0), why="receipt")
        odd = Judged(counts=Decimal("12.50"), rest=Decimal("0.00000001"), why="thin")
        judged = self.random.choice((plain(holding), plain(holding), plain(holding), receipt, odd, None))
        return holding.model_copy(update={"judged": judged})


def by_view(app: TimeSeries, user: UUID) -> dict[datetime, Snapshot]:
    """The snapshots as the release before reads them."""
    with app.as_user(user) as connection:
        rows = connection.execute("SELECT * FROM my_portfolio_snapshots").fetchall()
    return {row["timestamp"]: of_json(row) for row in rows}


def of_json(row: dict[str, Any]) -> Snapshot:
    holdings = [Holding.model_validate({"key": key, **value}) for key, value in row["asset_breakdown"].items()]
    chains = {name: ChainState.model_validate(value) for name, value in row["chain_breakdown"].items()}
    return Snapshot(job_id=row["job_id"], timestamp=row["timestamp"], holdings=ranked(holdings), chains=chains,
                    net=row["total_value"], is_good=row["is_good"])  # fmt: skip


def write_json(worker: TimeSeries, user: UUID, snapshot: Snapshot) -> None:
    """As the release before writes: into the old name, with ON CONFLICT."""
    assets = {holding.key: holding.model_dump(mode="json", exclude={"key"}) for holding in snapshot.holdings}
    chains = {name: state.model_dump(mode="json") for name, state in snapshot.chains.items()}
    with worker.transaction() as connection:
        connection.execute(
            'INSERT INTO portfolio_snapshots (user_id, job_id, "timestamp", total_value, is_stale, chain_breakdown,'
            " asset_breakdown, category_breakdown, is_good) VALUES (%s, %s, %s, %s, %s, %s, %s, '{}', %s)"
            " ON CONFLICT DO NOTHING",
            (user, snapshot.job_id, snapshot.timestamp, snapshot.net, snapshot.is_stale, Jsonb(chains), Jsonb(assets),
             snapshot.is_good),
        )  # fmt: skip


def check(app: TimeSeries, user: UUID, history: list[Snapshot], *, debts: bool = True) -> None:
    store, viewed = SnapshotStore(app), by_view(app, user)
    assert len(viewed) == len(history)
    for snapshot in history:
        told = snapshot if debts else snapshot.model_copy(update={"debts": None})
        same(store.past(user, snapshot.timestamp + timedelta(minutes=1)), told)
        same(viewed[snapshot.timestamp], snapshot.model_copy(update={"debts": None}))


def same(found: Snapshot | None, wanted: Snapshot) -> None:
    """Part by part, so that a difference is seen."""
    assert found is not None
    assert found.chains == wanted.chains
    for one, other in zip(found.holdings, wanted.holdings, strict=True):
        assert one == other
    assert found == wanted


def test_histories_are_rebuilt_at_every_hour_written_late_repeated_and_out_of_order(
    worker: TimeSeries, app: TimeSeries
) -> None:
    made = Histories(1, hours=26)
    users = {uuid4(): made.user() for _ in range(2)}
    given = [UserSnapshot(user, one) for user, history in users.items() for one in history]
    made.random.shuffle(given)
    store = SnapshotStore(worker)
    batches = [given[start : start + 20] for start in range(0, len(given), 20)]
    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(store.add_all, batches)) == len(given)
    assert [store.add_all(batch) for batch in batches] == [0] * len(batches), "a repeat changes nothing"
    for user, history in users.items():
        check(app, user, history)
    assert store.before_of_all(list(users), START + HOUR * 99) == {user: each[-1] for user, each in users.items()}


def test_rows_of_json_are_made_lean_wherever_that_is_stopped_and_taken_back(
    worker: TimeSeries, app: TimeSeries, url: UrlOf
) -> None:
    made = Histories(7, hours=26)
    user, history = uuid4(), made.user()
    store = SnapshotStore(worker)
    for place, snapshot in enumerate(history):
        if place % 5:
            write_json(worker, user, snapshot)
            write_json(worker, user, snapshot)
        else:
            store.add(user, snapshot)
    lean = [
        one.model_copy(update={"debts": one.debts if place % 5 == 0 else None}) for place, one in enumerate(history)
    ]
    check(app, user, lean)
    assert store.repack(7) == 7, "and stopped"
    check(app, user, lean)
    while store.repack(7):
        pass
    check(app, user, lean)
    with psycopg.connect(url(OWNER), autocommit=True) as owner:
        rows = owner.execute("SELECT count(*) FILTER (WHERE base IS NULL), count(*), count(asset_breakdown)"
                             " FROM portfolio_states").fetchone()  # fmt: skip
    assert rows is not None
    assert rows[0] < rows[1] / 2
    assert rows[2] == 0
    Runner("timeseries", url(OWNER), FOLDER / "timeseries", lambda _: None).down(1)
    with app.as_user(user) as connection:
        back = {row["timestamp"]: of_json(row) for row in connection.execute("SELECT * FROM my_portfolio_snapshots")}
    assert back == {one.timestamp: one.model_copy(update={"debts": None}) for one in history}


def test_a_day_keeps_its_last_good_total_for_good(worker: TimeSeries, app: TimeSeries) -> None:
    user, store = uuid4(), SnapshotStore(worker)
    for hour, (usd, good) in enumerate([(5, True), (7, True), (9, False)]):
        one = Snapshot(job_id=uuid4(), timestamp=START + HOUR * hour, holdings=(), net=Decimal(usd), is_good=good)
        store.add(user, one)
    store.maintain(START + timedelta(days=1, hours=1))
    late = Snapshot(job_id=uuid4(), timestamp=START + HOUR * 1.5, holdings=(), net=Decimal(-8), is_good=True)
    store.add(user, late)
    store.maintain(START + timedelta(days=1, hours=2))
    store.maintain(START + timedelta(days=100))
    found = SnapshotStore(app).worth(user, START - HOUR, START + timedelta(days=400), START - HOUR)
    assert [(value.at, value.usd) for value in found] == [(late.timestamp, Decimal(-8))]
    assert SnapshotStore(app).newest(user) is None
