"""A cluster in the process, nodes over it, and a reader of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from premium.chains import registry
from premium.chains.model import Chain, ChainReading
from premium.chains.rpc import Rpc
from premium.chains.solana.adapter import SolanaAdapter
from premium.clock import SystemClock
from tests.factories.solana.cluster import Cluster
from tests.factories.solana.server import GENESIS, ClusterNode

Read = Callable[..., ChainReading]


@dataclass
class Nodes:
    """Nodes by their addresses; the runtime belongs to one thread, so that they answer in the reader's own."""

    known: dict[str, ClusterNode] = field(default_factory=dict)

    def __call__(self, node: ClusterNode) -> str:
        url = f"http://node-{len(self.known)}.test/"
        self.known[url] = node
        return url

    async def answer(self, request: httpx.Request) -> httpx.Response:
        node = self.known[str(request.url)]
        await asyncio.sleep(node.seconds)
        return httpx.Response(200, json=[node.answer(call) for call in json.loads(request.content)])


@pytest.fixture
def cluster() -> Cluster:
    made = Cluster()
    made.at(slot=1_000, epoch=10, unix=1_700_000_000)
    return made


@pytest.fixture
def serve() -> Nodes:
    """Gives a node an address."""
    return Nodes()


def chain(urls: Iterable[str], **fields: Any) -> Chain:
    entry = {
        "name": "solana", "title": "Solana", "kind": "solana", "genesis": GENESIS, "rpc": list(urls),
        "native": {"symbol": "SOL", "decimals": 9}, "discovery": None, "max_head_age_seconds": None,
    }  # fmt: skip
    return registry.parse('{"chains": []}', json.dumps({"chains": [entry | fields]}))["solana"]


@pytest.fixture
def read(serve: Nodes) -> Read:
    """Reads wallets from nodes at these addresses."""

    def run(wallets: Iterable[Any], *urls: str, deadline: float = 5.0, **fields: Any) -> ChainReading:
        async def reading() -> ChainReading:
            async with httpx.AsyncClient(transport=httpx.MockTransport(serve.answer)) as client:
                rpc = Rpc(chain(urls, **fields), client, deadline=deadline)
                return await SolanaAdapter(rpc, SystemClock(), deadline=deadline).read(
                    {str(wallet): frozenset() for wallet in wallets}
                )

        return asyncio.run(reading())

    return run
