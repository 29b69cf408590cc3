"""Prices and protocols that rules name become events: from pools of a real chain, and from a provider that may fail."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from local.evm import Evm
from local.market import Market, build
from local.redis import Redis
from premium.alerts.coverage import Coverage
from premium.alerts.language.event import IncomingEvent
from premium.alerts.store.subjects import Subjects
from premium.alerts.work.price_poll import PricePoll
from premium.alerts.work.protocol_poll import ProtocolPoll
from premium.bootstrap import Platform
from premium.errors import UpstreamUnavailable
from premium.neighbours import CircuitBreaker, Neighbour, open_client
from premium.prices.api import PriceApi
from premium.prices.model import KnownPrice
from premium.prices.protocols import ProviderProtocols
from premium.prices.provider import ProviderPrices
from premium.prices.store import StoredPrices
from premium.storage.postgres import Database
from tests.fixtures.postgres import Databases
from tests.integration.alerts.conftest import MakeRule
from tests.integration.portfolio.platforms import platform

pytestmark = pytest.mark.integration
NATIVE = "local:0x" + "0" * 40
URL = "https://provider.example"


@pytest.fixture(scope="module")
def market(evm_session: Evm) -> Market:
    return build(evm_session.url)


@pytest.fixture
def at(postgres: Databases, redis_server: Redis, evm: Evm, market: Market, tmp_path: Path) -> Iterator[Platform]:
    chains = tmp_path / "chains.json"
    chains.write_text(json.dumps(market.chains_file(evm.url)))
    made = platform(postgres, redis_server, chains, "premium_worker")
    made.redis(5).flushdb()
    yield made
    made.close()


def names(field: str, *values: str) -> list[dict[str, Any]]:
    return [{"field": field, "operator": "eq", "value": value} for value in values]


def poll_pools(at: Platform, *, full: bool = False) -> list[dict[str, Any]]:
    """What one poll of the chain's pools sends; the turn of before is over."""
    sent: list[dict[str, Any]] = []

    def send(events: Any) -> None:
        if full:
            raise UpstreamUnavailable("the queue is full")
        sent.extend(events)

    async def once() -> None:
        async with open_client() as client:
            (source,) = at.market(client).price_sources.values()
            poll = PricePoll.of(at, source, Coverage.of(at).names, send, name="pools", seconds=5)
            await poll.once()
            await poll.once()

    at.redis(5).flushdb()
    asyncio.run(once())
    return sent


def test_named_assets_have_ticks_of_the_pools_and_others_none(
    at: Platform, user: UUID, rule: MakeRule, market: Market
) -> None:
    assert poll_pools(at) == [], "nobody asks"
    governance = f"local:{market.governance.lower()}"
    for asset in (NATIVE, NATIVE, governance, "local:0x" + "9" * 40, "feed:X", "local:no address", "coingecko:a,b"):
        rule(user, type="price", conditions=names("asset", asset))
    rule(user, type="price", conditions=names("asset", f"local:{market.weth.lower()}"), enabled=False)
    sent = {event["asset"]: event for event in poll_pools(at)}
    assert sent.keys() == {NATIVE, governance}
    ether = sent[NATIVE]
    assert all(IncomingEvent.model_validate(event) for event in sent.values())
    assert (ether["kind"], ether["chain"], ether["symbol"], ether["source"]) == ("price", "local", "ETH", "pools")
    assert 2000 < Decimal(ether["price_usd"]) < 4000
    assert "change_pct_1h" not in ether, "an hour ago nothing was stored"


def test_a_change_is_measured_from_the_price_of_that_time(at: Platform, user: UUID, rule: MakeRule) -> None:
    rule(user, type="price", conditions=names("asset", NATIVE))
    now = at.clock.now()
    past = [KnownPrice(NATIVE, now - timedelta(hours=1, minutes=3), Decimal(1000), "pools"),
            KnownPrice(NATIVE, now - timedelta(hours=26), Decimal(1), "pools")]  # fmt: skip
    StoredPrices(at.timeseries).add(past)
    (event,) = poll_pools(at)
    wanted = (Decimal(event["price_usd"]) - 1000) / 10
    assert abs(Decimal(event["change_pct_1h"]) - wanted) <= Decimal("0.0001")
    assert "change_pct_24h" not in event, "two hours beside it are too far"


