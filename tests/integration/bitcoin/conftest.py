"""Servers of a ledger in memory, and a reader of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from premium.chains import registry
from premium.chains.bitcoin.adapter import BitcoinAdapter
from premium.chains.bitcoin.servers import Servers
from premium.chains.model import Chain, ChainReading, WatchedKey
from premium.clock import SystemClock
from premium.config import Settings
from tests.factories.esplora import GENESIS, EsploraServer, Ledger

Read = Callable[..., ChainReading]


@dataclass
class Net:
    """Servers by their addresses."""

    known: dict[str, EsploraServer] = field(default_factory=dict)

    def __call__(self, server: EsploraServer) -> str:
        url = f"http://server-{len(self.known)}.test"
        self.known[url] = server
        return url

    async def answer(self, request: httpx.Request) -> httpx.Response:
        server = self.known[f"http://{request.url.host}"]
        await asyncio.sleep(server.seconds)
        return server.answer(request.url.path)


def chain(urls: Iterable[str], name: str = "bitcoin", **fields: Any) -> Chain:
    shipped = registry.load(Settings(premium_stage="dev"))[name].model_dump(mode="json")
    checked = {"checkpoint": {"height": 0, "hash": GENESIS}}
    network = shipped["network"] | checked | fields.pop("network", {})
    entry = shipped | {"rpc": list(urls), "network": network, "max_head_age_seconds": None} | fields
    return registry.parse('{"chains": []}', json.dumps({"chains": [entry]}))[name]


@pytest.fixture
def ledger() -> Ledger:
    made = Ledger()
    made.mine(10)
    return made


@pytest.fixture
def serve() -> Net:
    return Net()


@pytest.fixture
def adapted(serve: Net) -> Callable[..., Any]:
    """Runs `use(adapter)` over servers at these addresses."""

    def run(use: Callable[[BitcoinAdapter], Any], *urls: str, **fields: Any) -> Any:
        async def work() -> Any:
            async with httpx.AsyncClient(transport=httpx.MockTransport(serve.answer)) as client:
                return await use(BitcoinAdapter(Servers(chain(urls, **fields), client), SystemClock()))

        return asyncio.run(work())

    return run


@pytest.fixture
def read(adapted: Callable[..., Any]) -> Read:
    def run(wallets: Iterable[str], *urls: str, keys: dict[str, tuple[str, int]] | None = None, **fields: Any) -> Any:
        watched = {name: WatchedKey(key=key, gap_limit=gap) for name, (key, gap) in (keys or {}).items()}
        asked = dict.fromkeys([*wallets, *watched], frozenset[str]())
        return adapted(lambda adapter: adapter.read(asked, None, watched), *urls, **fields)

    return run
