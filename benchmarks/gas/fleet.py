"""Time from a new block to an estimate that handlers can read.

A hundred chains, a block each two seconds.

The follower runs on one core, its stores and the chains' nodes on the other; where there is no other, on the same.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from benchmarks.gas.chains import FIRST_CHAIN_ID, TRANSACTIONS, Timed, rows
from local.places import ROOT
from premium.bootstrap import Platform
from premium.execution.residence import Stop
from premium.gas.service import FOLLOWED
from premium.gas.store.history import GasHistory
from premium.gas.work.chain import FollowedChain
from premium.neighbours import open_client
from premium.storage.cache import Cache

BLOCK_SECONDS = 2.0
_PAST = 150
"""Blocks of each chain that are in history when the follower starts."""
_TARGET = 1.0


class _Readable(Cache):
    """The follower's cache, which notes when each chain's block could be read."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.since: dict[tuple[str, int], float] = {}
        self._known: set[str] = set()

    def set(self, key: str, value: Any, *, ttl_seconds: int) -> None:
        super().set(key, value, ttl_seconds=ttl_seconds)
        if isinstance(value, Mapping):
            self.since.setdefault((key, value["block"]["number"]), time.time())
            self._known.add(key)

    async def all_known(self, count: int) -> None:
        """Wait until so many chains were told."""
        while len(self._known) < count:  # noqa: ASYNC110 - they are told from threads
            await asyncio.sleep(0.1)


def name_of(chain: int) -> str:
    """Return a chain's name."""
    return f"chain-{chain}"


@contextmanager
def nodes(count: int, folder: Path) -> Iterator[tuple[Timed, Path]]:
    """Start the chains' nodes; yield their times and the file that names them."""
    timed = Timed(count, BLOCK_SECONDS, time.time() - _PAST * BLOCK_SECONDS)
    command = [sys.executable, "-m", "benchmarks.gas.chains", str(count), str(BLOCK_SECONDS), repr(timed.begun)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            ports = list(map(int, (process.stdout or sys.stdin).readline().split()))
            file = folder / "chains.json"
            entries = [_entry(chain, port) for chain, port in enumerate(ports)]
            file.write_text(json.dumps({"active": [each["name"] for each in entries], "chains": entries}))
            yield timed, file
        finally:
            process.terminate()


def _entry(chain: int, port: int) -> dict[str, Any]:
    return {"name": name_of(chain), "title": "benchmark", "chain_id": FIRST_CHAIN_ID + chain,
            "native": {"symbol": "ETH", "decimals": 18}, "rpc": [f"http://127.0.0.1:{port}"],
            "fees": {"model": "eip1559"}, "block_seconds": BLOCK_SECONDS}  # fmt: skip


def followed(platform: Platform, timed: Timed, seconds: float) -> list[str]:
    """Follow all chains for so long, once each is up to date, and say what it took."""
    history = GasHistory(platform.timeseries)
    history.keep_up(platform.clock.now())
    for chain in range(timed.chains):
        newest = timed.newest(chain, time.time())
        history.append(name_of(chain), rows(timed, chain, range(newest - _PAST + 1, newest + 1)))
    with _one_core(), redirect_stdout(StringIO()):  # its metrics
        return asyncio.run(_follow(platform, timed, history, seconds))


@contextmanager
def _one_core() -> Iterator[None]:
    """Give this process, and all its threads to come, one core."""
    whole = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(whole)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, whole)


async def _follow(platform: Platform, timed: Timed, history: GasHistory, seconds: float) -> list[str]:
    names, cache, stop = [name_of(chain) for chain in range(timed.chains)], _Readable(platform.redis(3), "gas"), Stop()
    cache.set(FOLLOWED, names, ttl_seconds=600)
    async with open_client() as client:
        market, event = platform.market(client), stop.event()
        chains = [FollowedChain(market, name, history, cache, platform.clock) for name in names]
        begun = time.time()
        tasks = [asyncio.create_task(chain.follow(event, lambda: True)) for chain in chains]
        await cache.all_known(timed.chains)
        start = f"\n{timed.chains} chains of {_PAST} known blocks were readable after {time.time() - begun:.1f} s"
        await asyncio.sleep(10)  # what came meanwhile is caught up with
        since, cpu = time.time(), time.process_time()
        await asyncio.sleep(seconds)
        spent, until = time.process_time() - cpu, time.time()
        await asyncio.sleep(5)
        stop.ask()
        await asyncio.gather(*tasks)
    load = f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    used = f"{spent / (until - since):.0%} of a core; {TRANSACTIONS} transactions a block; {load}"
    return [start, _told(timed, cache.since, since, until), used]


def _told(timed: Timed, readable: Mapping[tuple[str, int], float], since: float, until: float) -> str:
    """Say how long after it came each block of the time could be read.

    One whose successor came first has been readable when that was.
    """
    late, never = [], 0
    for chain in range(timed.chains):
        name, first = name_of(chain), timed.newest(chain, since) + 1
        for number in range(first, timed.newest(chain, until) + 1):
            moments = [at for at in (readable.get((name, number + more)) for more in range(5)) if at is not None]
            if moments:
                late.append(min(moments) - timed.at(chain, number))
            else:
                never += 1
    p50, p99 = statistics.median(late), statistics.quantiles(late, n=100)[98]
    return (
        f"a new block to a readable estimate, {len(late):,} blocks: p50 {p50:.2f} s, p99 {p99:.2f} s, worst "
        f"{max(late):.2f} s; target {_TARGET:.0f} s (p99); not readable within 10 s: {never}"
    )
