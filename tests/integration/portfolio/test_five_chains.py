"""Balances of random wallets over five chains equal each contract's own answer at the block, whatever nodes do."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from local import ports
from local.market import node as sent
from local.market.artifacts import multicall3_code
from local.market.model import MULTICALL3
from local.market.node import ETHER
from local.show.apart.chains import Node
from premium.chains import registry
from premium.chains.addresses import NATIVE, asset_key, checksum
from premium.chains.evm import EvmAdapter
from premium.chains.fanout import read_all
from premium.chains.model import Chain, ChainReading, Outcome
from premium.chains.rpc import Rpc
from premium.clock import SystemClock
from premium.neighbours import open_client
from tests.integration.portfolio.reader import ask
from tests.integration.portfolio.servers import Respond, forwarding, serving

pytestmark = pytest.mark.integration
FIRST, CHAINS, WALLETS = 31_500, 5, 6
_PATIENCE = 50.0
"""Seconds: on a busy machine five nodes in a row take longer than a chain has."""
_ERC20 = ("string", "string", "uint256", "address")


class Place:
    """A chain with two tokens, which random wallets have some of."""

    def __init__(self, number: int, node: Node) -> None:
        draw, self.name, self.node, self.number = random.Random(number), f"chain-{number}", node, number
        node.call("anvil_setCode", MULTICALL3, multicall3_code())
        owner = sent.Account(sent.Node(node.url), checksum(f"0x{0xB0 + number:040x}"))
        node.call("anvil_setBalance", owner.address, hex(100 * ETHER))
        self.tokens = [
            owner.deploy("ERC20PresetFixedSupply", _ERC20, f"T{place}", f"T{place}", 10**30, owner.address)
            for place in range(2)
        ]
        self.wallets = [checksum(f"0x{draw.getrandbits(160):040x}") for _ in range(WALLETS)]
        for wallet in self.wallets:
            if draw.random() < 0.7:
                node.call("anvil_setBalance", wallet, hex(draw.getrandbits(70)))
            for token in self.tokens:
                if draw.random() < 0.7:
                    owner.do(token, "transfer(address,uint256)", wallet, draw.getrandbits(draw.randint(1, 96)))

    def chain(self, *urls: str) -> Chain:
        entry = {"name": self.name, "title": "x", "chain_id": FIRST + self.number, "rpc": list(urls),
                 "native": {"symbol": "ETH", "decimals": 18}, "multicall": MULTICALL3}  # fmt: skip
        return registry.parse('{"chains": []}', json.dumps({"chains": [entry]}))[self.name]

    def right(self, wallets: list[str]) -> dict[tuple[str, str], int]:
        """What the contracts and the node itself say, of what is not nothing."""
        found = {}
        for wallet in wallets:
            coin = int(self.node.call("eth_getBalance", wallet, "latest"), 16)
            found[wallet, asset_key(self.name, NATIVE)] = coin
            for token in self.tokens:
                held: int = ask(self.node, token, "balanceOf(address)", "uint256", wallet)
                found[wallet, asset_key(self.name, token)] = held
        return {key: units for key, units in found.items() if units}


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Place]]:
    folder = tmp_path_factory.mktemp("five")
    nodes = [Node(folder / f"chain-{number}", ports.free(), FIRST + number) for number in range(CHAINS)]
    for node in nodes:
        node.start()
    yield [Place(number, node) for number, node in enumerate(nodes)]
    for node in nodes:
        node.stop()


def faulty(places: list[Place], share: float) -> Respond:
    """One server before all chains, by path; of so many requests it spoils one."""
    onward = {f"/{place.number}": forwarding(place.node.url) for place in places}
    draw, lock = random.Random(5), threading.Lock()

    def respond(path: str, body: bytes) -> tuple[int, bytes]:
        with lock:
            fault = draw.choice(("429", "500", "cut", "half", "reordered")) if draw.random() < share else None
        if not body or fault in ("429", "500"):
            return int(fault or 400), b""
        status, answer = onward[path](path, body)
        rows: list[Any] = json.loads(answer)
        given = {"half": rows[: len(rows) // 2], "reordered": rows[::-1]}.get(fault or "", rows)
        text = json.dumps(given).encode()
        return status, text[:-9] if fault == "cut" else text

    return respond


def read(chains: Mapping[str, Chain], places: list[Place], wallets: list[str]) -> dict[str, Outcome]:
    async def story() -> dict[str, Outcome]:
        async with open_client() as client:
            made = {
                name: EvmAdapter(Rpc(chain, client, deadline=_PATIENCE), SystemClock(), deadline=_PATIENCE)
                for name, chain in chains.items()
            }
            return await read_all(made, {each.name: dict.fromkeys(wallets, frozenset(each.tokens)) for each in places})

    return asyncio.run(story())


@pytest.mark.parametrize("has_second", [True, False])
def test_random_wallets_hold_what_each_contract_says(places: list[Place], has_second: bool) -> None:
    """With a good node behind the faulty one every chain is read; without it a chain is right, or named."""
    wallets = [wallet for place in places for wallet in place.wallets]
    with serving(faulty(places, 0.4)) as proxy:
        chains = {each.name: each.chain(f"{proxy.url}/{each.number}", *([each.node.url] if has_second else []))
                  for each in places}  # fmt: skip
        found = read(chains, places, wallets)
    for place in places:
        outcome = found[place.name]
        if not isinstance(outcome, ChainReading):
            assert not has_second, outcome
            assert place.name in outcome
            continue
        held = {(row.wallet, row.key): row.units for row in outcome.balances if row.units}
        assert (held, outcome.unreadable) == (place.right(wallets), ())


def test_a_chain_that_is_another_is_named_and_the_others_are_read(places: list[Place], tmp_path: Path) -> None:
    wallets = places[1].wallets
    chains = {each.name: each.chain(each.node.url) for each in places}
    chains["chain-0"] = places[0].chain(places[1].node.url)
    found = read(chains, places, wallets)
    assert isinstance(found["chain-0"], str)
    assert all(isinstance(found[each.name], ChainReading) for each in places[1:])
