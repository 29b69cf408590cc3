"""What a task is given to read chains and prices with, without a node or a provider behind it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from premium.bootstrap import Platform
from premium.chains.evm import EvmAdapter
from premium.chains.rpc import Rpc
from premium.config import Settings
from premium.prices.market import Market
from premium.prices.model import Quality

pytestmark = pytest.mark.unit

POOLED, PRICED = "pooled:0x" + "1" * 40, "priced:0x" + "2" * 40
NATIVE = {"symbol": "ETH", "decimals": 18}
DEX = {"stable": "0x" + "a" * 40, "stable_decimals": 6, "wrapped_native": "0x" + "b" * 40}
CHAINS = [
    {"name": "pooled", "title": "P", "chain_id": 901, "native": NATIVE, "rpc": ["http://pooled.test"], "dex": DEX},
    {"name": "priced", "title": "Q", "chain_id": 902, "native": NATIVE, "rpc": ["http://priced.test"]},
]
Answer = Callable[[httpx.Request], httpx.Response]


class Asked:
    """Notes which hosts were called; only the provider answers."""

    def __init__(self) -> None:
        self.hosts: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.hosts.append(request.url.host)
        if request.url.host != "prices.test":
            return httpx.Response(403)
        coin = {"price": 2, "timestamp": int(datetime.now(UTC).timestamp()), "confidence": 0.99}
        return httpx.Response(200, json={"coins": {PRICED: coin}})


def market(answer: Answer, *, provider: str | None = "http://prices.test") -> Market:
    """Of a platform whose Redis is not there: a cache that fails is a miss."""
    settings = Settings(
        premium_stage="local",
        redis_url="redis://127.0.0.1:1",
        chains_file=json.dumps({"active": ["pooled", "priced"], "chains": CHAINS}),
        price_api_url=provider,
    )
    return Platform(settings).market(httpx.AsyncClient(transport=httpx.MockTransport(answer)))


def test_a_platform_reads_its_registry_once() -> None:
    platform = Platform(Settings(premium_stage="dev"))
    assert platform.chains is platform.chains
    assert "ethereum" in platform.chains


def test_a_chain_has_one_rpc_and_one_adapter() -> None:
    made = market(Asked())
    assert isinstance(made.rpc("priced"), Rpc)
    assert made.rpc("priced") is made.rpc("priced")
    assert made.rpc("priced") is not made.rpc("priced", deadline=30.0)
    assert isinstance(made.adapter("priced"), EvmAdapter)
    assert made.readers(["priced", "pooled"]) == {"priced": made.adapter("priced"), "pooled": made.adapter("pooled")}
    with pytest.raises(KeyError):
        made.rpc("nowhere")


def test_pools_price_what_their_chain_holds_and_the_provider_the_rest() -> None:
    asked = Asked()
    quotes = asyncio.run(market(asked).prices.quotes([POOLED, PRICED]))
    assert quotes[PRICED].quality is Quality.GOOD
    assert quotes[POOLED].quality is Quality.UNAVAILABLE, "its node does not answer"
    assert set(asked.hosts) == {"pooled.test", "prices.test"}


def test_without_a_provider_nothing_is_asked_of_one() -> None:
    asked = Asked()
    made = market(asked, provider=None)
    assert made.past_prices is None
    assert asyncio.run(made.prices.quotes([PRICED]))[PRICED].quality is Quality.UNKNOWN
    assert asked.hosts == []


def test_an_opening_breaker_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    breaker = market(Asked())._neighbour("prices").breaker
    for _ in range(breaker.threshold):
        breaker.failed()
    assert '"CircuitBreaker"' in capsys.readouterr().out
