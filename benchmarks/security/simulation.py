"""Hold 600 seeded transactions to their execution on a node."""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from local import ports
from local.evm import CHAIN_ID, Evm
from premium.chains.endpoint import Answer, Call, endpoint
from premium.chains.model import Chain, Native
from premium.neighbours import open_client
from premium.simulation.engine import simulate
from premium.simulation.model import Request
from tests.factories.everyday import Town, differences

CHAIN = Chain(name="local", title="Local", chain_id=CHAIN_ID, native=Native(symbol="ETH", decimals=18))
COUNT, TIMED, SEED = 600, 60, 7


class _Node:
    def __init__(self, url: str) -> None:
        self.client = open_client()
        self._endpoint = endpoint("rpc:bench:0", url, self.client, 30.0, None)

    async def batch(self, calls: Sequence[Call]) -> list[Answer]:
        return await self._endpoint.send(CHAIN, list(calls))


def measure(count: int = COUNT, timed: int = TIMED) -> dict[str, object]:
    """Return how many were equal, what differed, and milliseconds of whole simulations."""
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        os.environ.setdefault("PREMIUM_TEST_RUN", folder)  # where compiled contracts are kept
        evm = Evm(Path(folder), ports.free())
        evm.start()
        node = _Node(evm.url)
        try:
            town, chance = Town.built(evm), random.Random(SEED)
            wrong: list[str] = []
            for _ in range(count):
                step = town.one(chance)
                asked = Request(steps=(step,), user=step.sender, variants=False, fragile=False)
                wrong += differences(evm, runner.run(simulate(node, asked)), step)[:1]
            spent = []
            for _ in range(timed):
                step = town.one(chance)
                started = time.perf_counter()
                runner.run(simulate(node, Request(steps=(step,), user=step.sender), seconds=30))
                spent.append((time.perf_counter() - started) * 1000)
            runner.run(node.client.aclose())
        finally:
            evm.stop()
    cuts = statistics.quantiles(spent, n=20)
    return {"transactions": count, "different": wrong, "ms median": round(cuts[9], 1), "ms p95": round(cuts[18], 1)}


if __name__ == "__main__":
    print(measure())
