"""Bytes a snapshot and rows a second of packed rows, beside rows of JSON, on native partitions.

The workload: users with 20 holdings on 6 chains, a day by the hour; two holdings and every price change each hour.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.types.json import Jsonb

from local import ports
from local.postgres import OWNER, SUPERUSER, Postgres
from migrations.files import FOLDER
from migrations.runner import Runner
from premium.portfolio.model import ChainState, Holding, Snapshot, Status, ranked
from premium.portfolio.snapshots.lean import plain
from premium.portfolio.store.packed.lean_rows import COLUMNS, UserSnapshot, rows_of, share
from premium.portfolio.store.snapshots import SnapshotStore
from premium.prices.model import Price, Quality, Quote
from premium.storage.timeseries import TimeSeries, copy_rows

USERS, HOURS, HOLDINGS, CHAINS, ASSETS = 500, 24, 20, 6, 400
START = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
_JSON = ("user_id", "job_id", "timestamp", "total_value", "is_stale", "chain_breakdown", "asset_breakdown",
         "category_breakdown")  # fmt: skip
_SIZE = """
    SELECT coalesce(sum(pg_total_relation_size(inhrelid)), 0) FROM pg_inherits
    WHERE inhparent = 'portfolio_rows'::regclass
"""
_SHARED = """
    SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(ARRAY[
        'portfolio_quote_pages', 'portfolio_quote_rows', 'portfolio_quote_sources', 'portfolio_readings',
        'portfolio_asset_names']) AS name
"""
_OF_ROWS = "FROM pg_inherits WHERE inhparent = 'portfolio_rows'::regclass"
_PARTS = {
    "rows": f"SELECT sum(pg_table_size(inhrelid)) {_OF_ROWS}",
    "  of these: pointer and header": "SELECT 4 + 32",
    "  user and job": "SELECT 32",
    "  times, of it and of its base": "SELECT avg(8 + coalesce(pg_column_size(base), 0)) FROM portfolio_rows",
    "  total and flags": "SELECT avg(pg_column_size(total_value) + 2) FROM portfolio_rows",
    "  debts": "SELECT avg(coalesce(pg_column_size(debts_value), 0)) FROM portfolio_rows",
    "  amounts and readings": "SELECT avg(pg_column_size(packed)) FROM portfolio_rows",
    "  wallets": "SELECT avg(coalesce(pg_column_size(wallets), 0)) FROM portfolio_rows",
    "  exceptions": "SELECT avg(coalesce(pg_column_size(extra), 0)) FROM portfolio_rows",
    "indexes of rows": f"SELECT sum(pg_indexes_size(inhrelid)) {_OF_ROWS}",
    "prices": "SELECT pg_total_relation_size('portfolio_quote_pages')",
    "readings of chains": "SELECT pg_total_relation_size('portfolio_readings')",
    "names of assets": "SELECT pg_total_relation_size('portfolio_asset_names')",
}
"""Bytes of all; those that are indented are a row's mean."""
_TARGETS = {"newest": 10, "past": 20, "90 days by hour": 50}
_PLANNED = """
    EXPLAIN (ANALYZE, FORMAT JSON)
    SELECT date_trunc('hour', "timestamp", 'UTC') AS at, (array_agg(total_value ORDER BY "timestamp" DESC))[1],
           min(total_value), max(total_value)
    FROM my_portfolio_rows WHERE "timestamp" >= %s AND "timestamp" < %s GROUP BY 1 ORDER BY 1
"""
_MONTHS = """
    INSERT INTO portfolio_rows (user_id, job_id, "timestamp", total_value, is_stale, is_good, base, wallets, packed)
    SELECT user_id, gen_random_uuid(), "timestamp" - n * interval '1 day', total_value, is_stale, is_good,
           base - n * interval '1 day', wallets, packed
    FROM portfolio_rows CROSS JOIN generate_series(1, 89) AS n WHERE user_id = ANY (%s)
"""


@contextmanager
def database() -> Iterator[Postgres]:
    with TemporaryDirectory() as folder:
        server = Postgres(Path(folder) / "postgres", ports.free())
        server.start()
        try:
            server.create_database("timeseries")
            Runner("timeseries", server.url("timeseries", OWNER), FOLDER / "timeseries", lambda _: None).up()
            yield server
        finally:
            server.destroy()


