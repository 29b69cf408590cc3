"""Tips that were really paid: what counts, what is left out, and what a header decides."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils.crypto import keccak

from premium.chains.fees.model import Fees
from premium.gas.fees.next_block import following, may_follow
from premium.gas.operations import OPERATIONS, Operations
from premium.gas.tips.header import Header, header_of
from premium.gas.tips.paid import Paid, paid_of, taken, taken_of_history

pytestmark = pytest.mark.unit
GWEI = 10**9
BASE = 10 * GWEI
PRODUCER, SYSTEM = "0x" + "aa" * 20, "0x" + "00" * 20
HASH = b"\x01" * 32


def header(**fields: Any) -> Header:
    given = {"number": 7, "hash": HASH, "parent": b"\x02" * 32, "timestamp": 1_765_290_100, "base_fee": BASE,
             "gas_used": 30_000_000, "gas_limit": 30_000_000, "producer": PRODUCER} | fields  # fmt: skip
    return Header(**given)


def sent(place: int, tip: int, *, gas: int = 21_000, **fields: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A transaction that paid this tip, and its receipt."""
    one = {"hash": f"0x{place:064x}", "from": f"0x{place + 1:040x}", "to": "0x" + "bb" * 20, "type": "0x2",
           "value": "0x0", "maxPriorityFeePerGas": hex(tip), "maxFeePerGas": hex(10 * BASE)} | fields  # fmt: skip
    receipt = {"transactionHash": one["hash"], "blockHash": f"0x{HASH.hex()}", "gasUsed": hex(gas),
               "effectiveGasPrice": hex(BASE + tip)}  # fmt: skip
    return one, receipt


def paid(*pairs: tuple[dict[str, Any], dict[str, Any]]) -> list[int]:
    return [each.tip for each in paid_of(header(), [one for one, _ in pairs], [receipt for _, receipt in pairs])]


def test_what_is_no_bid_is_left_out() -> None:
    deposit = sent(1, 0, type="0x7e")
    from_nobody = sent(2, 0, **{"from": SYSTEM})
    own = sent(3, 0, **{"from": PRODUCER})
    assert paid(deposit, from_nobody, own, sent(4, GWEI)) == [GWEI]


def test_who_pays_the_producer_directly_bids_elsewhere() -> None:
    searcher = {"from": "0x" + "cc" * 20}
    swap, bribe = sent(1, 3 * GWEI, **searcher), sent(2, 1, to=PRODUCER, value=hex(10**17), **searcher)
    assert paid(swap, bribe, sent(3, 2 * GWEI)) == [2 * GWEI]


def test_nothing_bid_beside_bids_was_paid_for_otherwise() -> None:
    assert paid(sent(1, 0), sent(2, GWEI)) == [GWEI]
    assert paid(sent(1, 0), sent(2, 0)) == [0, 0], "where nobody bids, nothing is asked"


def test_a_tip_is_no_more_than_the_sender_allowed() -> None:
    one, receipt = sent(1, GWEI)
    assert paid((one, receipt | {"effectiveGasPrice": hex(BASE + 50 * GWEI)})) == [GWEI]


def test_an_old_transaction_tips_what_its_price_leaves() -> None:
    one, receipt = sent(1, 4 * GWEI, type="0x0", gasPrice=hex(BASE + 4 * GWEI))
    del one["maxPriorityFeePerGas"], one["maxFeePerGas"]
    assert paid((one, receipt)) == [4 * GWEI]


def test_deciles_are_weighted_by_gas() -> None:
    found = taken([Paid(5, 90), Paid(1, 5), Paid(9, 5)])
    assert found.deciles == (5,) * 9
    assert found.lowest == 1
    assert taken([Paid(1, 50), Paid(2, 50)]).deciles == (1,) * 5 + (2,) * 4
    assert taken([]) == ((), None)


@pytest.mark.parametrize("rewards", [["0x1"] * 9, ["0x2", *["0x1"] * 9], []])
def test_a_summary_that_makes_no_sense_is_refused(rewards: list[str]) -> None:
    with pytest.raises(ValueError, match="ten ascending"):
        taken_of_history(rewards)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [("gasUsed", hex(30_000_001), "of a limit"), ("hash", "0x01", "32 bytes"), ("gasLimit", None, "lacks"),
     ("timestamp", "-0x1", "below zero")],
)  # fmt: skip
def test_a_header_that_makes_no_sense_is_refused(field: str, value: str | None, why: str) -> None:
    raw = {"number": "0x7", "hash": f"0x{HASH.hex()}", "parentHash": f"0x{HASH.hex()}", "timestamp": "0x1",
           "gasUsed": "0x1", "gasLimit": hex(30_000_000)}  # fmt: skip
    assert header_of(raw).base_fee == 0
    with pytest.raises(ValueError, match=why):
        header_of(raw | {field: value})


