"""The local market: built once, taken up where it stopped, and its history true to the last wei."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from local import ports
from local.evm import Evm
from local.market import Market, build, history
from premium.money import EXACT, decimal_of
from tests.integration.portfolio.conftest import Read

pytestmark = pytest.mark.integration


def test_building_again_sends_nothing(evm: Evm, market: Market) -> None:
    block = evm.call("eth_blockNumber")
    assert build(evm.url) == market
    assert evm.call("eth_blockNumber") == block


def test_a_half_built_market_is_completed_with_the_same_addresses(tmp_path: Path, market: Market) -> None:
    """The node goes back ten blocks, as after a crash before its state was written."""
    node = Evm(tmp_path / "evm", ports.free())
    node.start()
    try:
        node.call("evm_mine")
        early = node.call("evm_snapshot")
        whole = build(node.url)
        node.call("evm_revert", early)
        node.call("anvil_setBalance", whole.owner, hex(0))
        assert build(node.url) == whole == market
        before = history(node.url, whole)
        node.call("anvil_rollback", 10)
        assert build(node.url) == whole
        after = history(node.url, whole)
    finally:
        node.stop()
    assert [row["amount"] for row in after["transactions"]] == [row["amount"] for row in before["transactions"]]


def test_the_history_adds_up_to_what_the_wallet_holds(evm: Evm, market: Market, read: Read) -> None:
    signs = {"buy": 1, "income": 1, "sell": -1, "fee": -1}
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in history(evm.url, market)["transactions"]:
        change = EXACT.multiply(signs[row["type"]], decimal_of(row["amount"]))
        sums[row["asset"]] = EXACT.add(sums[row["asset"]], change)
    held = {balance.symbol: Decimal(balance.units).scaleb(-18, EXACT) for balance in read().balances}
    assert sums == held
    assert set(held) == {"ETH", "USDL", "LGOV", "LPTS"}


def test_the_history_spans_two_years_with_legs_in_groups(evm: Evm, market: Market) -> None:
    rows = history(evm.url, market)["transactions"]
    assert [row["timestamp"] for row in rows] == sorted(row["timestamp"] for row in rows)
    assert {row["timestamp"][:4] for row in rows} == {"2024", "2025"}
    groups: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if "group" in row:
            groups[row["group"]].append(row["type"])
    assert len(groups) == 6
    assert all(sorted(kinds) == ["buy", "sell"] for kinds in groups.values())
    assert len({row["id"] for row in rows}) == len(rows)
