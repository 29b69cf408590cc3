"""Servers of Esplora's shape for one chain, all within its bound of requests."""

from __future__ import annotations

from typing import Any

import httpx

from premium.chains.bucket import Bucket, TokenBucket
from premium.chains.model import Chain
from premium.chains.nodes import ListedNodes, Nodes
from premium.chains.rpc import REQUESTS_A_SECOND
from premium.errors import UpstreamUnavailable
from premium.neighbours import CircuitBreaker, Neighbour, Refused, StateListener

MOST_BYTES = 4_000_000
"""Of one answer: a page of transactions has less."""


class Contradiction(UpstreamUnavailable):
    """A server's answers do not fit together: another one is asked."""


class Server:
    """One server: first it must show the block that this chain alone has."""

    def __init__(self, url: str, neighbour: Neighbour, chain: Chain, bucket: Bucket) -> None:
        self._url, self._neighbour, self._chain, self._bucket = url.rstrip("/"), neighbour, chain, bucket
        self._is_known = False

    @property
    def name(self) -> str:
        """Return its name in logs and answers, without its address: that may hold a key."""
        return self._neighbour.name

    async def text(self, path: str) -> str:
        """Return what it says under a path; UpstreamUnavailable where it does not."""
        if not self._is_known:
            await self._know()
        return await self._said(path)

    async def json(self, path: str) -> Any:
        """Return the JSON under a path; Contradiction for what is none."""
        if not self._is_known:
            await self._know()
        response = await self._ask(path)
        try:
            return response.json()
        except ValueError:
            raise Contradiction(f"{self.name} answers something else than JSON") from None

    async def _know(self) -> None:
        network = self._chain.network
        assert network is not None  # noqa: S101 - a chain of this kind has one
        said = await self._said(f"/block-height/{network.checkpoint.height}")
        if said != network.checkpoint.hash:
            raise Refused(f"{self.name} is no server of {self._chain.name}, or does not say so")
        self._is_known = True

    async def _said(self, path: str) -> str:
        return (await self._ask(path)).text.strip()

    async def _ask(self, path: str) -> httpx.Response:
        await self._bucket.take()
        return await self._neighbour.request("GET", f"{self._url}{path}")


class Servers:
    """The servers of one chain, in the order in which they are asked."""

    def __init__(
        self,
        chain: Chain,
        client: httpx.AsyncClient,
        *,
        nodes: Nodes | None = None,
        bucket: Bucket | None = None,
        on_change: StateListener | None = None,
        deadline: float = 5.0,
    ) -> None:
        self.chain, self._client, self._on_change, self._deadline = chain, client, on_change, deadline
        self._where = nodes or ListedNodes(chain.endpoints)
        self._bucket: Bucket = bucket or TokenBucket(REQUESTS_A_SECOND)
        self._urls: tuple[str, ...] = ()
        self._servers: list[Server] = []

    async def in_turn(self) -> list[Server]:
        """Return the servers, those that failed last; Refused where there are none."""
        urls = await self._where.urls()
        if urls != self._urls:
            self._urls, self._servers = urls, [self._server(number, url) for number, url in enumerate(urls)]
        if not self._servers:
            raise Refused(f"{self.chain.name} has no server")
        return list(self._servers)

    def distrust(self, server: Server) -> None:
        """Ask a server last from now on."""
        if server in self._servers:
            self._servers = [*(each for each in self._servers if each is not server), server]

    def _server(self, number: int, url: str) -> Server:
        name, seconds = f"rpc:{self.chain.name}:{number}", self._deadline / (1 + self._where.count)
        breaker = CircuitBreaker(name, on_change=self._on_change)
        neighbour = Neighbour(
            name, client=self._client, timeout=seconds, attempts=1, breaker=breaker, most_bytes=MOST_BYTES
        )
        return Server(url, neighbour, self.chain, self._bucket)