def test_the_next_base_fee_and_its_bounds() -> None:
    after = following(Fees(model="eip1559"), header(), 12)
    assert (after.base_fee, after.exact) == (BASE * 9 // 8, True)
    assert after.bounds[0] == (1, BASE * 9 // 8, BASE * 9 // 8)
    assert after.bounds[1][1] < BASE * 9 // 8 < after.bounds[1][2]


def test_nothing_is_exact_once_a_block_broke_the_rule() -> None:
    empty = header(gas_used=0, number=6, hash=b"\x02" * 32)
    after = following(Fees(model="eip1559"), header(), 12, parent=empty)
    assert not after.exact
    assert after.bounds[0][1] < after.bounds[0][2]


def test_only_the_node_knows_elsewhere() -> None:
    after = following(Fees(model="node"), header(), 12)
    assert (after.base_fee, after.exact, after.bounds) == (BASE, False, ())
    assert may_follow(Fees(model="node"), header(), 10**18)


def test_an_op_stack_header_carries_its_own_rule() -> None:
    holocene = bytes([0]) + (100).to_bytes(4) + (2).to_bytes(4)
    after = following(Fees(model="op_stack", elasticity=6, denominator=250), header(extra_data=holocene), 2)
    assert after.base_fee == BASE + BASE // 100


def test_a_base_fee_beyond_its_parents_bounds_cannot_be() -> None:
    fees = Fees(model="eip1559")
    assert may_follow(fees, header(), BASE * 9 // 8)
    assert not may_follow(fees, header(), BASE * 9 // 8 + 1)
    assert not may_follow(fees, header(), BASE * 7 // 8 - 1)


FORKS = Fees.model_validate({"model": "eip1559", "blobs": [{"fork": "bpo1", "since": 1_765_290_071}]})


def test_blobs_are_priced_by_the_fork_of_the_next_block() -> None:
    after = following(FORKS, header(blob_gas_used=15 * 131_072, excess_blob_gas=100 * 131_072), 12)
    assert after.exact
    assert after.blobs is not None
    assert after.blobs.fork == "bpo1"
    assert after.blobs.excess == 100 * 131_072 + 15 * 131_072 * 5 // 15


@pytest.mark.parametrize("parent", [None, header(blob_gas_used=0, excess_blob_gas=0, number=6)])
def test_a_fork_that_is_not_known_makes_nothing_exact(parent: Header | None) -> None:
    early = header(
        blob_gas_used=131_072, excess_blob_gas=50 * 131_072, timestamp=1 if parent is None else 1_765_290_100
    )
    after = following(FORKS, early, 12, parent=parent)
    assert not after.exact
    assert after.blobs is not None
    assert after.blobs.next_base_fee is None


SIGNATURES = (
    "transfer(address,uint256)", "approve(address,uint256)",
    "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)",
    "swapExactETHForTokens(uint256,address[],address,uint256)",
    "swapExactTokensForETH(uint256,uint256,address[],address,uint256)",
    "swapETHForExactTokens(uint256,address[],address,uint256)",
    "swapTokensForExactTokens(uint256,uint256,address[],address,uint256)",
    "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))",
    "exactInputSingle((address,address,uint24,address,uint256,uint256,uint160))",
    "exactInput((bytes,address,uint256,uint256,uint256))", "exactInput((bytes,address,uint256,uint256))",
    "mint((address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256))",
    "depositETH(uint32,bytes)", "depositETHTo(address,uint32,bytes)",
    "depositERC20(address,address,uint256,uint32,bytes)",
    "depositERC20To(address,address,address,uint256,uint32,bytes)",
)  # fmt: skip


def test_operations_are_told_by_the_selectors_of_their_signatures() -> None:
    known = {f"0x{keccak(text=signature)[:4].hex()}" for signature in SIGNATURES}
    assert known == {selector for each in OPERATIONS.values() for selector in each.selectors}


def test_an_operations_gas_is_the_median_of_receipts_that_succeeded() -> None:
    seen = Operations()
    assert seen.used()["erc20_transfer"].basis == "typical"
    for gas in (40_000, 41_000, 42_000, 43_000, 90_000):
        seen.learn([{"input": "0xa9059cbb" + "00" * 64}], [{"gasUsed": hex(gas), "status": "0x1"}])
        seen.learn([{"input": "0xa9059cbb" + "00" * 64}], [{"gasUsed": hex(1), "status": "0x0"}])
    assert seen.used()["erc20_transfer"] == (42_000, "receipts")
    assert seen.used()["native_transfer"] == (21_000, "protocol")
