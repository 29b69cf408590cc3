"""One user on 100 chains against nodes that take 50 ms: with Multicall3, call by call, and with chains that fail.

The nodes run in a process of their own. Figures are wall seconds of reading all balances, the median of the rounds.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from benchmarks.portfolio import codec, figures, fleet, snapshots, spam
from benchmarks.portfolio.node import FIRST_CHAIN_ID
from premium.chains.evm import EvmAdapter
from premium.chains.fanout import read_all
from premium.chains.model import Chain, ChainReading
from premium.chains.rpc import Rpc
from premium.clock import SystemClock
from premium.neighbours import open_client

CHAINS, LATENCY_MS, TOKENS, ROUNDS = 100, 50, 20, 5
WALLET = "0x" + "12" * 20
_REFUSING_PORT = 9  # discard: nothing listens on it


def chain(number: int, port: int, *, multicall: bool) -> Chain:
    tokens = [{"address": f"0x{n:040x}", "symbol": f"T{n}", "decimals": 18} for n in range(1, TOKENS + 1)]
    fields = {
        "name": f"chain-{number}",
        "title": "benchmark",
        "chain_id": FIRST_CHAIN_ID + number,
        "native": {"symbol": "ETH", "decimals": 18},
        "rpc": [f"http://127.0.0.1:{port}"],
        "multicall": "0x" + "ca" * 20 if multicall else None,
        "tokens": tokens,
    }
    return Chain.model_validate(fields)


async def read(chains: Sequence[Chain]) -> tuple[float, Mapping[str, ChainReading | str]]:
    async with open_client() as client:
        adapters = {c.name: EvmAdapter(Rpc(c, client), SystemClock()) for c in chains}
        begun = time.perf_counter()
        outcomes = await read_all(adapters, {name: {WALLET: frozenset()} for name in adapters})
        return time.perf_counter() - begun, outcomes


def measure(name: str, chains: Sequence[Chain], rounds: int) -> None:
    runs = [asyncio.run(read(chains)) for _ in range(rounds)]
    read_well = [outcome for outcome in runs[-1][1].values() if not isinstance(outcome, str)]
    balances = sum(len(reading.balances) for reading in read_well)
    seconds = statistics.median(run[0] for run in runs)
    print(f"{name:<42} {seconds:6.2f} s   {len(read_well):>3} of {len(chains)} chains, {balances} balances")


def _peers(ports: Sequence[int]) -> None:
    """Print what the field's libraries take for the same balances of the same nodes."""
    command = [sys.executable, "-m", "benchmarks.portfolio.read_peers", str(TOKENS), *map(str, ports)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    for name, row in json.loads(done.stdout.splitlines()[-1]).items():
        said = row["why"] or f"{row['balances']} balances, {row['cpu']:.1f} s of CPU"
        print(f"{name:<42} {row['seconds']:6.2f} s   {said}")


def main() -> None:
    command = [sys.executable, "-m", "benchmarks.portfolio.node", str(CHAINS), str(LATENCY_MS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as nodes:
        try:
            *ports, silent = map(int, (nodes.stdout or sys.stdin).readline().split())
            print(f"{CHAINS} chains, {LATENCY_MS} ms latency, {TOKENS} tokens and the native coin each; target < 2 s")
            good = [chain(number, port, multicall=True) for number, port in enumerate(ports)]
            single = [chain(number, port, multicall=False) for number, port in enumerate(ports)]
            bad = [chain(CHAINS, _REFUSING_PORT, multicall=True), chain(CHAINS + 1, silent, multicall=True)]
            measure("Multicall3", good, ROUNDS)
            measure("no Multicall3: call by call, in batches", single, 1)
            _peers(ports)
            measure("Multicall3, one dead and one hanging chain", [*good, *bad], 1)
        finally:
            nodes.terminate()
    codec.measure()
    snapshots.measure()
    figures.measure()
    spam.measure()
    fleet.measure()


if __name__ == "__main__":
    main()
