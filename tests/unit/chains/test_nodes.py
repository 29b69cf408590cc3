"""Nodes whose addresses are secrets: who is asked, what a rotated or missing key does, what is never said."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from premium.bootstrap import Platform
from premium.chains.nodes import SecretNodes
from premium.config import ConfigurationError, Settings
from premium.errors import UpstreamUnavailable
from premium.prices.market import Market
from premium.prices.model import Quality

pytestmark = pytest.mark.unit
TOKEN = "priced:0x" + "2" * 40
CHAINS = [
    {"name": name, "title": name, "chain_id": number, "native": {"symbol": "ETH", "decimals": 18}, **more}
    for number, name, more in (
        (901, "listed", {"rpc": ["http://public.test"]}),
        (902, "priced", {"rpc": ["http://public.test"]}),
        (903, "hidden", {}),
    )
]


class Vault:
    """Secrets by name; an absent one cannot be read."""

    def __init__(self, **secrets: Mapping[str, str]) -> None:
        self.secrets = secrets

    def read(self, arn: str) -> Mapping[str, str]:
        if arn not in self.secrets:
            raise UpstreamUnavailable("Secrets Manager did not answer")
        return self.secrets[arn]


class World:
    """Every node and the provider: notes what was asked, and of whom."""

    def __init__(self, *down: str, status: int = 503) -> None:
        self.asked: list[httpx.Request] = []
        self.down, self.status = down, status

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.host in self.down:
            return httpx.Response(self.status)
        if request.method == "GET":
            coin = {"price": 2, "timestamp": int(datetime.now(UTC).timestamp()), "confidence": 0.99}
            return httpx.Response(200, json={"coins": {TOKEN: coin}})
        answers = {"eth_chainId": hex(902), "eth_blockNumber": "0x10"}
        calls: list[dict[str, Any]] = json.loads(request.content)
        return httpx.Response(200, json=[{"id": call["id"], "result": answers[call["method"]]} for call in calls])

    @property
    def addresses(self) -> list[str]:
        return [str(request.url) for request in self.asked]


def market(world: World, vault: Vault, **settings: Any) -> Market:
    chosen: dict[str, Any] = {
        "premium_stage": "local",
        "redis_url": "redis://127.0.0.1:1",
        "chains_file": json.dumps({"active": ["listed", "priced", "hidden"], "chains": CHAINS}),
        "chain_nodes": json.dumps({"priced": ["first", "second"]}),
    }
    platform = Platform(Settings.model_validate(chosen | settings))
    platform.__dict__["secrets"] = vault
    return platform.market(httpx.AsyncClient(transport=httpx.MockTransport(world)))


def block(made: Market) -> str:
    return str(asyncio.run(made.rpc("priced").one("eth_blockNumber")))


FIRST, SECOND = {"url": "https://one.test/v2/k3y-one"}, {"url": "https://two.test/k3y-two"}


def test_the_secrets_of_a_chain_take_the_place_of_its_listed_nodes_in_their_order() -> None:
    world = World("one.test")
    assert block(market(world, Vault(first=FIRST, second=SECOND))) == "0x10"
    assert world.addresses == ["https://one.test/v2/k3y-one", "https://two.test/k3y-two"]


def test_a_rotated_key_is_used_without_a_restart() -> None:
    world, vault = World(), Vault(first=FIRST)
    made = market(world, vault, chain_nodes='{"priced": ["first"]}')
    block(made)
    vault.secrets = {"first": {"url": "https://one.test/v2/k3y-new"}}
    block(made)
    assert world.addresses == ["https://one.test/v2/k3y-one", "https://one.test/v2/k3y-new"]


@pytest.mark.parametrize("second", [{}, {"second": {"key": "s3cret"}}, {"second": {"url": "s3cret"}}])
def test_an_entry_that_cannot_be_used_leaves_the_others_and_is_named_alone(
    second: dict[str, Mapping[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    world = World()
    assert block(market(world, Vault(first=FIRST, **second))) == "0x10"
    (record,) = [each for each in caplog.records if each.levelname == "ERROR"]
    said = str(record.__dict__)
    assert record.__dict__["entry"] == "second"
    assert "s3cret" not in said
    assert "k3y" not in said


def test_a_chain_without_a_readable_node_fails_alone() -> None:
    made = market(World(), Vault())
    with pytest.raises(UpstreamUnavailable, match="nodes of priced cannot be read"):
        asyncio.run(SecretNodes("priced", ("first",), Vault()).urls())
    wallet = {"0x" + "1" * 40: frozenset[str]()}
    told = asyncio.run(made.balances({"priced": wallet}))
    assert isinstance(told["priced"], str)


def test_no_error_of_a_node_says_its_address(caplog: pytest.LogCaptureFixture) -> None:
    # A key that is refused is not tried again: that the rounds of tries say nothing either is their own tests' matter.
    made = market(World("one.test", "two.test", status=401), Vault(first=FIRST, second=SECOND))
    with pytest.raises(UpstreamUnavailable) as caught:
        block(made)
    said = str([record.__dict__ for record in caplog.records]) + str(caught.value) + repr(caught.value)
    assert "k3y" not in said


def test_a_chain_whose_nodes_are_secrets_is_active() -> None:
    for names in ([], ["first"]):  # a function knows of the nodes, and not their names
        made = market(World(), Vault(), chain_nodes=json.dumps({"hidden": names}))
        assert [chain.name for chain in made.chains.active] == ["listed", "priced", "hidden"]


@pytest.mark.parametrize("text", ["{", "[]", '{"priced": "first"}', '{"nowhere": ["first"]}'])
def test_wrong_nodes_are_a_sentence(text: str) -> None:
    with pytest.raises(ConfigurationError, match="CHAIN_NODES"):
        market(World(), Vault(), chain_nodes=text)


def test_a_key_goes_where_the_address_wants_it() -> None:
    world, vault = World(), Vault(prices={"key": "k3y/="})
    asked = {"price_api_secret": "prices"}
    for url in ("https://prices.test/{key}/coins", "https://prices.test/coins"):
        made = market(world, vault, price_api_url=url, **asked)
        assert asyncio.run(made.prices.quotes([TOKEN]))[TOKEN].quality is Quality.GOOD
    in_path, in_header = world.asked
    assert in_path.url.raw_path.startswith(b"/k3y%2F%3D/coins/prices/current/")
    assert "authorization" not in in_path.headers
    assert in_header.headers["authorization"] == "Bearer k3y/="


def test_a_missing_key_makes_prices_unavailable_and_nothing_is_asked() -> None:
    world = World()
    made = market(world, Vault(prices={}), price_api_url="https://prices.test", price_api_secret="prices")
    assert asyncio.run(made.prices.quotes([TOKEN]))[TOKEN].quality is Quality.UNAVAILABLE
    assert world.asked == []
