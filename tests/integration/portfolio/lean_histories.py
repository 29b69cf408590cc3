"""Random histories of portfolios, what each release writes of them, and what must come back."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from premium.portfolio.model import ChainState, Holding, Judged, Snapshot, Status, ranked
from premium.portfolio.snapshots.lean import day_of, digest, hour_of, lean_of, pack, plain
from premium.portfolio.store.packed.lean_rows import share
from premium.portfolio.store.snapshots import SnapshotStore
from premium.prices.model import Price, Quality, Quote
from premium.storage.timeseries import TimeSeries

START = datetime(2026, 11, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
CHAINS = ("ethereum", "base", "polygon")


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


def write_arrays(worker: TimeSeries, user: UUID, snapshot: Snapshot) -> None:
    """As the release before writes: what differs from a whole row of the day, by the old name, or a whole one."""
    shared = share(worker, [snapshot])
    hour, day = hour_of(snapshot.timestamp), day_of(snapshot.timestamp)
    with worker.transaction() as connection:
        whole = connection.execute(
            'SELECT * FROM portfolio_states WHERE user_id = %s AND "timestamp" >= %s AND "timestamp" < %s'
            ' AND base IS NULL AND readings IS NOT NULL ORDER BY "timestamp" DESC LIMIT 1',
            (user, day, snapshot.timestamp),
        ).fetchone()
        row = pack(snapshot, shared, None)
        wallets, cells, extra = list(row.wallets or ()), dict[tuple[int, int], int | None](row.cells), row.extra or {}
        if whole is not None and set(wallets) <= set(whole["wallets"]):
            base = lean_of(whole | {"packed": None})
            mine = {(asset, whole["wallets"].index(wallets[holder])): n for (asset, holder), n in cells.items()}
            before = (whole["extra"] or {}).get("judged", {})
            changed: dict[tuple[int, int], int | None] = {
                cell: n for cell, n in mine.items() if base.cells.get(cell) != n
            }
            changed |= dict.fromkeys(base.cells.keys() - mine.keys())
            if len(changed) < len(cells):
                cells = changed
                extra = {**extra, "judged": dict.fromkeys(before, False) | dict(extra.get("judged", {}))}
        places = sorted(cells)
        connection.execute(
            'INSERT INTO portfolio_states (user_id, job_id, "timestamp", total_value, debts_value, is_stale, is_good,'
            " base, wallets, assets, holders, units, readings, extra)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (user, snapshot.job_id, snapshot.timestamp, snapshot.net, snapshot.debts, snapshot.is_stale,
             snapshot.is_good, whole and whole["timestamp"] if cells != row.cells else None,
             wallets if cells == row.cells else None, [asset for asset, _ in places], [holder for _, holder in places],
             [cells[place] for place in places],
             [shared.readings[hour, chain, digest(state)] for chain, state in snapshot.chains.items()], Jsonb(extra)),
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
