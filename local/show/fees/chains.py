"""Start three chains of the show's own, each of another fee model.

A seeded fee market, an OP-stack chain with the real predeploys, and one that only its node knows.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local import ports
from local.market.node import Node as Client
from local.show.apart.chains import Node
from premium.gas.fees.op_stack import DataFee
from tests.factories import op_stack
from tests.unit.gas.market import GWEI, LIMIT, blocks

SECONDS = 12
PRICES = DataFee(7_310_000_017, 3_000_000_001, 5_227, 1_014_213)
"""Of layer one, in wei, as the OP-stack chain is told them."""
_BURNS = "0x" + "fe" * 20
"""A contract whose only instruction is INVALID: a call uses all of its gas, whatever that is."""
_TRANSFER = 21_000
_TIPS = (GWEI, 2 * GWEI, 3 * GWEI)
_FIRST = 20 * GWEI
"""The base fee of the market's first row, in wei."""
_IDS = {"market": 31_501, "rollup": 31_502, "other": 31_503}
_FEES = {"market": {"model": "eip1559"}, "rollup": {"model": "op_stack"}, "other": {"model": "node"}}


class _MarketNode(Node):
    """An EVM node with the market's first base fee and gas limit.

    It makes a block when it is asked for one.
    """

    def __init__(self, data: Path, port: int, chain_id: int, since: int) -> None:
        super().__init__(data, port, chain_id)
        self._since = since

    def command(self) -> list[str | Path]:
        """Return the program and its arguments."""
        return [*super().command(), "--base-fee", str(_FIRST), "--gas-limit", str(LIMIT), "--no-mining",
                "--timestamp", str(self._since)]  # fmt: skip


@dataclass
class Market:
    """A seeded market that is driven through the blocks of a real node.

    Its first row is block 1.
    """

    node: Node
    seed: int
    since: int
    """The time of its first block, in seconds since 1970."""
    height: int = 0
    fees: list[int] = field(default_factory=list)
    """The market's own base fees, which the node's have to be."""

    def grow(self, height: int) -> None:
        """Have the chain grow to this height.

        Gas is used as the market wants, by three senders who tip unlike.
        """
        rows, client = blocks(self.seed, height), Client(self.node.url)
        senders = client.call("eth_accounts")
        self.fees = [_FIRST, *(row["base_fee"] for row in rows)]
        if not self.height:
            client.call("anvil_setCode", _BURNS, "0xfe")
            client.call("anvil_setNextBlockBaseFeePerGas", hex(_FIRST))
        for row in rows[self.height :]:
            self._block(client, senders, row)
        self.height = height
        client.close()

    def _block(self, client: Client, senders: Sequence[str], row: Mapping[str, int]) -> None:
        used, last = row["gas_used"], len(_TIPS) - 1
        share = used // len(_TIPS)
        if share > _TRANSFER:
            for place, tip in enumerate(_TIPS):
                gas = share if place < last else used - share * last
                client.call("eth_sendTransaction", {
                    "from": senders[place], "to": _BURNS, "gas": hex(gas), "maxFeePerGas": hex(1_000 * GWEI),
                    "maxPriorityFeePerGas": hex(tip)})  # fmt: skip
        client.call("evm_setNextBlockTimestamp", self.since + SECONDS * (row["number"] + 1))
        client.call("evm_mine")


@dataclass(frozen=True)
class Chains:
    market: Market
    rollup: Node
    other: Node

    def document(self) -> str:
        """Return the chains file."""
        nodes = {"market": self.market.node, "rollup": self.rollup, "other": self.other}
        entries = [_entry(name, node) for name, node in nodes.items()]
        return json.dumps({"active": list(nodes), "chains": entries})


def _entry(name: str, node: Node) -> dict[str, Any]:
    return {"name": name, "title": name.title(), "chain_id": _IDS[name], "rpc": [node.url], "fees": _FEES[name],
            "native": {"symbol": "ETH", "decimals": 18}, "block_seconds": SECONDS,
            "max_head_age_seconds": None}  # fmt: skip


@contextmanager
def chains(folder: Path, seed: int, count: int) -> Iterator[Chains]:
    """Start them side by side; the market's block `count` comes about now."""
    since = int(time.time()) - SECONDS * count
    market = _MarketNode(folder / "market", ports.free(), _IDS["market"], since)
    rollup, other = (Node(folder / name, ports.free(), _IDS[name]) for name in ("rollup", "other"))
    with ExitStack() as stack:
        for node in (market, rollup, other):
            stack.callback(node.stop)
        with ThreadPoolExecutor(3) as threads:
            list(threads.map(lambda node: node.start(), (market, rollup, other)))
        op_stack.build(rollup, PRICES)
        for node in (rollup, other):
            sender, receiver = node.call("eth_accounts")[:2]
            for _ in range(3):
                node.call("eth_sendTransaction", {"from": sender, "to": receiver, "value": "0x1"})
        yield Chains(Market(market, seed, since), rollup, other)
