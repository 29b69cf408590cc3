"""A chain as events: each block once, over reorganisations, lagging nodes, restarts and a crash after sending."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest

from local.evm import Evm
from local.market import Market, build
from local.postgres import SUPERUSER
from local.redis import Redis
from premium.alerts.intake import IncomingEvent
from premium.alerts.sources.node import Node
from premium.alerts.sources.poller import Poller
from premium.bootstrap import Platform
from premium.chains.model import Chain
from premium.chains.rpc import Rpc
from premium.errors import UpstreamUnavailable
from premium.neighbours import open_client
from premium.portfolio.sources import Sources
from tests.fixtures.postgres import Databases
from tests.integration.portfolio.platforms import platform

pytestmark = pytest.mark.integration
ETHER = 10**18


@pytest.fixture(scope="session")
def market(evm_session: Evm) -> Market:
    return build(evm_session.url)


class Source:
    """Polls the test's node; `sent` is everything that went to the queue."""

    def __init__(self, made: Platform) -> None:
        self.platform = made
        self.sent: list[dict[str, Any]] = []
        self.full = False

    def _send(self, events: Any) -> None:
        self.sent.extend(events)
        if self.full:
            raise UpstreamUnavailable("the queue is full")

    def poll(self) -> list[dict[str, Any]]:
        """What this poll sent."""
        before = len(self.sent)
        asyncio.run(self._poll())
        return self.sent[before:]

    async def _poll(self) -> None:
        sources = Sources.of(self.platform)
        async with open_client() as client:
            adapters = sources.adapters(client, ["local"])
            node = Node(Rpc(sources.registry["local"], client), adapters["local"], sources.prices(client, adapters))
            await Poller(self.platform.worker_database, self._send).poll(node)


@pytest.fixture
def source(postgres: Databases, redis_server: Redis, evm: Evm, market: Market, tmp_path: Path) -> Iterator[Source]:
    chains = tmp_path / "chains.json"
    chains.write_text(json.dumps(market.chains_file(evm.url)))
    made = platform(postgres, redis_server, chains, "premium_worker")
    yield Source(made)
    made.close()


def pay(evm: Evm, amount: int = ETHER) -> str:
    sender, receiver = evm.call("eth_accounts")[:2]
    return str(evm.call("eth_sendTransaction", {"from": sender, "to": receiver, "value": hex(amount)}))


def transfers(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for event in events if event["kind"] == "transfer"]


def test_blocks_become_gas_and_transfers_with_their_worth_once(source: Source, evm: Evm) -> None:
    source.poll()
    paid = pay(evm, 3 * ETHER)
    evm.call("evm_mine")
    events = source.poll()
    (transfer,) = transfers(events)
    assert (transfer["tx_hash"], transfer["amount"], transfer["asset"]) == (paid, str(3 * ETHER), "local:0x" + "0" * 40)
    assert Decimal(transfer["amount_usd"]) > 3
    assert [event["kind"] for event in events].count("gas") == 2
    assert all(IncomingEvent.model_validate(event) for event in events)
    assert source.poll() == []


def test_a_reorganisation_takes_back_what_it_orphans_and_nothing_else(source: Source, evm: Evm) -> None:
    pay(evm, 1)
    first = source.poll()
    begun = evm.call("evm_snapshot")
    pay(evm, 2)
    pay(evm, 3)
    orphans = source.poll()
    evm.call("evm_revert", begun)
    assert source.poll() == [], "a node that lacks blocks may only lag"
    pay(evm, 4)
    events = source.poll()
    back = [event["retracts"] for event in events if "retracts" in event]
    assert sorted(back) == sorted(event["event_id"] for event in orphans)
    assert [event["amount"] for event in transfers(events) if "retracts" not in event] == ["4"]
    assert not {event["event_id"] for event in first} & set(back)
    assert source.poll() == []


class Forks:
    """A node that shows whichever chain the test names; anvil never makes the same block twice."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.shown = "a"

    async def newest(self) -> int:
        return 2

    async def hashes(self, numbers: Iterable[int]) -> list[str | None]:
        return [self._hash(number) for number in numbers]

    async def block(self, number: int) -> dict[str, Any]:
        return {
            "number": hex(number), "hash": self._hash(number), "parentHash": self._hash(number - 1),
            "timestamp": hex(1_763_640_000 + number), "baseFeePerGas": "0x1", "transactions": [],
        }  # fmt: skip

    async def transfers(self, block_hash: str) -> list[Any]:  # noqa: ARG002 - as the node is asked
        return []

    async def worth(self, keys: set[str]) -> dict[str, Any]:  # noqa: ARG002 - as the node is asked
        return {}

    def _hash(self, number: int) -> str:
        return f"0x{f'{number}{self.shown}' if number > 1 else number:>064}"


def test_a_block_that_was_taken_back_and_returns_is_told_as_new_each_time(source: Source) -> None:
    """Once taken back, an event is known as such for good: its return needs another id, and so does its next one."""
    forks, sent = Forks(Sources.of(source.platform).registry["local"]), list[dict[str, Any]]()
    poller = Poller(source.platform.worker_database, sent.extend)
    standing: list[str] = []
    ids: list[str] = []
    for shown in "ababa":
        forks.shown = shown
        assert asyncio.run(poller.poll(cast("Node", forks))) > 0
        assert [event["retracts"] for event in sent if "retracts" in event] == standing
        standing = [event["event_id"] for event in sent if "retracts" not in event]
        assert [name.partition("~")[0] for name in standing] == [f"local:0x{f'2{shown}':>064}:gas"]
        ids += [event["event_id"] for event in sent]
        sent.clear()
        assert asyncio.run(poller.poll(cast("Node", forks))) == 0
    assert len(set(ids)) == len(ids)


def test_what_was_sent_before_a_crash_is_sent_again_under_the_same_ids(source: Source, evm: Evm) -> None:
    source.poll()
    source.sent = []
    for amount in range(1, 4):
        pay(evm, amount)
    source.full = True
    with pytest.raises(UpstreamUnavailable):
        source.poll()
    lost, source.full, source.sent = source.sent, False, []
    pay(evm, 4)
    again = source.poll()
    assert again[: len(lost)] == lost
    assert [event["amount"] for event in transfers(again)] == ["1", "2", "3", "4"]


def test_two_pollers_do_not_read_one_chain_at_once(source: Source, evm: Evm, postgres: Databases) -> None:
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended('chain_blocks:local', 0))")
        assert source.poll() == []
    assert source.poll() != []
