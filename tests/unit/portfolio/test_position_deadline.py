"""The deadline of positions is a node's: thousands of wallets of a run do not share one."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from premium.chains import registry
from premium.chains.model import ChainReading
from premium.portfolio.onchain import refresh
from premium.portfolio.positions.found import ChainPositions

pytestmark = pytest.mark.unit
WALLETS = {f"0x{number:040x}": frozenset[str]() for number in range(1, 1_051)}


class _Market:
    """Knows one chain; its contracts are never asked."""

    def __init__(self) -> None:
        entry = {"name": "ethereum", "title": "E", "chain_id": 1, "native": {"symbol": "ETH", "decimals": 18},
                 "rpc": ["http://127.0.0.1:1"], "multicall": "0x" + "c" * 40}  # fmt: skip
        self.chains = registry.parse('{"chains": []}', json.dumps({"chains": [entry]}))

    def rpc(self, chain: str) -> Any:
        return type("Rpc", (), {"chain": self.chains[chain]})()

    def adapter(self, _: str) -> Any:
        return type("Adapter", (), {"readers": lambda *_: []})()


def read(monkeypatch: pytest.MonkeyPatch, seconds: float) -> tuple[object, list[int]]:
    """Return what positions of 1,050 wallets say where each group takes so long, and the groups."""
    groups = list[int]()

    async def find(_: Any, __: Any, wallets: Any, *___: Any) -> list[Any]:
        groups.append(len(wallets))
        await asyncio.sleep(seconds)
        return []

    async def nothing(*_: Any) -> Any:
        return {}

    monkeypatch.setattr(refresh, "CHAIN_DEADLINE", 0.2)
    monkeypatch.setattr(refresh, "Contracts", lambda *_: type("C", (), {"read": None})())
    for name, instead in (("find", find), ("describe", nothing), ("still_canonical", nothing)):
        monkeypatch.setattr(refresh, name, instead)
    now = datetime.now(UTC)
    said = ChainReading(chain="ethereum", block=1, block_hash="0x1", block_time=now, read_at=now, balances=())
    asked = refresh.with_positions(cast("Any", _Market()), {"ethereum": said}, {"ethereum": WALLETS})
    outcomes, positions = asyncio.run(asked)
    return positions.get("ethereum", outcomes["ethereum"]), groups


def test_each_hundred_wallets_of_a_group_have_the_deadline_of_a_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    said, groups = read(monkeypatch, 0.15)
    assert isinstance(said, ChainPositions)
    assert groups == [500, 500, 50]


def test_a_node_that_is_slow_for_one_group_fails_the_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    said, groups = read(monkeypatch, 1.3)
    assert said == "the positions on ethereum were not read within 0.2 s"
    assert groups == [500]
