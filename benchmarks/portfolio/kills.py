"""Two hours' runs by four processes over a proxy that spoils answers: `python -m benchmarks.portfolio.kills [users]`.

In the first hour all is well. In the second one a chain hangs throughout, a share of all answers is spoiled, all four
processes plan at once, and two of them are killed (SIGKILL) at named points and replaced. Whatever happens each user is
written once, what failed is stale and holds what it held, and no chain is asked more than its rate in any second.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime, timedelta
from io import StringIO
from multiprocessing.synchronize import Barrier
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from httpx import AsyncClient

from benchmarks.portfolio.fleet import CHAINS, LATENCY_MS, LIVE, USERS, add, chain, stores
from local.postgres import SUPERUSER
from premium.bootstrap import Platform
from premium.chains.evm import EvmAdapter
from premium.chains.model import Chain
from premium.chains.rpc import Rpc
from premium.clock import Clock
from premium.config import Settings
from premium.portfolio import run_model
from premium.portfolio.jobs import RunPayload
from premium.portfolio.runs import Runs
from premium.portfolio.store import runs as run_store
from premium.prices import market as markets

PROCESSES, SPOILED, RATE = 4, 0.05, 100
KILLED_AT = ("run_read", "before_commit")
"""Where the first and the second process die, once."""
HUNG = 0
"""The number of the chain that hangs."""
_CALL_GAS = 1_500_000
"""Of the chains here: some 70 balances a call, so that the rate is reached."""
_USERS_A_BLOCK, _WALLETS_A_READ = 100, 500
_PATIENCE, _LEASE_SECONDS = 60.0, 30


class Jobs:
    """The processes are the run's workers: nothing is started."""

    def start(self, *_: object, **__: object) -> None:
        """Nobody is told."""


def work(told: Mapping[str, Any], together: Barrier | None) -> None:
    """Plan the run with all others, and carry it on until it has ended.

    Who first comes to a named point dies.
    """
    hung = f"chain-{told['hung']}"

    def seconds(each: Chain) -> float:  # a busy machine's own waits are no node's fault
        return 5.0 if each.name == hung else _PATIENCE

    def rpc(each: Chain, client: AsyncClient, **given: Any) -> Rpc:
        return Rpc(each, client, **given | {"deadline": seconds(each)})

    def adapter(rpc: Rpc, clock: Clock, **given: Any) -> EvmAdapter:
        return EvmAdapter(rpc, clock, **given | {"deadline": seconds(rpc.chain)})

    def point(name: str) -> None:
        if name in told["dies_at"] and _is_first(Path(told["folder"]) / f"died-at-{name}"):
            os.kill(os.getpid(), signal.SIGKILL)

    markets.Rpc, markets.EvmAdapter = rpc, adapter  # type: ignore[attr-defined, assignment] # of this process alone
    run_store.LEASE = timedelta(seconds=told["lease"])  # type: ignore[attr-defined] # set in this process alone
    run_model.planned.__defaults__ = (told["users_a_block"], told["wallets_a_read"])
    at = Platform(Settings.model_validate(told["settings"]))
    at.__dict__["jobs"] = Jobs()
    if together is not None:
        together.wait()
    runs = Runs.of(at)
    run = runs.begin(datetime.fromisoformat(told["moment"]))
    with redirect_stdout(StringIO()):  # its metrics
        runs.carry_on(RunPayload(run_id=run.id, number=0), seconds=3_000, point=point)
    at.close()


def _is_first(file: Path) -> bool:
    try:
        file.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


