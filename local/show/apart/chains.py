"""Start chains of the show alone, and a source of their prices.

They are two EVM nodes, a Solana runtime and a ledger of Bitcoin's kind. Solana's programs are its own (LiteSVM);
of Bitcoin only the servers' shape is. Both speak through servers of the tests.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from solders.keypair import Keypair

from local import ports
from local.evm import Evm
from local.market import Market
from local.market.artifacts import multicall3_code
from local.market.model import MULTICALL3
from local.service import QUICK
from premium.chains.addresses import NATIVE, checksum
from premium.chains.bitcoin.derivation import Derivation
from premium.chains.bitcoin.keys import branches
from premium.chains.registry import shipped
from tests.factories.esplora import GENESIS, EsploraServer, Ledger
from tests.factories.solana.cluster import SOL, Cluster
from tests.factories.solana.server import served
from tests.integration.portfolio.servers import serving

ZPUB = ("zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2A"
        "GutZYs")  # fmt: skip
"""The account of BIP-84's vector."""
OWNER = Keypair.from_seed(bytes(range(32)))
GROWS = checksum("0x" + "d4" * 20)
"""A token that grows without a transfer, as a rebasing one does: its first slot is anybody's balance."""
_GROWS_CODE = ("0x60003560e01c8063313ce56714601e576370a082311460295760006000fd"
               "5b601260005260206000f35b60005460005260206000f3")  # fmt: skip
"""It answers `decimals` and `balanceOf`, and reverts otherwise."""


class Node(Evm):
    """An EVM node with a chain id of its own, that keeps nothing."""

    name: ClassVar[str] = "show-evm"

    def __init__(self, data: Path, port: int, chain_id: int) -> None:
        super().__init__(data, port)
        self._chain_id = chain_id

    def command(self) -> list[str | Path]:
        """Return the program and its arguments."""
        return [self.program(), "--host", "127.0.0.1", "--port", str(self.port), "--chain-id", str(self._chain_id)]

    def healthy(self, *, seconds: float = QUICK) -> bool:
        """Tell whether it is the chain that it should be."""
        try:
            return int(self.call("eth_chainId", seconds=seconds), 16) == self._chain_id
        except (OSError, ValueError, KeyError):
            return False


@dataclass
class Chains:
    """What is there besides the stage's own chain; `prices` may be changed."""

    north: Node
    south: Node
    ledger: Ledger
    solana_url: str
    esplora_url: str
    prices: dict[str, str] = field(default_factory=dict)
    prices_url: str = ""

    def grow(self, units: int) -> None:
        """Have every holder of the growing token hold so many units."""
        self.north.call("anvil_setStorageAt", GROWS, "0x0", f"0x{units:064x}")
        self.north.call("evm_mine")

    def document(self, market: Market, stage_url: str, protocols: list[Mapping[str, Any]], tokens: list[str]) -> str:
        """Return the chains file: the stage's chain and these; `protocols` and `tokens` are the north's."""
        stage = dict(market.chains_file(stage_url)["chains"][0])
        grows = {"address": GROWS, "symbol": "GROW", "decimals": 18}
        north = _evm("north", self.north, 31401) | {
            "protocols": protocols,
            "tokens": [grows, *({"address": each} for each in tokens)],
        }
        south = _evm("south", self.south, 31402)
        bitcoin = {"name": "bitcoin", "rpc": [self.esplora_url], "max_head_age_seconds": None, "network": _network()}
        solana = {"name": "solana", "rpc": [self.solana_url], "max_head_age_seconds": None}
        entries = [stage, north, south, bitcoin, solana]
        return json.dumps({"active": [each["name"] for each in entries], "chains": entries})


def _evm(name: str, node: Node, chain_id: int) -> dict[str, Any]:
    return {"name": name, "title": name.title(), "chain_id": chain_id, "native": {"symbol": "ETH", "decimals": 18},
            "rpc": [node.url], "multicall": MULTICALL3, "max_head_age_seconds": None,
            "discovery": {"blocks": 100_000, "span": 100_000}}  # fmt: skip


def _network() -> dict[str, Any]:
    network = shipped()["bitcoin"].network
    assert network is not None  # noqa: S101 - it is a chain of Bitcoin's kind
    return network.model_dump(mode="json") | {"checkpoint": {"height": 0, "hash": GENESIS}}


@contextmanager
def chains(folder: Path) -> Iterator[Chains]:
    """Start them, side by side."""
    north, south = (Node(folder / name, ports.free(), number) for name, number in (("north", 31401), ("south", 31402)))
    ledger = Ledger()
    ledger.mine(5)
    with ExitStack() as stack:
        for node in (north, south):
            stack.callback(node.stop)
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(lambda node: node.start(), (north, south)))
        for node in (north, south):
            node.call("anvil_setCode", MULTICALL3, multicall3_code())
        north.call("anvil_setCode", GROWS, _GROWS_CODE)
        esplora = EsploraServer(ledger)

        def told(path: str, _: bytes) -> tuple[int, bytes]:
            answer = esplora.answer(path)
            return answer.status_code, answer.content

        made = Chains(north, south, ledger, stack.enter_context(served(_filled)), "")
        made.esplora_url = stack.enter_context(serving(told)).url
        made.prices_url = stack.enter_context(serving(lambda path, _: _priced(made.prices, path))).url
        made.prices |= {f"{name}:{NATIVE}": "3500" for name in ("north", "south")}
        made.prices |= {f"north:{GROWS.lower()}": "1", "coingecko:bitcoin": "64000", "coingecko:solana": "150"}
        yield made


def _filled(cluster: Cluster) -> None:
    """Coin, a token and a stake for the show's wallet."""
    cluster.at(slot=900, epoch=9, unix=1_700_000_000)
    cluster.pay(OWNER.pubkey(), 5 * SOL)
    mint = cluster.mint(6)
    cluster.give(cluster.hold(OWNER.pubkey(), mint), mint, 12_500_000)
    cluster.stake(OWNER.pubkey(), 10 * SOL, delegated=9 * SOL, activated=3)


def pay_bitcoin(ledger: Ledger, *, receiving: int, change: int) -> None:
    """Pay the key's eighth address, and its first one of change."""
    network = shipped()["bitcoin"].network
    assert network is not None  # noqa: S101 - it is a chain of Bitcoin's kind
    scripts = [Derivation(branch).scripts(0, 8) for branch in branches(ZPUB, network)]
    ledger.pay([(scripts[0][7], receiving), (scripts[1][0], change)])


def _priced(prices: Mapping[str, str], path: str) -> tuple[int, bytes]:
    """Answer as DefiLlama's coins API does; it knows nothing of the past."""
    if not path.startswith("/prices/current"):
        return 200, b'{"coins": {}}'
    now = int(time.time())
    told = {key: {"price": float(usd), "confidence": 0.99, "timestamp": now} for key, usd in prices.items()}
    return 200, json.dumps({"coins": told}).encode()
