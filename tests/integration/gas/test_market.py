"""A seeded fee market, driven through blocks of a real node, as the follower reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import pytest

from local.show.fees.chains import Chains, chains
from premium.chains.fees.model import Fees
from premium.chains.model import Chain
from premium.gas.fees.base_fee import BaseFeeRule, Block, next_base_fee
from premium.gas.model import GasBlock
from premium.gas.store.history import GasHistory
from premium.gas.work.backtests import block_backtests
from tests.fixtures.lying_node import LyingNode, refuses, says
from tests.integration.gas.conftest import Followed, chain_of

pytestmark = pytest.mark.integration
GWEI = 10**9
SEED, COUNT = 77, 420
HORIZONS = ("1", "3", "10", "25")


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chains]:
    with chains(tmp_path_factory.mktemp("market"), SEED, COUNT) as made:
        made.market.grow(1)
        yield made


def chain(driven: Chains, url: str | None = None) -> Chain:
    return chain_of(url or driven.market.node.url, name="market", chain_id=31_501, block_seconds=12)


@pytest.fixture
def read(driven: Chains, history: GasHistory) -> Followed:
    """The follower, from the first block to the newest."""
    local = Followed(chain(driven), history)
    local.run()
    driven.market.grow(COUNT)
    local.run(COUNT // 10 + 5, fill=True)
    return local


def test_each_base_fee_is_the_markets_and_each_tip_what_was_bid(read: Followed, driven: Chains) -> None:
    rows = read.history.newest("market", COUNT + 1)
    assert [row.number for row in rows] == list(range(rows[0].number, COUNT + 1))
    assert [row.base_fee for row in rows] == driven.market.fees[rows[0].number : COUNT + 1]
    for before, row in pairwise(row for row in rows if row.number):  # the first base fee is set
        assert next_base_fee(Block(before.base_fee, before.gas_used, before.gas_limit), BaseFeeRule()) == row.base_fee
    assert any(not row.transactions for row in rows[1:]), "the market has empty blocks"
    assert {row.lowest_taken for row in rows if row.transactions} == {GWEI}
    assert {row.tips for row in rows if not row.transactions} == {()}


def test_its_back_test_is_of_the_chains_own_outcomes(read: Followed) -> None:
    rows = read.history.newest("market", COUNT + 1)
    by = {row.number: row.base_fee for row in rows}
    found = block_backtests(Fees(model="eip1559"), rows)
    assert set(found) == set(HORIZONS)
    for horizon in HORIZONS:
        for row in found[horizon]["series"]:
            assert int(row["outcome"]) == by[row["block"] + int(horizon)]
    assert found["1"]["scores"]["mape"] == 0, "the header decides it"


def test_what_came_later_changes_nothing_that_was_said(read: Followed) -> None:
    rows = read.history.newest("market", COUNT + 1)
    fees = Fees(model="eip1559")
    short = block_backtests(fees, rows[:300])["10"]["series"]
    same = {row["block"]: row for row in block_backtests(fees, [*rows[:300], *_dearer(rows[300:])])["10"]["series"]}
    for row in short:
        if row["block"] in same:
            assert {**same[row["block"]], "outcome": row["outcome"]} == row


def _dearer(rows: Sequence[GasBlock]) -> list[GasBlock]:
    return [row._replace(base_fee=row.base_fee * 2) for row in rows]


def test_summaries_of_zeros_say_nothing_of_tips(
    driven: Chains, history: GasHistory, lying_nodes: Callable[[str], LyingNode]
) -> None:
    rollup = lying_nodes(driven.market.node.url)
    rollup.lies.append(refuses("eth_getBlockReceipts", -32601, "no such method"))
    rollup.lies.append(says("eth_feeHistory", lambda told, _: told | {"reward": [["0x0"] * 10]}))
    local = Followed(chain(driven, rollup.url), history)
    local.run(5)
    kept = [row for row in history.newest("market", 30) if row.transactions]
    assert kept
    assert {(row.basis, row.lowest_taken, any(row.tips)) for row in kept} == {("fee_history", 0, False)}
