"""Feeds on a real node, by a small contract of the published interface: what stands still or lies is no price."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from local.evm import Evm
from local.market import Market
from premium.chains.addresses import asset_key, checksum
from premium.chains.evm import EvmAdapter
from premium.chains.model import Chain
from premium.chains.rpc import Rpc
from premium.clock import SystemClock
from premium.errors import UpstreamUnavailable
from premium.neighbours import open_client
from premium.prices.agreement import is_fresh, said
from premium.prices.model import Price
from premium.prices.onchain.feeds import FeedPrices
from tests.factories.contracts import compiled_vaults
from tests.factories.contracts.deployment import calldata, deploy, send
from tests.integration.portfolio.servers import hanging

pytestmark = pytest.mark.integration
ETH = asset_key("local")
HOUR = 3_600


@pytest.fixture
def feed(evm: Evm) -> Callable[..., str]:
    """Deploys a feed: `feed(answer, age, started=…, low=…, high=…, decimals=…, name=…)`; ages in seconds."""

    def make(answer: int, age: int = 0, **fields: Any) -> str:
        bounds = fields.get("low", 1), fields.get("high", 2**95)
        words = fields.get("decimals", 8), fields.get("name", "ETH / USD"), *bounds
        creation = compiled_vaults()["Feed"].creation
        made = deploy(evm, creation, ("uint8", "string", "int192", "int192"), words)
        now = int(datetime.now(UTC).timestamp())
        times = now - fields.get("started", age), now - age
        send(evm, made, calldata("say(int256,uint256,uint256)", answer, *times))
        return checksum(made)

    return make


def ask(made: Chain, *, deadline: float = 5.0) -> Mapping[str, Price]:
    async def inside() -> Mapping[str, Price]:
        async with open_client() as client:
            source = FeedPrices(EvmAdapter(Rpc(made, client, deadline=deadline), SystemClock()), SystemClock())
            return await source.prices([ETH])

    return asyncio.run(inside())


def fed(chain: Callable[..., Chain], address: str, heartbeat: int = HOUR, **fields: Any) -> Chain:
    entry = {"asset": "0x" + "0" * 40, "feed": address, "heartbeat_seconds": heartbeat}
    return chain(feeds=[entry], **fields)


def test_a_feed_is_read_to_its_last_digit_with_its_heartbeat(
    chain: Callable[..., Chain], feed: Callable[..., str]
) -> None:
    price = ask(fed(chain, feed(351_128_573_907, 60), 86_400))[ETH]
    assert (price.usd, price.source, price.heartbeat) == (Decimal("3511.28573907"), "feeds", 86_400)
    assert timedelta(seconds=60) <= datetime.now(UTC) - price.at < timedelta(seconds=90)


@pytest.mark.parametrize(
    ("answer", "fields"),
    [
        (0, {}),
        (-1, {}),
        (1, {}),  # its aggregator's least: the market may be below
        (10**12, {"high": 10**12}),
        (10**8, {"low": 10**8}),
        (10**8, {"age": -HOUR}),  # from the future
        (10**8, {"decimals": 200}),
        (10**18, {"decimals": 18, "name": "LINK / ETH"}),
    ],
)
def test_what_cannot_be_a_price_in_dollars_is_none(
    chain: Callable[..., Chain], feed: Callable[..., str], answer: int, fields: dict[str, Any]
) -> None:
    age = fields.pop("age", 0)
    assert ask(fed(chain, feed(answer, age, **fields))) == {}


def test_a_feed_that_missed_its_heartbeat_is_old_and_one_that_keeps_a_long_one_is_not(
    chain: Callable[..., Chain], feed: Callable[..., str]
) -> None:
    late, slow = (ask(fed(chain, feed(10**8, 2 * HOUR), beat))[ETH] for beat in (HOUR, 24 * HOUR))
    now = datetime.now(UTC)
    assert (is_fresh(said(late), now), is_fresh(said(slow), now)) == (False, True)


@pytest.mark.parametrize(
    ("answer", "started", "why"), [(1, 2 * HOUR, "is down"), (0, 600, "came back"), (5, 2 * HOUR, "is down")]
)
def test_on_a_rollup_whose_sequencer_is_not_up_no_feed_is_believed(
    chain: Callable[..., Chain], feed: Callable[..., str], answer: int, started: int, why: str
) -> None:
    price, up = feed(10**8), feed(answer, started, name="L2 Sequencer Uptime Status Feed")
    with pytest.raises(UpstreamUnavailable, match=why):
        ask(fed(chain, price, sequencer=up))


def test_with_the_sequencer_up_for_an_hour_it_is(chain: Callable[..., Chain], feed: Callable[..., str]) -> None:
    assert ask(fed(chain, feed(10**8), sequencer=feed(0, 2 * HOUR)))[ETH].usd == 1


def test_no_contract_is_no_feed_and_a_silent_sequencer_no_sequencer(
    chain: Callable[..., Chain], feed: Callable[..., str], market: Market
) -> None:
    assert ask(fed(chain, market.wallet)) == {}
    with pytest.raises(UpstreamUnavailable, match="is down"):
        ask(fed(chain, feed(10**8), sequencer=market.wallet))
    with hanging() as node, pytest.raises(UpstreamUnavailable):
        ask(fed(chain, market.usd, rpc=[node.url]), deadline=0.5)
