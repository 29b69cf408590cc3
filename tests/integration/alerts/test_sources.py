"""A chain as events: each block once, over reorganisations, lagging nodes, restarts and a crash after sending."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import psycopg
import pytest

from local import ports
from local.evm import Evm
from local.market import Market
from local.market.node import Account
from local.market.node import Node as NodeOf
from local.postgres import SUPERUSER
from local.redis import Redis
from premium.alerts.language.event import IncomingEvent
from premium.alerts.work import sources
from premium.alerts.work.node import Node, ReadBlock
from premium.alerts.work.poller import Poller
from premium.bootstrap import Platform
from premium.chains import rpc
from premium.chains.addresses import checksum
from premium.chains.model import Chain
from premium.errors import UpstreamUnavailable
from premium.execution.residence import Residence
from tests.fixtures.lying_node import LyingNode, refuses, says
from tests.fixtures.postgres import Databases
from tests.integration.alerts.sources import Source, pay, send_token, standing, transfers
from tests.integration.portfolio.platforms import platform

pytestmark = pytest.mark.integration
ETHER = 10**18


def test_blocks_become_gas_and_transfers_with_their_worth_once(source: Source, evm: Evm) -> None:
    source.poll()
    paid = pay(evm, 3 * ETHER)
    evm.call("evm_mine")
    events = source.poll()
    (transfer,) = transfers(events)
    assert (transfer["tx_hash"], transfer["amount"], transfer["asset"]) == (paid, "3", "local:0x" + "0" * 40)
    assert (transfer["amount_base_units"], transfer["symbol"], transfer["decimals"]) == (str(3 * ETHER), "ETH", 18)
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
    assert [event["amount"] for event in transfers(events) if "retracts" not in event] == ["0.000000000000000004"]
    assert not {event["event_id"] for event in first} & set(back)
    assert source.poll() == []


def test_token_transfers_have_their_amounts_parties_and_worth(source: Source, evm: Evm, market: Market) -> None:
    """Real contracts: a dollar's token, one with a price in it, one behind a proxy, and one that no pool prices."""
    source.poll()
    node = NodeOf(evm.url)
    other = Account(node, market.owner)
    other._next = other._done
    unpriced = other.deploy("ERC20PresetFixedSupply", ("string", "string", "uint256", "address"), "No Pool", "NOPL",
                            10**30, market.owner)  # fmt: skip
    node.close()
    receiver = "0x" + "5e" * 20
    amounts = {market.usd: 1234 * ETHER + 1, market.governance: 2 * ETHER, market.proxy_token: 7, unpriced: 10**24}
    hashes = {token: send_token(evm, market, token, receiver, amount) for token, amount in amounts.items()}
    events = {checksum(event["asset"].partition(":")[2]): event for event in transfers(source.poll())
              if event["to"].lower() == receiver}  # fmt: skip
    assert events.keys() == amounts.keys()
    for token, event in events.items():
        assert (event["amount_base_units"], event["tx_hash"]) == (str(amounts[token]), hashes[token])
        assert Decimal(event["amount"]).scaleb(18) == amounts[token]
        assert event["from"] == market.owner
        assert IncomingEvent.model_validate(event)
    said = {token: (event["symbol"], event["listed"]) for token, event in events.items()}
    assert (said[market.usd], said[market.governance]) == (("USDL", True), ("LGOV", False))
    assert (events[market.usd]["amount_usd"], events[market.usd]["amount"]) == ("1234", "1234.000000000000000001")
    assert Decimal("5.9") < Decimal(events[market.governance]["amount_usd"]) < Decimal("6.1"), "3 dollars each"
    assert events[market.proxy_token]["amount_usd"] == "0", "less than a cent"
    assert (events[unpriced]["amount"], "amount_usd" in events[unpriced]) == ("1000000", False)


