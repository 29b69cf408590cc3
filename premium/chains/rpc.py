"""JSON-RPC to the nodes of one chain.

In batches, with failover between endpoints and a bound on requests a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from premium.chains.bucket import TokenBucket
from premium.chains.model import Chain
from premium.chains.nodes import ListedNodes, Nodes
from premium.errors import UpstreamUnavailable
from premium.neighbours import CircuitBreaker, Neighbour, Refused, StateListener, repeating, worth_repeating

REQUESTS_A_SECOND = 100
ENTRIES_A_BATCH = 50
_ROUNDS = 5
_LIMIT_EXCEEDED, _INTERNAL = -32005, -32603


class RpcError(Exception):
    """The node answered an error: `code` and `message` are its own words."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


@dataclass(frozen=True)
class Call:
    """One call of a JSON-RPC method."""

    method: str
    params: tuple[Any, ...] = ()


Answer = Any
"""A JSON value, or an RpcError that the node gave in its place."""


class Rpc:
    """The nodes of one chain behind one face.

    Reads only: every request may be repeated.
    """

    def __init__(
        self,
        chain: Chain,
        client: httpx.AsyncClient,
        *,
        nodes: Nodes | None = None,
        deadline: float = 5.0,
        bucket: TokenBucket | None = None,
        on_change: StateListener | None = None,
    ) -> None:
        """Take a `deadline` in seconds for the whole chain, and its `nodes` (those of its entry).

        A hanging endpoint uses up a share and leaves one for the work itself.
        """
        self.chain = chain
        self._bucket = bucket or TokenBucket(REQUESTS_A_SECOND)
        self._client, self._deadline, self._on_change = client, deadline, on_change
        self._where = nodes or ListedNodes(chain.endpoints)
        self._urls: tuple[str, ...] = ()
        self._nodes: list[_Node] = []

    @property
    def nodes(self) -> int:
        """Return how many nodes there are to ask."""
        return self._where.count

    async def one(self, method: str, *params: Any) -> Any:
        """Return the result of a single call; RpcError where the node answers an error."""
        (answer,) = await self.batch([Call(method, params)])
        if isinstance(answer, RpcError):
            raise answer
        return answer

    async def batch(self, calls: Sequence[Call]) -> list[Answer]:
        """Return answers in the order of the calls, results or RpcErrors.

        UpstreamUnavailable when no node answers.
        """
        parts = [calls[i : i + ENTRIES_A_BATCH] for i in range(0, len(calls), ENTRIES_A_BATCH)]
        answers: list[list[Answer]] = await asyncio.gather(
            *(repeating(_ROUNDS)(self._any_node, part) for part in parts)
        )
        return [answer for part in answers for answer in part]

    async def _any_node(self, calls: Sequence[Call]) -> list[Answer]:
        failures: list[UpstreamUnavailable] = []
        await self._find()
        for node in tuple(self._nodes):
            await self._bucket.take(len(calls))
            try:
                return await node.send(self.chain.chain_id, calls)
            except UpstreamUnavailable as error:
                failures.append(error)
                self._last(node)
        raise self._worst(failures)

    async def _find(self) -> None:
        """Take the nodes as they are now: another key makes another node, with a breaker of its own."""
        urls = await self._where.urls()
        if urls != self._urls:
            share = self._deadline / (1 + len(urls))
            self._urls, self._nodes = urls, [self._node(number, url, share) for number, url in enumerate(urls)]

    def _node(self, number: int, url: str, share: float) -> _Node:
        return _Node(url, _neighbour(f"rpc:{self.chain.name}:{number}", self._client, share, self._on_change))

    def ask_another(self) -> None:
        """Distrust the node that answered last: the next call goes to another first."""
        for node in self._nodes[:1]:
            self._last(node)

    def _last(self, failed: _Node) -> None:
        """Ask a failed node last, so that a hanging one costs its time once; one that is gone is not taken back."""
        if failed in self._nodes:
            self._nodes = [*(node for node in self._nodes if node is not failed), failed]

    def _worst(self, failures: Sequence[UpstreamUnavailable]) -> UpstreamUnavailable:
        """Return the failure to raise.

        What a repeat may mend comes first: one node that is only busy makes another round worth its time.
        """
        if not failures:
            return Refused(f"{self.chain.name} has no RPC endpoint")
        return next((f for f in failures if worth_repeating(f)), failures[-1])


def _neighbour(name: str, client: httpx.AsyncClient, timeout: float, on_change: StateListener | None) -> Neighbour:
    breaker = CircuitBreaker(name, on_change=on_change)
    return Neighbour(name, client=client, timeout=timeout, attempts=1, breaker=breaker)


class _Node:
    """One endpoint of a chain.

    Its first batch also asks for the chain id: a node of another chain is never listened to.
    """

    def __init__(self, url: str, neighbour: Neighbour) -> None:
        self._url, self._neighbour, self._known = url, neighbour, False

    async def send(self, chain_id: int, calls: Sequence[Call]) -> list[Answer]:
        asked = list(calls) if self._known else [*calls, Call("eth_chainId")]
        body = [{"jsonrpc": "2.0", "id": i, "method": c.method, "params": c.params} for i, c in enumerate(asked)]
        response = await self._neighbour.request("POST", self._url, json=body)
        answers = _in_order(response, len(asked), self._neighbour.name)
        if not self._known:
            self._check(answers.pop(), chain_id)
        return answers

    def _check(self, answer: Answer, expected: int) -> None:
        if answer != hex(expected):
            raise Refused(f"{self._neighbour.name} is not a node of chain {expected}, or does not say so")
        self._known = True


def _in_order(response: httpx.Response, expected: int, name: str) -> list[Answer]:
    """Return a batch's answers in the order of its calls.

    They come in any order; one that is missing, doubled or no JSON-RPC discredits the node.
    """
    try:
        entries = response.json()
        found = {entry["id"]: _answer(entry) for entry in entries}
        return [found[number] for number in range(expected)]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UpstreamUnavailable(f"{name} does not speak JSON-RPC in batches") from error


def _answer(entry: dict[str, Any]) -> Answer:
    error = entry.get("error")
    if error is None:
        return entry["result"]
    code, message = int(error.get("code", _INTERNAL)), str(error.get("message", ""))[:200]
    if code == _LIMIT_EXCEEDED:
        raise ValueError(message)
    return RpcError(code, message)
