"""One endpoint of a chain: its JSON-RPC batches, and how long it is not believed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from premium.chains.model import Chain
from premium.errors import UpstreamUnavailable
from premium.neighbours import CircuitBreaker, Neighbour, Refused, StateListener

MOST_BYTES = 32_000_000
"""Of one answer to a batch: logs and traces of many blocks have less."""
BENCH_SECONDS, BENCH_MOST = 5.0, 600.0
"""The first pause of an endpoint that contradicted itself, and the longest: each further one is twice the last."""
_LIMIT_EXCEEDED, _INTERNAL = -32005, -32603
_BUSY = re.compile(r"rate|too many requests|per (second|minute|day)|throttl|capacity|quota|credits", re.IGNORECASE)
"""What nodes say of requests that came too often, and not of an answer that is too large."""
_WORDS = 200


class RpcError(Exception):
    """The node answered an error: `code` and `message` are its own words."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Call:
    """One call of a JSON-RPC method."""

    method: str
    params: tuple[Any, ...] = ()


Answer = Any
"""A JSON value, or an RpcError that the node gave in its place."""


class Endpoint:
    """One node's address.

    Its first batch also asks of which chain it is: a node of another one is never listened to.
    """

    def __init__(self, url: str, neighbour: Neighbour, clock: Callable[[], float] = time.monotonic) -> None:
        self._url, self._neighbour, self._clock = url, neighbour, clock
        self._known = False
        self._free_at, self._pause = 0.0, BENCH_SECONDS

    @property
    def name(self) -> str:
        """Return its name in logs and metrics, without its address: that may hold a key."""
        return self._neighbour.name

    @property
    def is_benched(self) -> bool:
        """Return whether others are asked first, as its answers contradicted each other."""
        return self._clock() < self._free_at

    def bench(self) -> float:
        """Believe others first for a while; return the seconds."""
        if self._clock() > self._free_at + BENCH_MOST:
            self._pause = BENCH_SECONDS  # it was sound for long
        pause = self._pause
        self._free_at, self._pause = self._clock() + pause, min(2 * pause, BENCH_MOST)
        return pause

    async def send(self, chain: Chain, calls: Sequence[Call]) -> list[Answer]:
        """Return answers in the order of the calls; UpstreamUnavailable where there are none to believe."""
        known = self._known  # another call may learn it before this one is answered
        asked = list(calls) if known else [*calls, Call(chain.proof[0])]
        body = [{"jsonrpc": "2.0", "id": i, "method": c.method, "params": c.params} for i, c in enumerate(asked)]
        response = await self._neighbour.request("POST", self._url, json=body)
        answers = _in_order(response, asked, self.name)
        if not known:
            self._check(answers.pop(), chain)
        return answers

    def _check(self, answer: Answer, chain: Chain) -> None:
        if answer != chain.proof[1]:
            raise Refused(f"{self.name} is not a node of chain {chain.chain_id or chain.name}, or does not say so")
        self._known = True


def endpoint(
    name: str, url: str, client: httpx.AsyncClient, timeout: float, on_change: StateListener | None
) -> Endpoint:
    """Make an endpoint with a breaker of its own."""
    breaker = CircuitBreaker(name, on_change=on_change)
    return Endpoint(
        url, Neighbour(name, client=client, timeout=timeout, attempts=1, breaker=breaker, most_bytes=MOST_BYTES)
    )


def _in_order(response: httpx.Response, asked: Sequence[Call], name: str) -> list[Answer]:
    """Return a batch's answers in the order of its calls.

    They come in any order; one that is missing, doubled or no JSON-RPC discredits the node.
    """
    try:
        entries = response.json()
        by_number = {entry["id"]: entry for entry in entries}
        if len(by_number) != len(entries):
            raise UpstreamUnavailable(f"{name} answers a call twice")
        return [_answer(by_number[number], call, name) for number, call in enumerate(asked)]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UpstreamUnavailable(f"{name} does not speak JSON-RPC in batches") from error


def _answer(entry: dict[str, Any], call: Call, name: str) -> Answer:
    error = entry.get("error")
    if error is None:
        return entry["result"]
    code, message = int(error.get("code", _INTERNAL)), str(error.get("message", ""))[:_WORDS]
    # The same code says "you ask too often", which a pause mends, and "the answer is too large", which it does not.
    if code == _LIMIT_EXCEEDED and (call.method != "eth_getLogs" or _BUSY.search(message)):
        raise UpstreamUnavailable(f"{name} is busy: {message or code}")
    return RpcError(code, message)
