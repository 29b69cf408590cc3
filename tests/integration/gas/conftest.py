"""A follower of the test's own chain, under the test's hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from local.evm import CHAIN_ID, Evm
from premium.chains.fees.model import Fees
from premium.chains.model import Chain
from premium.chains.rpc import Rpc
from premium.gas.fees.next_block import expected
from premium.gas.operations import Operations
from premium.gas.store.history import GasHistory
from premium.gas.tips.header import header_of
from premium.gas.work.follower import Follower
from premium.gas.work.node import GasNode
from premium.neighbours import open_client
from premium.storage.timeseries import TimeSeries
from tests.fixtures.databases import UrlOf

T = TypeVar("T")
FEES = {"model": "eip1559"}


def chain_of(*urls: str, name: str = "local", **fields: Any) -> Chain:
    """The test's chain, with nodes at these addresses."""
    return Chain.model_validate(
        {"name": name, "title": "Local", "chain_id": CHAIN_ID, "native": {"symbol": "ETH", "decimals": 18},
         "rpc": list(urls), "fees": FEES, "max_head_age_seconds": None, "block_seconds": 1} | fields
    )  # fmt: skip


class Followed:
    """A follower over nodes; each call runs its own loop, as a process that begins anew does."""

    def __init__(self, chain: Chain, history: GasHistory) -> None:
        self.chain, self.history = chain, history
        self.operations = Operations()
        self.follower: Follower

    def run(self, polls: int = 1, *, fill: bool = False, fresh: bool = False) -> int:
        """Poll so often and return how many blocks were read; errors of nodes are raised."""
        return asyncio.run(self._run(polls, fill=fill, fresh=fresh))

    async def _run(self, polls: int, *, fill: bool, fresh: bool) -> int:
        async with open_client() as client:
            node = GasNode(Rpc(self.chain, client), self.operations)
            if fresh or not hasattr(self, "follower"):
                self.follower = Follower(node, self.history)
                await self.follower.start()
            self.follower.node = node
            read = 0
            for _ in range(polls):
                read += await self.follower.poll()
            while fill and await self.follower.fill():
                pass
            return read

    def numbers(self) -> list[int]:
        """The heights that are kept."""
        return [row.number for row in self.history.newest(self.chain.name, 10_000)]

    def hashes(self) -> list[str]:
        """The hashes that are kept, the oldest first."""
        return [f"0x{row.hash.hex()}" for row in self.history.newest(self.chain.name, 10_000)]


@pytest.fixture
def history(copy_of: Callable[[str], UrlOf]) -> Iterator[GasHistory]:
    """Gas history of a database of the test's own."""
    url = copy_of("timeseries")
    database = TimeSeries(lambda: url("premium_worker"))
    GasHistory(database).keep_up(datetime.now(UTC))
    yield GasHistory(database)
    database.close()


@pytest.fixture
def followed(evm: Evm, history: GasHistory) -> Callable[..., Followed]:
    """`followed(*urls, **fields of the chain)`; without addresses the node itself."""
    return lambda *urls, **fields: Followed(chain_of(*(urls or (evm.url,)), **fields), history)


def on_chain(evm: Evm, numbers: list[int]) -> list[str]:
    """What the node says these blocks' hashes are."""
    return [str(evm.call("eth_getBlockByNumber", hex(number), False)["hash"]) for number in numbers]


def pay(evm: Evm, tip: int, *, cap: int | None = None, sender: int = 0) -> str:
    """Send a payment that bids so much, in wei."""
    accounts = evm.call("eth_accounts")
    base = int(evm.call("eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
    asked = {"from": accounts[sender], "to": accounts[9], "value": "0x1", "gas": hex(21_000),
             "maxPriorityFeePerGas": hex(tip), "maxFeePerGas": hex(cap or 2 * base + tip)}  # fmt: skip
    return str(evm.call("eth_sendTransaction", asked))


def to_the_rule(evm: Evm) -> None:
    """Give the next block the base fee that follows: a revert leaves anvil with that of the branch it left."""
    head = header_of(evm.call("eth_getBlockByNumber", "latest", False))
    evm.call("anvil_setNextBlockBaseFeePerGas", hex(expected(Fees(model="eip1559"), head) or 0))


def revert(evm: Evm, snapshot: str) -> None:
    """Go back, and on by the rule."""
    evm.call("evm_revert", snapshot)
    to_the_rule(evm)


@pytest.fixture(autouse=True)
def _by_the_rule(evm: Evm) -> None:
    to_the_rule(evm)