def histories() -> list[list[UserSnapshot]]:
    """Snapshots by hour, of all users."""
    rng = random.Random(14)
    users = [uuid4() for _ in range(USERS)]
    keys = [f"chain-{n % CHAINS}:0x{n:040x}" for n in range(ASSETS)]
    held = {user: {key: rng.getrandbits(70) for key in rng.sample(keys, HOLDINGS)} for user in users}
    wallets = {user: f"0x{rng.getrandbits(160):040x}" for user in users}
    found = []
    for hour in range(HOURS):
        at = START + timedelta(hours=hour)
        quotes = {key: _quote(rng, key, at) for key in keys}
        chains = {f"chain-{n}": _state(rng, at) for n in range(CHAINS)}
        for user in users:
            for key in rng.sample(sorted(held[user]), 2):
                held[user][key] = rng.getrandbits(70)
        found.append([UserSnapshot(user, _snapshot(at, wallets[user], held[user], quotes, chains)) for user in users])
    return found


def _quote(rng: random.Random, key: str, at: datetime) -> Quote:
    usd = Decimal(rng.randrange(1, 10**12)).scaleb(-8)
    price = Price(key=key, usd=usd, confidence=Decimal("0.99"), at=at, source="provider")
    return Quote(price=price, quality=Quality.GOOD)


def _state(rng: random.Random, at: datetime) -> ChainState:
    return ChainState(status=Status.FRESH, as_of=at + timedelta(seconds=rng.random()), block=rng.randrange(10**8))


def _snapshot(
    at: datetime, wallet: str, held: dict[str, int], quotes: dict[str, Quote], chains: dict[str, ChainState]
) -> Snapshot:
    holdings = []
    for key, units in held.items():
        one = Holding(key=key, symbol=key[-4:], decimals=18, category="token", units={wallet: units}, quote=quotes[key],
                      as_of=chains[key.partition(":")[0]].as_of or at)  # fmt: skip
        holdings.append(one.model_copy(update={"judged": plain(one)}))
    made = Snapshot(job_id=uuid4(), timestamp=at, holdings=ranked(holdings), chains=chains, is_good=True)
    return made.model_copy(update={"net": made.total_value})


def _json(user: UUID, one: Snapshot) -> tuple[Any, ...]:
    assets = {h.key: h.model_dump(mode="json", exclude={"key"}) | {"value": str(h.value)} for h in one.holdings}
    chains = {name: state.model_dump(mode="json") for name, state in one.chains.items()}
    return (user, one.job_id, one.timestamp, one.net, False, Jsonb(chains), Jsonb(assets), Jsonb({}))


def size(server: Postgres, statement: str) -> int:
    with psycopg.connect(server.url("timeseries", SUPERUSER), autocommit=True) as connection:
        connection.execute("VACUUM FULL portfolio_rows")
        row = connection.execute(statement).fetchone()
    return int(row[0]) if row else 0


def measure() -> None:
    """Print both layouts, and how fast a past snapshot is rebuilt."""
    hours = histories()
    count = USERS * HOURS
    print(f"\n{count:,} snapshots: {USERS} users by {HOURS} hours, {HOLDINGS} holdings on {CHAINS} chains")
    with database() as server:
        empty = size(server, _SIZE)
        series = TimeSeries(lambda: server.url("timeseries", "premium_worker"))
        rows = [_json(each.user_id, each.snapshot) for hour in hours for each in hour]
        begun = time.perf_counter()
        with series.transaction(statement_timeout_ms=600_000) as connection:
            copy_rows(connection, "portfolio_rows", _JSON, rows)
        seconds, json_bytes = time.perf_counter() - begun, (size(server, _SIZE) - empty) / count
        print(f"{'rows of JSON':<34}{json_bytes:8,.0f} bytes a snapshot {count / seconds:10,.0f} rows/s by COPY")
        with psycopg.connect(server.url("timeseries", SUPERUSER), autocommit=True) as connection:
            connection.execute("TRUNCATE portfolio_rows")
        packing = copying = 0.0
        for hour in hours:
            begun = time.perf_counter()
            shared = share(series, [each.snapshot for each in hour])
            with series.transaction(statement_timeout_ms=600_000) as connection:
                lean = rows_of(connection, hour, shared)
                packed = time.perf_counter()
                copy_rows(connection, "portfolio_rows", COLUMNS, lean)
            packing, copying = packing + packed - begun, copying + time.perf_counter() - packed
        alone, with_shared = (size(server, _SIZE) - empty) / count, size(server, _SHARED) / count
        total = alone + with_shared
        print(f"{'packed rows, indexes and prices':<34}{total:8,.0f} bytes a snapshot {count / copying:10,.0f} rows/s")
        print(f"  target 250 bytes and 20,000 rows/s; {json_bytes / total:.1f} : 1")
        print(f"  packing takes {packing / count * 1e6:,.0f} µs a snapshot before, its queries included")
        _where(server, count)
        _rebuild(server, hours)
        series.close()


