"""An hour's run over real users and nodes, and from what it cost the fleet's: `python -m benchmarks.portfolio.fleet`.

2,000 users of 1.3 wallets, each used on 6 of 20 chains with 20 tokens in all; the nodes run in a process of their own
and take 5 ms a call. No provider of prices: prices are asked once an asset, whatever there are users. The first run
finds who is used where; the second is an hour's as any other, a 24th of what sleeps is due; the third has a chain that
is dead. Then the same is simulated for 125,000 users and 100 chains with what the second one took.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import psycopg
from httpx import AsyncClient

from benchmarks.portfolio.node import FIRST_CHAIN_ID
from local import ports
from local.postgres import OWNER, SUPERUSER, Postgres
from local.redis import Redis
from migrations.files import FOLDER
from migrations.runner import Runner
from premium.bootstrap import Platform
from premium.chains.evm import EvmAdapter
from premium.chains.model import Chain
from premium.chains.rpc import Rpc
from premium.clock import Clock
from premium.config import Settings
from premium.portfolio.fleet import costs
from premium.portfolio.jobs import RunPayload
from premium.portfolio.run_model import WALLETS_A_READ
from premium.portfolio.runs import Runs
from premium.prices import market as markets

USERS, CHAINS, LIVE, LATENCY_MS, WORKERS = 2_000, 20, 6, 5, 40
_SECOND_WALLET = 10
"""Of so many users three have a second wallet."""
_DEAD = 9
"""The port of a node that nobody listens on."""


_TARGETS = {
    "seconds": "target 360",
    "callsARun": "",
    "callsAMonth": "target 10,000,000",
    "movementsCallsAMonth": "20 movements a wallet and month, not in the target's fleet",
    "positionsCallsAMonth": "a quarter of live wallets with positions, not in the target's fleet",
    "dollarsAMonth": "target 50-75",
    "cpuHoursARun": f"over {WORKERS} workers",
    "staleCells": "2 % that time out; none is 0",
}


PATIENCE = 60.0
"""Seconds that a chain has here.

Calls and CPU are counted, and a busy machine's own waits are no node's fault.
"""


class _Patient(EvmAdapter):
    """A reader of a chain that waits for a busy machine."""

    def __init__(self, rpc: Rpc, clock: Clock, **given: Any) -> None:
        super().__init__(rpc, clock, **given | {"deadline": PATIENCE})


def _patient(chain: Chain, client: AsyncClient, **given: Any) -> Rpc:
    return Rpc(chain, client, **given | {"deadline": PATIENCE})


class _Jobs:
    """The run's workers are this process: nothing is started."""

    def start(self, *_: object, **__: object) -> None:
        """Nobody is told."""


@contextmanager
def stores(folder: Path) -> Iterator[tuple[Postgres, Redis]]:
    postgres, redis = Postgres(folder / "postgres", ports.free()), Redis(folder / "redis", ports.free())
    postgres.start()
    redis.start()
    try:
        for name in ("premium", "timeseries"):
            postgres.create_database(name)
            Runner(name, postgres.url(name, OWNER), FOLDER / name, lambda _: None).up()
        yield postgres, redis
    finally:
        redis.stop()
        postgres.destroy()


def chain(number: int, port: int) -> dict[str, Any]:
    """Return a chain's entry, with the tokens that are held on it."""
    # On six chains in a row a wallet holds twenty: three or four on each.
    tokens = [
        {"address": f"0x{100 * number + place + 1:040x}", "symbol": f"T{number}-{place}", "decimals": 18}
        for place in range(4 if number % 3 == 0 else 3)
    ]
    return {"name": f"chain-{number}", "title": "benchmark", "chain_id": FIRST_CHAIN_ID + number,
            "native": {"symbol": "ETH", "decimals": 18}, "rpc": [f"http://127.0.0.1:{port}"],
            "multicall": "0x" + "ca" * 20, "tokens": tokens}  # fmt: skip


def _platform(postgres: Postgres, redis: Redis, folder: Path, nodes: list[int]) -> Platform:
    chains = [chain(number, port) for number, port in enumerate(nodes)]
    file = folder / f"chains-{uuid4().hex}.json"
    file.write_text(json.dumps({"active": [each["name"] for each in chains], "chains": chains}))
    made = Platform(
        Settings(
            premium_stage="local", redis_url=redis.url, chains_file=str(file),
            database_url=postgres.url("premium", "premium_worker"),
            timeseries_url=postgres.url("timeseries", "premium_worker"),
        )
    )  # fmt: skip
    made.__dict__["jobs"] = _Jobs()
    return made


def add(url: str, users: int, since: datetime) -> int:
    """Add users who watch 1.3 wallets each, and return how many wallets."""
    wallets = 0
    with psycopg.connect(url) as connection:
        for place in range(users):
            user = uuid4()
            connection.execute("INSERT INTO premium_users (id, external_id) VALUES (%s, %s)", (user, str(user)))
            for _ in range(2 if place % _SECOND_WALLET < 3 else 1):
                wallets += 1
                connection.execute(
                    "INSERT INTO portfolio_wallets (user_id, address, created_at) VALUES (%s, %s, %s)",
                    (user, f"0x{wallets:040x}", since),
                )
    return wallets