@contextmanager
def _nodes(chains: int, live: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "benchmarks.portfolio.faulty", str(chains), str(LATENCY_MS), str(live)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as made:
        try:
            yield made
        finally:
            made.terminate()


def _order(nodes: subprocess.Popen[str], text: str) -> None:
    print(text, file=nodes.stdin, flush=True)


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None  # noqa: S101 - it was opened with one
    return process.stdout.readline()


def hour(told: Mapping[str, Any], dies_at: Sequence[str] = ()) -> int:
    """Carry a run on by four processes; return how many were killed.

    One dies at each point.
    """
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload([__name__])  # what all of them import is imported once
    together = made.Barrier(PROCESSES)
    told = {**told, "dies_at": list(dies_at)}
    running = [made.Process(target=work, args=(told, together)) for _ in range(PROCESSES)]
    for each in running:
        each.start()
    killed = 0
    while running:
        for each in [one for one in running if one.exitcode is not None]:
            running.remove(each)
            if each.exitcode == -signal.SIGKILL:
                killed += 1
                running.append(made.Process(target=work, args=(told, None)))
                running[-1].start()
            elif each.exitcode:
                raise SystemExit(f"a process ended by {each.exitcode}")
        time.sleep(0.05)
    return killed


def prove(  # noqa: PLR0917 - where it runs, and how large it is
    folder: Path,
    url: Any,
    redis_url: str,
    users: int = USERS,
    chains: int = CHAINS,
    live: int = LIVE,
    lease: int = _LEASE_SECONDS,
) -> dict[str, Any]:
    """Run both hours and return what was seen; `url(database, role)` names the databases."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    wallets = add(url("premium", SUPERUSER), users, now - timedelta(hours=3))
    with _nodes(chains, live) as nodes:
        entries = [{**chain(n, int(port)), "call_gas": _CALL_GAS} for n, port in enumerate(_line(nodes).split())]
        file = folder / "chains.json"
        file.write_text(json.dumps({"active": [each["name"] for each in entries], "chains": entries}))
        settings = {"premium_stage": "local", "redis_url": redis_url, "chains_file": str(file),
                    "database_url": url("premium", "premium_worker"),
                    "timeseries_url": url("timeseries", "premium_worker")}  # fmt: skip
        share = min(1.0, users / USERS)
        sizes = {"users_a_block": max(2, int(_USERS_A_BLOCK * share)),
                 "wallets_a_read": max(3, int(_WALLETS_A_READ * share))}  # fmt: skip
        told = {"settings": settings, "folder": str(folder), "hung": HUNG, "lease": lease, **sizes}
        hour({**told, "hung": -1, "moment": (now - timedelta(hours=1)).isoformat()})
        _order(nodes, f"spoil {SPOILED}")
        _order(nodes, f"hang {HUNG}")
        begun = time.monotonic()
        killed = hour({**told, "moment": now.isoformat()}, KILLED_AT)
        seconds = time.monotonic() - begun
        _order(nodes, "count")
        traffic = json.loads(_line(nodes))
    return {"users": users, "wallets": wallets, "chains": chains, "processes": PROCESSES, "killed": killed,
            "seconds": round(seconds, 1), **traffic, **seen(url, now)}  # fmt: skip


def seen(url: Any, now: datetime) -> dict[str, Any]:
    """Return what both runs left: their reports' cells, and what users hold in both hours."""
    with psycopg.connect(url("premium", SUPERUSER)) as connection:
        plans = connection.execute("SELECT moment, status, report FROM portfolio_runs ORDER BY moment").fetchall()
        cells = connection.execute(_CELLS).fetchall()
    after, failed = plans[-1][2], plans[-1][2]["chainsFailed"]
    told = Counter[str]()
    for name, status, count in cells:  # those of repeated chunks are not in the report
        told[f"{status} where a read failed" if name in failed else status] += count
    with psycopg.connect(url("timeseries", SUPERUSER)) as connection:
        rows = connection.execute(_WRITTEN, (now,)).fetchall()
        lost = connection.execute(_CHANGED, (now - timedelta(hours=1), now)).fetchone()
    return {
        "plans": len(plans), "status": plans[-1][1], "written": len(rows), "duplicates": sum(n - 1 for _, n in rows),
        "calls": after["calls"], "repeated": after["repeated"], "undone": len(after["undone"]),
        "cells": dict(sorted(told.items())), "unread": after["unread"], "chainsFailed": failed,
        "changed": lost[0] if lost else None,
    }  # fmt: skip


_CELLS = """
    SELECT row ->> 'chain', row ->> 'status', count(*)
    FROM portfolio_statements, jsonb_array_elements(answer -> 'coverage') AS row GROUP BY 1, 2
"""
_WRITTEN = 'SELECT user_id, count(*) FROM portfolio_rows WHERE "timestamp" = %s GROUP BY 1'
_CHANGED = """
    WITH held AS (
        SELECT user_id, (SELECT jsonb_object_agg(key, value -> 'balance') FROM jsonb_each(asset_breakdown)) AS assets
        FROM portfolio_snapshots WHERE "timestamp" IN (%s, %s)
    )
    SELECT count(*) FROM (SELECT FROM held GROUP BY user_id HAVING count(DISTINCT assets) > 1) AS each
"""


def measure(users: int = USERS) -> None:
    """Print what was seen."""
    with TemporaryDirectory() as name, stores(Path(name)) as (postgres, redis):
        said = prove(Path(name), postgres.url, redis.url, users)
    print(f"\n{said['users']:,} users, {said['wallets']:,} wallets, {said['chains']} chains, {PROCESSES} processes")
    print(f"  {SPOILED:.0%} of answers spoiled ({sum(said['spoiled'].values()):,}), one chain hangs throughout,")
    print(f"  all plan at once ({said['plans'] - 1} plan of the hour), killed {said['killed']} times: {KILLED_AT}")
    print(f"  written {said['written']:,} users, {said['duplicates']} twice; chunks undone {said['undone']}, repeated "
          f"{said['repeated']}; {said['seconds']} s")  # fmt: skip
    print(f"  {said['calls']:,} calls of the hour; most to a chain in any second of both hours {said['most']} "
          f"(target: never over {RATE})")  # fmt: skip
    print(f"  cells {said['cells']}: none is nothing that was something an hour ago")
    print(f"  chains failed {said['chainsFailed']}; users who hold something else than before: {said['changed']}")


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else USERS)
