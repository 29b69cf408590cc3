"""JSON-RPC to the nodes of one chain.

In batches, with failover between endpoints and a bound on requests a second.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

import httpx

from premium.chains.bucket import Bucket, TokenBucket
from premium.chains.endpoint import Answer, Call, Endpoint, RpcError, endpoint
from premium.chains.model import Chain
from premium.chains.nodes import ListedNodes, Nodes
from premium.errors import UpstreamUnavailable
from premium.neighbours import Refused, StateListener, repeating, worth_repeating

__all__ = ["Answer", "Call", "Rpc", "RpcError", "View"]

REQUESTS_A_SECOND = 100
ENTRIES_A_BATCH = 50
_ROUNDS = 5


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
        bucket: Bucket | None = None,
        on_change: StateListener | None = None,
    ) -> None:
        """Take a `deadline` in seconds for the whole chain, and its `nodes` (those of its entry).

        A hanging endpoint uses up a share and leaves one for the work itself.
        """
        self.chain = chain
        self._bucket: Bucket = bucket or TokenBucket(REQUESTS_A_SECOND)
        self._client, self._deadline, self._on_change = client, deadline, on_change
        self._where = nodes or ListedNodes(chain.endpoints)
        self._urls: tuple[str, ...] = ()
        self._nodes: list[Endpoint] = []
        self.asked_by = Counter[str]()
        """How many calls were sent by method, whatever became of them."""
        self.call_share = 1.0
        """What part of the gas and bytes that the chain's entry allows an `eth_call` its nodes were seen to take."""
        self.names_hashes = True
        """Whether calls name their block by its hash (EIP-1898), until a node refuses it."""

    @property
    def asked(self) -> int:
        """Return how many calls were sent, whatever became of them."""
        return self.asked_by.total()

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

    async def told(self, method: str, *params: Any) -> Any:
        """Return the result of a single call.

        UpstreamUnavailable in the node's words where it answers an error.
        """
        try:
            return await self.one(method, *params)
        except RpcError as error:
            raise UpstreamUnavailable(f"{self.chain.name} answers {method} with {error}") from error

    async def batch(self, calls: Sequence[Call]) -> list[Answer]:
        """Return answers in the order of the calls, results or RpcErrors.

        UpstreamUnavailable when no node answers.
        """
        answers: list[list[Answer]] = await asyncio.gather(
            *(repeating(_ROUNDS)(self._any_node, part) for part in _parts(calls))
        )
        return [answer for part in answers for answer in part]

    async def view(self) -> View:
        """Return the view of one endpoint: the first that is believed, or else the first.

        Refused where is none.
        """
        await self._find()
        nodes = self._in_turn()
        if not nodes:
            raise Refused(f"{self.chain.name} has no RPC endpoint")
        return View(self, nodes[0])

    def others(self, view: View) -> list[View]:
        """Return the views of the other endpoints, those that are believed first."""
        return [View(self, node) for node in self._in_turn() if node is not view.endpoint]

    @property
    def benched(self) -> list[str]:
        """Return the names of endpoints that are not believed at present."""
        return sorted(node.name for node in self._nodes if node.is_benched)

    async def ask(self, node: Endpoint, calls: Sequence[Call]) -> list[Answer]:
        """Return the answers of one endpoint alone; UpstreamUnavailable puts it behind the others."""
        found: list[Answer] = []
        for part in _parts(calls):
            await self._bucket.take(len(part))
            self.asked_by.update(call.method for call in part)
            try:
                found += await node.send(self.chain, part)
            except UpstreamUnavailable:
                self._last(node)
                raise
        return found

    async def _any_node(self, calls: Sequence[Call]) -> list[Answer]:
        failures: list[UpstreamUnavailable] = []
        await self._find()
        for node in self._in_turn():
            try:
                return await self.ask(node, calls)
            except UpstreamUnavailable as error:
                failures.append(error)
        raise self._worst(failures)

    async def _find(self) -> None:
        """Take the nodes as they are now: another key makes another node, with a breaker of its own."""
        urls = await self._where.urls()
        if urls != self._urls:
            share = self._deadline / (1 + len(urls))
            self._urls, self._nodes = urls, [self._node(number, url, share) for number, url in enumerate(urls)]

    def _node(self, number: int, url: str, share: float) -> Endpoint:
        return endpoint(f"rpc:{self.chain.name}:{number}", url, self._client, share, self._on_change)

    @property
    def first(self) -> Endpoint | None:
        """Return the endpoint that is asked first now."""
        return next(iter(self._in_turn()), None)

    def ask_another(self, than: Endpoint | None = None) -> None:
        """Distrust a node: the next call goes to another first.

        Without a name it is the one that is asked first now.
        """
        distrusted = than or self.first
        if distrusted is not None:
            self._last(distrusted)

    def _in_turn(self) -> list[Endpoint]:
        """Return the endpoints in the order in which they are asked: those on the bench come last."""
        return sorted(self._nodes, key=lambda node: node.is_benched)

    def _last(self, failed: Endpoint) -> None:
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


class View:
    """What one endpoint says: answers that are compared with each other come from one view."""

    def __init__(self, rpc: Rpc, node: Endpoint) -> None:
        self._rpc, self.endpoint = rpc, node

    @property
    def name(self) -> str:
        """Return the endpoint's name."""
        return self.endpoint.name

    async def batch(self, calls: Sequence[Call]) -> list[Answer]:
        """Return answers in the order of the calls, results or RpcErrors.

        UpstreamUnavailable where it gives none.
        """
        return await self._rpc.ask(self.endpoint, calls)

    async def result(self, method: str, *params: Any) -> Any:
        """Return the result of a single call.

        UpstreamUnavailable in the node's words where it answers an error.
        """
        (answer,) = await self.batch([Call(method, params)])
        if isinstance(answer, RpcError):
            raise UpstreamUnavailable(f"{self.name} answers {method} with {answer}")
        return answer

    def bench(self) -> float:
        """Ask the other endpoints first for a while; return the seconds."""
        return self.endpoint.bench()


def _parts(calls: Sequence[Call]) -> list[Sequence[Call]]:
    return [calls[i : i + ENTRIES_A_BATCH] for i in range(0, len(calls), ENTRIES_A_BATCH)]
