"""Nodes behind a proxy that spoils answers and counts requests: `python -m benchmarks.portfolio.faulty NODES MS LIVE`.

Prints their ports, then takes orders by lines: `spoil 0.05` (that share of requests from then on), `hang N` (node N
answers nothing any more), `count` (prints how many requests there were, and how many in the busiest second of a node).
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from random import Random
from typing import Any

from benchmarks.portfolio.node import FIRST_CHAIN_ID, Fleet, answers, http, serving

FAULTS = ("429", "500", "dropped", "slow", "truncated", "half a batch", "reordered", "wrong chain", "a block behind")
_SLOW_SECONDS = 1.0


class Traffic:
    """What was asked of each node and when, and what is done to the answers."""

    def __init__(self) -> None:
        self.share, self.hanging = 0.0, set[int]()
        self.asked, self.spoiled, self._draw = defaultdict[int, list[float]](list), Counter[str](), Random(7)

    def fault(self) -> str:
        """Return what is wrong with the next answer; empty for nothing."""
        if self._draw.random() >= self.share:
            return ""
        kind = self._draw.choice(FAULTS)
        self.spoiled[kind] += 1
        return kind

    def told(self) -> dict[str, Any]:
        """Return the counts so far."""
        most = max((busiest(times) for times in self.asked.values()), default=0)
        return {"requests": sum(map(len, self.asked.values())), "most": most, "spoiled": self.spoiled}


def busiest(times: list[float]) -> int:
    """Return how many of ascending times lie within the fullest second."""
    return max((bisect_left(times, at + 1.0) - place for place, at in enumerate(times)), default=0)


def _node(number: int, latency: float, traffic: Traffic) -> Any:
    async def respond(calls: list[dict[str, Any]]) -> bytes | None:
        traffic.asked[number] += [time.monotonic()] * len(calls)
        if number in traffic.hanging:
            await asyncio.sleep(3_600)
        await asyncio.sleep(latency * len(calls))
        return await _spoiled(traffic.fault(), answers(calls, FIRST_CHAIN_ID + number), calls)

    return serving(respond)


async def _spoiled(fault: str, made: list[dict[str, Any]], calls: list[dict[str, Any]]) -> bytes | None:
    if fault == "dropped":
        return None
    if fault == "slow":
        await asyncio.sleep(_SLOW_SECONDS)
    if fault in {"429", "500"}:
        return http(int(fault), b"{}")
    if fault == "half a batch":
        made = made[: len(made) // 2]
    if fault == "reordered":
        made.reverse()
    for one, call in zip(made, calls, strict=False):
        if fault == "wrong chain" and call["method"] == "eth_chainId":
            one["result"] = hex(1)
        if fault == "a block behind" and call["method"] == "eth_getBlockByNumber" and call["params"][0] == "latest":
            one["result"] = {**one["result"], "number": hex(int(one["result"]["number"], 16) - 1)}
    body = json.dumps(made).encode()
    return http(200, body[: len(body) // 2] if fault == "truncated" else body)


async def _serve(nodes: int, latency: float) -> None:
    traffic = Traffic()
    servers = [await asyncio.start_server(_node(n, latency, traffic), "127.0.0.1", 0) for n in range(nodes)]
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    while order := (await asyncio.to_thread(sys.stdin.readline)).split():
        match order:
            case ["spoil", share]:
                traffic.share = float(share)
            case ["hang", number]:
                traffic.hanging.add(int(number))
            case ["count"]:
                print(json.dumps(traffic.told()), flush=True)


if __name__ == "__main__":
    Fleet.nodes, Fleet.live = int(sys.argv[1]), int(sys.argv[3])
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2]) / 1000))