def test_one_process_has_the_turn_and_a_full_queue_loses_nothing_for_good(
    at: Platform, user: UUID, rule: MakeRule
) -> None:
    rule(user, type="price", conditions=names("asset", NATIVE))
    with pytest.raises(UpstreamUnavailable):
        poll_pools(at, full=True)
    assert len(poll_pools(at)) == 1, "the second poll of a period has no turn"


def test_names_come_in_pages_each_once(worker: Database, user: UUID, rule: MakeRule) -> None:
    for asset in ("b", "a", "c", "b", "a"):
        rule(user, type="price", conditions=names("asset", asset))
    rule(user, type="price", conditions=[{"field": "price_usd", "operator": "gt", "value": 1}])
    rule(user, type="protocol_risk", conditions=names("protocol", "aave-v3"))
    subjects = Subjects(worker)
    assert (subjects.page("asset", "", 2), subjects.page("asset", "b", 2)) == (["a", "b"], ["c"])
    assert subjects.page("protocol", "", 9) == ["aave-v3"]


def provider(answer: Callable[[httpx.Request], httpx.Response]) -> Neighbour:
    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return Neighbour("test", client=client, timeout=1, attempts=1, breaker=CircuitBreaker("test"))


def test_the_market_s_assets_come_from_the_provider(at: Platform, user: UUID, rule: MakeRule) -> None:
    rule(user, type="price", conditions=names("asset", "coingecko:bitcoin"))
    rule(user, type="price", conditions=names("asset", "coingecko:dust"))
    now = int(at.clock.now().timestamp())
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        coins = {"coingecko:bitcoin": {"price": 98765.4321, "symbol": "BTC", "timestamp": now, "confidence": 0.99},
                 "coingecko:dust": {"price": 1.5, "symbol": "DUST", "timestamp": now, "confidence": 0.4}}  # fmt: skip
        return httpx.Response(200, json={"coins": coins})

    sent: list[dict[str, Any]] = []
    source = ProviderPrices(PriceApi(provider(answer), URL), at.chains)
    poll = PricePoll.of(at, source, Coverage.of(at).names, sent.extend, name="provider", seconds=1)
    for _ in range(2):
        at.redis(5).flushdb()
        asyncio.run(poll.once())
    assert asked == ["/prices/current/coingecko:bitcoin,coingecko:dust"] * 2
    (event,) = sent
    assert (event["asset"], event["symbol"], event["price_usd"], event["chain"]) == (
        "coingecko:bitcoin", "BTC", "98765.4321", "coingecko",
    )  # fmt: skip


PROTOCOLS = [
    {
        "id": "1",
        "name": "Aave V3",
        "slug": "aave-v3",
        "tvl": 23456789012.5,
        "change_1d": -12.25,
        "chain": "Multi-Chain",
    },
    {"id": "2", "name": "No TVL", "slug": "no-tvl", "tvl": None, "change_1d": None},
    {"id": "3", "name": "Young", "slug": "young", "tvl": 0, "change_1d": None},
    "nonsense",
]


def test_named_protocols_have_their_tvl_as_rules_write_them(at: Platform, user: UUID, rule: MakeRule) -> None:
    for name in ("aave-v3", "Aave V3", "no-tvl", "young", "unknown"):
        rule(user, type="protocol_risk", conditions=names("protocol", name))
    sent: list[dict[str, Any]] = []
    known = ProviderProtocols(provider(lambda _: httpx.Response(200, json=PROTOCOLS)), URL)
    asyncio.run(ProtocolPoll.of(at, known, 300, sent.extend).once())
    found = {event["protocol"]: event for event in sent}
    assert found.keys() == {"aave-v3", "Aave V3", "young"}
    assert all(IncomingEvent.model_validate(event) for event in sent)
    aave = found["aave-v3"]
    assert (aave["tvl_usd"], aave["tvl_change_pct_24h"]) == ("23456789012.5", "-12.25")
    assert "tvl_change_pct_24h" not in found["young"]


@pytest.mark.parametrize("body", [b"<html>", b"{}", b"[[[", b"null"])
def test_a_provider_that_answers_nonsense_is_away(body: bytes) -> None:
    known = ProviderProtocols(provider(lambda _: httpx.Response(200, content=body)), URL)
    with pytest.raises(UpstreamUnavailable):
        asyncio.run(known.states(["aave-v3"]))
