"""A stage with prices and nodes: what its processes are told, may read, and make of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from premium.bootstrap import Platform
from premium.config import Settings
from premium.manifest import needs_of_queue
from premium.prices.manifest import PriceSettings
from premium.rates.manifest import RateSettings
from stacks.terms.classes import classes
from tests.infra.templates import Resource, Stage, listed, text

pytestmark = pytest.mark.infra
NAMES = ("premium/prod/ethereum/first", "premium/prod/ethereum/second", "premium/prod/base", "premium/prod/prices")


@pytest.fixture
def lent(stages: dict[str, Stage]) -> Stage:
    """The stage that has a market among its values."""
    return stages["borrowing"]


def tasks(stage: Stage) -> Mapping[str, Resource]:
    """The tasks of each class of workers."""
    found = stage.resources("AWS::ECS::TaskDefinition", "workers")
    return {task.name.partition("Queue")[0].lower(): task for task in found if "Queue" in task.name}


def variables(given: Any) -> dict[str, str]:
    """An environment as the process sees it: what is known at the deploy alone is some ARN."""
    pairs = given.items() if isinstance(given, dict) else ((pair["Name"], pair["Value"]) for pair in given)
    return {name: value if isinstance(value, str) else "arn:aws:known:later" for name, value in pairs}


class Vault:
    """Secrets Manager with an operator's entries, and the stage's own of Redis."""

    def read(self, arn: str) -> Mapping[str, str]:
        if arn.startswith("arn:"):
            return {"host": "127.0.0.1", "port": "1", "password": "none"}
        assert arn in NAMES, arn
        return {"key": "k3y"} if arn.endswith("prices") else {"url": f"https://node.example/{arn}/k3y"}


def test_a_worker_that_starts_with_its_task_s_environment_reads_the_stage_s_nodes_and_prices(lent: Stage) -> None:
    asked: list[str] = []

    def world(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        if request.method == "GET":
            return httpx.Response(200, json={"coins": {}})
        calls = json.loads(request.content)
        return httpx.Response(200, json=[{"id": call["id"], "result": hex(1)} for call in calls])

    async def use(platform: Platform) -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(world)) as client:
            market = platform.market(client)
            await market.rpc("ethereum").one("eth_blockNumber")
            assert market.past_prices is not None
            await market.past_prices.at({"ETH": [1_700_000_000]}, {"ETH": "coingecko:ethereum"})

    for queue, task in tasks(lent).items():
        if "market" not in needs_of_queue(queue):
            continue
        asked.clear()
        platform = Platform(
            Settings.from_environment(variables(task.properties["ContainerDefinitions"][0]["Environment"]))
        )
        platform.__dict__["secrets"] = Vault()
        asyncio.run(use(platform))
        assert asked[0] == "https://node.example/premium/prod/ethereum/first/k3y"
        assert asked[1].startswith("https://prices.example/k3y/coins/batchHistorical?")


def test_the_classes_that_read_markets_and_no_others_may_read_the_entries(lent: Stage) -> None:
    may = {queue.name for queue in classes() if "market" in queue.needs}
    assert {"aggregation", "alerts", "scanning", "tax"} <= may
    readers = set()
    for policy, statement in lent.statements():
        resources = [text(one) for one in listed(statement["Resource"])]
        entries = [one for one in resources if ":secret:premium/prod/" in one]
        if entries:
            assert statement["Action"] == "secretsmanager:GetSecretValue"
            assert len(entries) == len(NAMES)
            assert all(any(f":secret:{name}-??????" in one for name in NAMES) for one in entries)
            # Logins of contract wallets ask a node within the request: accounts' function reads the entries, too.
            assert policy.stack in ("workers", "service-accounts"), policy.name
            readers.add(policy.name.partition("Queue")[0].lower())
    assert readers - {"operator"} >= may


def test_functions_know_which_chains_are_read_and_no_names(lent: Stage) -> None:
    for module, function in lent.functions().items():
        given = variables(function.properties["Environment"]["Variables"])
        nodes = json.loads(given["CHAIN_NODES"])
        assert nodes.keys() == {"ethereum", "base"}
        asks_nodes = module == "handlers.accounts.handler"
        assert [bool(names) for names in nodes.values()] == [asks_nodes] * 2
        assert asks_nodes or "PRICE_API_SECRET" not in given
        settings = Settings.from_environment(given)
        assert settings.of(PriceSettings).price_api_url == "https://prices.example/{key}/coins"
        assert sum(len(name) + len(value) for name, value in given.items()) < 4096, "Lambda takes no more"


@pytest.mark.parametrize(("name", "url"), [("dev", "https://www.ecb.europa.eu/stats/eurofxref"), ("local", None)])
def test_exchange_rates_are_fetched_where_the_stage_says(stages: dict[str, Stage], name: str, url: str | None) -> None:
    """A worker of the class that carries out the job; one machine asks nobody by itself."""
    stage = stages[name]
    given = (
        variables(tasks(stage)["default"].properties["ContainerDefinitions"][0]["Environment"])
        if url
        else variables(stage.functions()["handlers.tax.handler"].properties["Environment"]["Variables"])
    )
    settings = Settings.from_environment(given).of(RateSettings)
    assert (settings.exchange_rate_url, settings.exchange_rate_sources) == (url, "stated,ecb")


def test_a_stage_without_a_market_is_told_of_none(stages: dict[str, Stage]) -> None:
    assert "CHAIN_NODES" not in text(stages["dev"].stacks)
    assert "PRICE_API" not in text(stages["dev"].stacks)
