"""Blocks of a real node in gas history: once each, of the branch that stands, with the tips that were paid."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.evm import Evm
from premium.errors import UpstreamUnavailable
from premium.gas.store.history import GasHistory
from tests.fixtures.lying_node import LyingNode, refuses, says
from tests.integration.gas.conftest import Followed, on_chain, pay, revert

pytestmark = pytest.mark.integration
GWEI = 10**9
NOBODY = "http://127.0.0.1:1"
Follow = Callable[..., Followed]
Nodes = Callable[[str], LyingNode]


def mined(evm: Evm, *tips: int) -> int:
    """One block with payments of these tips; its height."""
    evm.call("evm_setAutomine", False)
    for sender, tip in enumerate(tips):
        pay(evm, tip, sender=sender)
    evm.call("evm_mine")
    evm.call("evm_setAutomine", True)
    return int(evm.call("eth_blockNumber"), 16)


def test_each_block_is_kept_once_with_what_was_really_paid(evm: Evm, followed: Follow) -> None:
    height = mined(evm, 1 * GWEI, 2 * GWEI, 3 * GWEI)
    local = followed()
    local.run(20)
    local.run(2)
    kept = local.history.newest("local", 1)[0]
    assert (kept.number, kept.transactions, kept.basis) == (height, 3, "receipts")
    assert kept.lowest_taken == GWEI
    assert kept.tips == (GWEI,) * 3 + (2 * GWEI,) * 3 + (3 * GWEI,) * 3
    assert local.numbers() == list(range(local.numbers()[0], height + 1))
    assert local.hashes() == on_chain(evm, local.numbers())


def test_a_reorganisation_replaces_the_orphans(evm: Evm, followed: Follow) -> None:
    local = followed()
    local.run(20)
    snapshot = evm.call("evm_snapshot")
    for tip in (5 * GWEI, 6 * GWEI, 7 * GWEI):
        mined(evm, tip)
    local.run(3)
    orphans = local.hashes()[-3:]
    revert(evm, snapshot)
    for tip in (1 * GWEI, 2 * GWEI, 3 * GWEI, 4 * GWEI):
        mined(evm, tip)
    local.run(3)
    assert not set(orphans) & set(local.hashes())
    assert local.hashes() == on_chain(evm, local.numbers())
    assert [row.lowest_taken for row in local.history.newest("local", 4)] == [n * GWEI for n in (1, 2, 3, 4)]


def test_a_shorter_branch_takes_the_place_of_a_longer_one(evm: Evm, followed: Follow) -> None:
    local = followed()
    local.run(20)
    snapshot = evm.call("evm_snapshot")
    for _ in range(4):
        mined(evm, GWEI)
    local.run(3)
    revert(evm, snapshot)
    height = mined(evm, 9 * GWEI)
    local.run(2)
    assert local.numbers()[-1] == height
    assert local.hashes() == on_chain(evm, local.numbers())


def test_holes_are_filled_from_above(evm: Evm, followed: Follow) -> None:
    local = followed()
    local.run(20)
    last = local.numbers()[-1]
    evm.call("anvil_mine", hex(620))
    read = local.run(30, fresh=True)
    assert read == 100, "it goes to the newest blocks at once"
    assert local.numbers()[-1] == last + 620
    assert len(local.numbers()) < local.numbers()[-1] - local.numbers()[0] + 1
    assert local.follower.has_hole
    local.run(0, fresh=True)
    assert local.follower.has_hole, "a process that begins anew knows of it at once"
    local.run(1, fill=True)
    assert local.numbers() == list(range(local.numbers()[0], last + 621))
    assert local.hashes()[-30:] == on_chain(evm, local.numbers()[-30:])
    assert not local.follower.has_hole


def test_a_block_of_another_branch_below_is_a_hole_too(evm: Evm, followed: Follow, history: GasHistory) -> None:
    local = followed()
    evm.call("anvil_mine", "0x20")
    local.run(20)
    wrong = history.newest("local", 10)[0]
    history.fill("local", [wrong._replace(hash=b"\x01" * 32)])
    local.run(1, fill=True)
    assert local.hashes() == on_chain(evm, local.numbers())


def block_says(**fields: str) -> Any:
    """A lie about each block that is asked for in full."""
    return says("eth_getBlockByNumber", lambda block, call: block | fields if block and call["params"][1] else block)


def test_a_first_block_that_is_younger_than_the_second_stops_nothing(
    evm: Evm, followed: Follow, lying_nodes: Nodes
) -> None:
    """As on a local chain whose history was written after the node began."""
    node = lying_nodes(evm.url)
    node.lies.append(
        says(
            "eth_getBlockByNumber",
            lambda block, _: block | {"timestamp": hex(2_000_000_000)} if block and block["number"] == "0x0" else block,
        )
    )
    height = mined(evm, GWEI)
    known = followed(node.url)
    known.run(height + 1, fill=True)
    assert known.numbers()[0] in (0, 1)
    assert known.numbers()[-1] == height


def receipts_say(change: Callable[[list[Any]], list[Any]]) -> Any:
    return says("eth_getBlockReceipts", lambda receipts, _: change(receipts))


@pytest.mark.parametrize(
    ("lie", "why"),
    [
        pytest.param(block_says(baseFeePerGas=hex(10**15)), "base fee", id="base fee out of bounds"),
        pytest.param(block_says(number="0x777"), "gives block 1911", id="another height"),
        pytest.param(block_says(timestamp="0x1"), "older than its parent", id="older than its parent"),
        pytest.param(block_says(gasUsed=hex(10**9)), "of a limit of", id="more gas than its limit"),
        pytest.param(receipts_say(lambda given: given[:-1]), "other transactions", id="a receipt is missing"),
        pytest.param(
            receipts_say(lambda given: [one | {"gasUsed": hex(10**9)} for one in given]),
            "its header says",
            id="too much",
        ),
        pytest.param(
            receipts_say(lambda given: [one | {"blockHash": "0x" + "ab" * 32} for one in given]),
            "another block",
            id="of another block",
        ),
    ],
)
def test_what_cannot_be_is_refused_and_the_next_node_asked(
    evm: Evm, followed: Follow, lying_nodes: Nodes, lie: Any, why: str
) -> None:
    mined(evm, GWEI)  # a parent that is not the chain's first block, whose time says nothing
    followed().run(20)
    height = mined(evm, GWEI)
    liar = lying_nodes(evm.url)
    liar.lies.append(lie)
    alone = followed(liar.url)
    with pytest.raises(UpstreamUnavailable, match=why):
        alone.run()
    assert alone.numbers()[-1] == height - 1, "nothing of what cannot be is kept"
    both = followed(liar.url, evm.url)
    assert both.run() == 1
    assert both.hashes() == on_chain(evm, both.numbers())


def test_a_refusal_is_counted(
    evm: Evm, followed: Follow, lying_nodes: Nodes, capsys: pytest.CaptureFixture[str]
) -> None:
    followed().run(20)
    mined(evm, GWEI)
    liar = lying_nodes(evm.url)
    liar.lies.append(block_says(baseFeePerGas=hex(10**15)))
    followed(liar.url, evm.url).run()
    assert "GasNodesRefused" in capsys.readouterr().out


def test_a_node_behind_is_no_reorganisation(evm: Evm, followed: Follow, lying_nodes: Nodes) -> None:
    mined(evm, GWEI)
    followed().run(20)
    number = int(evm.call("eth_blockNumber"), 16)
    before = evm.call("eth_getBlockByNumber", hex(number - 1), False)

    def lags(block: Any, call: Mapping[str, Any]) -> Any:
        if call["params"][0] == "latest":
            return before
        return None if int(call["params"][0], 16) >= number else block

    late = lying_nodes(evm.url)
    late.lies.append(says("eth_getBlockByNumber", lags))
    local = followed(late.url)
    with pytest.raises(UpstreamUnavailable, match="is behind"):
        local.run()
    assert local.numbers()[-1] == number


def test_without_receipts_the_nodes_summary_counts(evm: Evm, followed: Follow, lying_nodes: Nodes) -> None:
    plain = lying_nodes(evm.url)
    plain.lies.append(refuses("eth_getBlockReceipts", -32601, "no such method"))
    local = followed(plain.url)
    mined(evm, 2 * GWEI)
    local.run(20)
    kept = local.history.newest("local", 1)[0]
    assert (kept.basis, kept.lowest_taken, len(kept.tips)) == ("fee_history", 2 * GWEI, 9)


def test_a_dead_node_is_named(followed: Follow) -> None:
    with pytest.raises(UpstreamUnavailable):
        followed(NOBODY).run()


def test_closed_hours_are_rolled_up_and_old_blocks_dropped(evm: Evm, followed: Follow, history: GasHistory) -> None:
    evm.call("anvil_mine", "0xa")
    local = followed()
    local.run(20)
    now = datetime.now(UTC)
    history.keep_up(now + timedelta(hours=2))
    history.keep_up(now + timedelta(hours=2))
    with history._timeseries.transaction() as connection:
        rows = connection.execute("SELECT sum(blocks) AS n, min(base_fee_lowest) AS low FROM gas_hours").fetchone()
    assert rows is not None
    assert rows["n"] == len(local.numbers())
    assert rows["low"] == min(row.base_fee for row in history.newest("local", 1_000))
    history.keep_up(now + timedelta(days=200))
    assert local.numbers() == []


_ENDLESS = """
from premium.storage.timeseries import TimeSeries
from premium.gas.store.history import GasHistory
from tests.integration.gas.conftest import Followed, chain_of
local = Followed(chain_of({url!r}), GasHistory(TimeSeries(lambda: {database!r})))
while True:
    print(local.run(), flush=True)
"""


def test_a_killed_process_leaves_whole_pages(evm: Evm, followed: Follow, history: GasHistory) -> None:
    """Killed at any moment: what is there is linked, and the next one goes on from there."""
    evm.call("anvil_mine", hex(90))
    code = _ENDLESS.format(url=evm.url, database=history._timeseries._conninfo())
    for wait in (0.0, 0.02, 0.05):
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline().strip().isdigit()
        time.sleep(wait)
        process.kill()
        process.wait()
    local = followed()
    assert 10 <= len(local.numbers()) < 91
    assert local.hashes() == on_chain(evm, local.numbers())
    local.run(30, fill=True)
    assert local.numbers()[-1] == int(evm.call("eth_blockNumber"), 16)
    assert local.hashes() == on_chain(evm, local.numbers())