def _run(at: Platform, moment: datetime) -> dict[str, Any]:
    markets.Rpc, markets.EvmAdapter = _patient, _Patient  # type: ignore[attr-defined] # of this process alone
    runs = Runs.of(at)
    with redirect_stdout(StringIO()):  # its metrics
        run = runs.begin(moment)
        runs.carry_on(RunPayload(run_id=run.id, number=0), seconds=3_000)
    report = runs.report(runs.stores.runs.get(run.id))
    at.close()
    return report


def measure(users: int = USERS) -> None:
    """Print both runs' reports, and the fleet."""
    logging.disable(logging.CRITICAL)
    moment = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    command = [sys.executable, "-m", "benchmarks.portfolio.node", str(CHAINS), str(LATENCY_MS), str(LIVE)]
    with TemporaryDirectory() as name, subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as nodes:
        try:
            *listening, _ = map(int, (nodes.stdout or sys.stdin).readline().split())
            with stores(Path(name)) as (postgres, redis):
                wallets = add(postgres.url("premium", SUPERUSER), users, moment - timedelta(hours=3))
                print(f"\n{users:,} users, {wallets:,} wallets, {CHAINS} chains, one worker")
                first = _run(_platform(postgres, redis, Path(name), listening), moment - timedelta(hours=2))
                _tell("the first run", first)
                _spread(postgres)
                whole = _run(_platform(postgres, redis, Path(name), listening), moment - timedelta(hours=1))
                _tell("an hour's run", whole)
                print(f"  calls by step: {whole['callsBy']}; by method: {whole['methods']}")
                if set(whole["cells"]) - {"fresh", "dormant"}:
                    print("  too busy a machine: chains were not read in their 5 s, so what follows says nothing")
                dead = _run(_platform(postgres, redis, Path(name), [_DEAD, *listening[1:]]), moment)
                _tell("with a dead chain", dead)
                _empty(postgres, moment)
        finally:
            nodes.terminate()
    _simulate(whole, users)


def _tell(name: str, report: dict[str, Any]) -> None:
    cells = ", ".join(f"{count:,} {status}" for status, count in report["cells"].items())
    print(
        f"{name:<20}{report['written']:>7,} written in {report['seconds']:.0f} s, {report['cpuSeconds']:.0f} s of CPU"
    )
    print(f"  {report['calls']:,} calls; cells: {cells}; chunks undone: {len(report['undone'])}")


def _spread(postgres: Postgres) -> None:
    """Spread over a day when those that sleep were looked at."""
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        connection.execute("UPDATE portfolio_searches SET looked_at = now() - random() * interval '24 h' WHERE unused")


def _empty(postgres: Postgres, moment: datetime) -> None:
    """Print how many snapshots have fewer holdings than the ones before.

    What failed is stale, not 0.
    """
    with psycopg.connect(postgres.url("timeseries", SUPERUSER)) as connection:
        row = connection.execute(
            'SELECT count(*) FILTER (WHERE is_stale), count(*) FROM portfolio_rows WHERE "timestamp" = %s', (moment,)
        ).fetchone()
        fewer = connection.execute(_FEWER, (moment - timedelta(hours=1), moment)).fetchone()
    print(f"  of these {row and row[0]:,} of {row and row[1]:,} are stale, {fewer and fewer[0]} lost a holding")


def _simulate(report: dict[str, Any], users: int) -> None:
    cpu = Decimal(str(report["cpuSeconds"])) / users
    by = report["callsBy"]
    # What no balance or emptiness was asked by; and one call for what tokens that nobody lists say of themselves.
    of_chunk = Decimal(by["read"] - report["methods"]["eth_call"]) / report["readChunks"] + 1
    of_match = Decimal(by["match"]) / CHAINS
    measured = replace(costs.ASSUMED, cpu_a_user=cpu, calls_a_chunk=of_chunk, calls_a_match=of_match)
    told = costs.simulate(costs.Fleet(users=125_000), measured, workers=WORKERS, wallets_a_read=WALLETS_A_READ)
    print(f"simulated with {1000 * cpu:.1f} ms of CPU a user, which the reading of {LIVE} chains a wallet is in,")
    print(f"{of_chunk:.1f} calls a chunk beside its balances, {of_match:.1f} for a chain's logs:")
    for name, target in _TARGETS.items():
        print(f"  {name:<16}{told[name]:>14}   {target}")


_FEWER = """
    WITH counted AS (
        SELECT user_id, "timestamp", (SELECT count(*) FROM jsonb_object_keys(asset_breakdown)) AS held
        FROM portfolio_snapshots WHERE "timestamp" IN (%s, %s)
    )
    SELECT count(*) FROM (
        SELECT held < lag(held) OVER (PARTITION BY user_id ORDER BY "timestamp") AS fell FROM counted
    ) AS each WHERE fell
"""


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else USERS)