def test_a_reorganisation_of_token_transfers_leaves_what_the_chain_has(
    source: Source, evm: Evm, market: Market
) -> None:
    source.poll()
    a, b, receiver = market.usd, market.governance, "0x" + "5f" * 20
    kept = send_token(evm, market, a, receiver, 1)
    source.poll()
    for _ in range(2):
        begun = evm.call("evm_snapshot")
        for amount in range(2, 5):
            send_token(evm, market, a, receiver, amount)
        source.poll()
        evm.call("evm_revert", begun)
        for _ in range(2):
            last = send_token(evm, market, b, receiver, 9)
            source.poll()
    assert evm.call("eth_getTransactionReceipt", last)["status"] == "0x1"
    newest = int(evm.call("eth_blockNumber"), 16)
    blocks = [evm.call("eth_getBlockByNumber", hex(number), False) for number in range(newest - 3, newest + 1)]
    on_chain = [block["transactions"][0] for block in blocks]
    assert standing(source.sent)[-5:] == [kept, *on_chain]


@pytest.fixture
def own_node(postgres: Databases, redis_server: Redis, tmp_path: Path) -> Iterator[tuple[Evm, Source]]:
    """A node that a test may kill, and its source."""
    node = Evm(tmp_path / "evm", ports.free())
    node.start()
    chains = tmp_path / "chains.json"
    chain = {"name": "local", "title": "Own", "chain_id": 31337, "native": {"symbol": "ETH", "decimals": 18},
             "rpc": [node.url], "max_head_age_seconds": None}  # fmt: skip
    chains.write_text(json.dumps({"active": ["local"], "chains": [chain]}))
    made = platform(postgres, redis_server, chains, "premium_worker")
    yield node, Source(made)
    made.close()
    node.stop()