def _where(server: Postgres, count: int) -> None:
    """Print which bytes are what."""
    with psycopg.connect(server.url("timeseries", SUPERUSER)) as connection:
        for name, statement in _PARTS.items():
            row = connection.execute(statement).fetchone()
            taken = float(row[0]) if row else 0.0
            print(f"    {name:<40}{taken if name.startswith('  ') else taken / count:8.1f}")


def _rebuild(server: Postgres, hours: list[list[UserSnapshot]]) -> None:
    app = TimeSeries(lambda: server.url("timeseries", "premium_app"))
    took: dict[str, list[float]] = {"newest": [], "past": []}
    store, rng = SnapshotStore(app), random.Random(3)
    for _ in range(200):
        each = rng.choice(rng.choice(hours))
        begun = time.perf_counter()
        store.newest(each.user_id)
        took["newest"].append(time.perf_counter() - begun)
        begun = time.perf_counter()
        found = store.past(each.user_id, each.snapshot.timestamp)
        took["past"].append(time.perf_counter() - begun)
        assert found == each.snapshot, "rebuilt to the last digit"  # noqa: S101 - a benchmark's own check
    users = [each.user_id for each in hours[0][:100]]
    with psycopg.connect(server.url("timeseries", SUPERUSER), autocommit=True) as connection:
        for days in range(1, 90):
            connection.execute(
                "SELECT portfolio_snapshots_make_partition(%s)", ((START - timedelta(days=days)).date(),)
            )
        connection.execute(_MONTHS, (users,))
        connection.execute("ANALYZE portfolio_rows")
    since, until = START - timedelta(days=89), START + timedelta(days=1)
    took["90 days by hour"] = []
    for user in users * 2:
        begun = time.perf_counter()
        points = store.history(user, "hour", since, until, 2_200)
        took["90 days by hour"].append(time.perf_counter() - begun)
        assert len(points) == 90 * HOURS, "every hour"  # noqa: S101 - a benchmark's own check
    for name, seconds in took.items():
        p95 = statistics.quantiles(seconds[len(seconds) // 10 :], n=20)[-1] * 1000
        print(f"  {name:<16} in {p95:5.1f} ms (p95); target {_TARGETS[name]} ms")
    _floor(app, users[0], since, until)
    app.close()


def _floor(app: TimeSeries, user: UUID, since: datetime, until: datetime) -> None:
    """Print what no reading can do without: a transaction of the user's, and planning over all partitions."""
    took = list[float]()
    for _ in range(100):
        begun = time.perf_counter()
        with app.as_user(user) as connection:
            connection.execute("SELECT 1")
        took.append(time.perf_counter() - begun)
    empty = statistics.quantiles(took, n=20)[-1] * 1000
    print(f"  floor: a transaction that reads nothing takes {empty:.1f} ms (p95)")
    for name, first in (("newest", until - timedelta(hours=36)), ("90 days by hour", since)):
        told = list[tuple[float, float, int]]()
        with app.as_user(user) as connection:
            for _ in range(20):
                row = connection.execute(_PLANNED, (first, until)).fetchone()
                plan = row["QUERY PLAN"][0] if row else {}
                told.append((plan["Planning Time"], plan["Execution Time"], json.dumps(plan).count("portfolio_rows_")))
        planning, running = (statistics.median(each[place] for each in told) for place in (0, 1))
        print(f"    {name}: planning {planning:.1f} ms, running {running:.1f} ms, {told[0][2]} names of partitions")


if __name__ == "__main__":
    measure()