def test_a_node_that_restarts_loses_and_doubles_nothing(
    own_node: tuple[Evm, Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it is away the source only waits. What a node that was cut short has lost is no more the chain's."""
    monkeypatch.setattr(rpc, "_ROUNDS", 0)
    node, source = own_node
    source.poll()
    paid = [pay(node, amount) for amount in (1, 2)]
    source.poll()
    paid.append(pay(node, 3))
    node.stop()
    with pytest.raises(UpstreamUnavailable):
        source.poll()
    node.start()
    # On a busy machine anvil may be killed before it has written its last block.
    kept = [each for each in paid if node.call("eth_getTransactionReceipt", each)]
    kept.append(pay(node, 4))
    source.poll()
    kept.append(pay(node, 5))
    source.poll()
    assert source.poll() == []
    assert standing(source.sent) == kept


def test_a_node_that_comes_back_without_its_last_block_takes_back_what_it_told(own_node: tuple[Evm, Source]) -> None:
    node, source = own_node
    source.poll()
    paid = [pay(node, amount) for amount in (1, 2)]
    source.poll()
    node.stop()
    before = (node.data / "state.json").read_bytes()
    node.start()
    kept = [each for each in paid if node.call("eth_getTransactionReceipt", each)]
    lost = pay(node, 3)
    source.poll()
    assert standing(source.sent) == [*kept, lost]
    node.stop()
    (node.data / "state.json").write_bytes(before)
    node.start()
    assert node.call("eth_getTransactionReceipt", lost) is None
    source.poll()
    kept.append(pay(node, 4))
    source.poll()
    assert source.poll() == []
    assert standing(source.sent) == kept


def test_a_node_that_comes_back_without_its_chain_begins_anew(own_node: tuple[Evm, Source]) -> None:
    """Another first block: what is remembered of before is taken back, and all of the new chain is told."""
    node, source = own_node
    source.poll()
    for amount in range(1, 300):
        pay(node, amount)
    while source.poll():
        continue
    assert len(standing(source.sent)) == 299
    told = {event["event_id"] for event in source.sent}
    node.stop()
    (node.data / "state.json").unlink()
    node.start()
    paid = [pay(node, amount) for amount in (1, 2)]
    events = source.poll()
    assert [event["tx_hash"] for event in transfers(events) if "retracts" not in event] == paid
    assert len(standing(source.sent)) == 2 + 299 - 256, "what is final by depth is not remembered"
    assert {event["retracts"] for event in events if "retracts" in event} <= told
    assert source.poll() == []


class Forks:
    """A node that shows whichever chain the test names; anvil never makes the same block twice."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.shown = "a"

    async def view(self) -> None:
        return None

    def others(self, view: None) -> list[Any]:  # noqa: ARG002 - as the node is asked
        return []

    async def newest(self, view: None) -> int:  # noqa: ARG002 - as the node is asked
        return 2

    async def blocks(self, view: None, numbers: Any, full: Any = ()) -> list[Any]:  # noqa: ARG002 - as the node is asked
        return [self._block(number) for number in (*numbers, *full)]

    async def with_logs(self, view: None, blocks: Any) -> list[ReadBlock]:  # noqa: ARG002 - as the node is asked
        return [ReadBlock(block, []) for block in blocks]

    async def describe(self, keys: set[str]) -> dict[str, Any]:  # noqa: ARG002 - as the node is asked
        return {}

    def _block(self, number: int) -> dict[str, Any] | None:
        if number > 2:
            return None
        return {
            "number": hex(number), "hash": self._hash(number), "parentHash": self._hash(number - 1),
            "timestamp": hex(1_763_640_000 + number), "baseFeePerGas": "0x1", "transactions": [],
        }  # fmt: skip

    def _hash(self, number: int) -> str:
        return f"0x{f'{number}{self.shown}' if number > 1 else number:>064}"


def test_a_block_that_was_taken_back_and_returns_is_told_as_new_each_time(source: Source) -> None:
    """Once taken back, an event is known as such for good: its return needs another id, and so does its next one."""
    forks, sent = Forks(source.platform.chains["local"]), list[dict[str, Any]]()
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
    assert [event["amount_base_units"] for event in transfers(again)] == ["1", "2", "3", "4"]


def test_two_pollers_do_not_read_one_chain_at_once(source: Source, evm: Evm, postgres: Databases) -> None:
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended('chain_blocks:local', 0))")
        assert source.poll() == []
    assert source.poll() != []


def _slow(call: Any, true: Any) -> None:
    time.sleep(20)


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        pytest.param(refuses("eth_getBlockByNumber", -32000, "header not found"), "odd", id="an error"),
        pytest.param(says("eth_getBlockByNumber", lambda *_: ["no", "block"]), "odd", id="no block at all"),
        pytest.param(says("eth_blockNumber", lambda *_: {"height": 7}), "odd", id="no number"),
        pytest.param(_slow, "", id="silence"),
    ],
)
def test_of_two_chains_one_with_a_bad_node_the_other_goes_on(
    lie: Any,
    said: str,
    source: Source,
    evm: Evm,
    *,
    lying_nodes: Callable[[str], LyingNode],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """The resident process itself: what is wrong with one chain is said, and is that chain's alone."""
    node, sent = lying_nodes(evm.url), list[dict[str, Any]]()
    node.lies = [lie]
    file = json.loads(Path(str(source.platform.settings.chains_file)).read_text())
    odd = {**file["chains"][0], "name": "odd", "chain_id": 31338, "rpc": [node.url], "tokens": []}
    chains = tmp_path / "two-chains.json"
    chains.write_text(json.dumps({**file, "active": ["local", "odd"], "chains": [file["chains"][0], odd]}))
    at = Platform(source.platform.settings.model_copy(update={"chains_file": str(chains), "events_queue_url": "url"}))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(sources, "_chains", lambda _: ("odd", "local"))
    monkeypatch.setattr(sources, "EventsQueue", lambda *_: SimpleNamespace(send=sent.extend))
    residence = Residence(at)
    resident = threading.Thread(target=lambda: asyncio.run(sources.serve(residence)))
    resident.start()
    try:
        until(lambda: any(event["chain"] == "local" for event in sent), "the good chain is read")
        paid = [pay(evm, amount) for amount in (1, 2)]
        until(lambda: set(paid) <= {event.get("tx_hash") for event in sent}, "each block within seconds")
        if said:
            until(lambda: f"{said} (" in residence.doing, f"operators are told: {residence.doing}")
        assert "local (" not in residence.doing
    finally:
        residence.stop.ask()
        resident.join(timeout=60)
        at.close()
    assert {event["chain"] for event in sent} == {"local"}


def until(seen: Callable[[], bool], what: str, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, what
        time.sleep(0.05)
