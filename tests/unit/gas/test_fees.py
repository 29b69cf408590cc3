"""Fee rules against the numbers of their specifications and of go-ethereum's own tests."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premium.cases import answer
from premium.gas.asked import fees
from premium.gas.fees.base_fee import BaseFeeRule, Block, bounds, next_base_fee, rule_of_extra_data
from premium.gas.fees.blobs import BLOB_GAS, FORKS, blob_base_fee, next_excess
from premium.gas.fees.fastlz import compressed_length
from premium.gas.fees.inclusion import Included, frequencies, takes, wilson

pytestmark = pytest.mark.unit
GWEI = 10**9
KINDS = (fees.NEXT, fees.BOUNDS, fees.EFFECTIVE, fees.EXCESS, fees.BLOB_FEE, fees.L1_FEE, fees.INCLUSION, fees.CHAIN)


def one(**case: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer(json.dumps(case), KINDS))
    return found


@pytest.mark.parametrize(
    ("used", "expected"), [(10_000_000, GWEI), (9_000_000, 987_500_000), (11_000_000, 1_012_500_000)]
)
def test_the_base_fee_is_go_ethereums(used: int, expected: int) -> None:
    assert next_base_fee(Block(GWEI, used, 20_000_000), BaseFeeRule()) == expected


def test_a_fuller_block_raises_a_tiny_base_fee_by_one_wei_at_least() -> None:
    assert next_base_fee(Block(7, 15_000_001, 30_000_000), BaseFeeRule()) == 8


def test_a_floor_holds() -> None:
    assert next_base_fee(Block(100, 0, 30_000_000), BaseFeeRule(floor=95)) == 95


@given(
    st.integers(1, 10**13),
    st.integers(2, 10**9),
    st.floats(0, 1),
    st.sampled_from([(2, 8), (6, 250), (10, 50), (2, 16)]),
)
def test_every_block_stays_between_the_empty_and_the_full_one(
    fee: int, limit: int, share: float, shape: tuple[int, int]
) -> None:
    rule = BaseFeeRule(*shape)
    if limit < rule.elasticity:
        return
    (low, high), *_ = bounds(fee, limit, rule, 1)
    assert low <= next_base_fee(Block(fee, int(limit * share), limit), rule) <= high


def test_headers_carry_the_rule_of_op_stack_chains() -> None:
    holocene = bytes([0]) + (250).to_bytes(4) + (6).to_bytes(4)
    assert rule_of_extra_data(holocene) == BaseFeeRule(6, 250, 0, counts_data=False)
    jovian = bytes([1]) + holocene[1:] + (1_000).to_bytes(8)
    assert rule_of_extra_data(jovian) == BaseFeeRule(6, 250, 1_000, counts_data=True)


@pytest.mark.parametrize(
    "wrong", ["", "00", "01000000fa00000006", "02000000fa00000006", "000000000000000006", "00000000fa00000000"]
)
def test_other_extra_data_is_refused(wrong: str) -> None:
    found = one(kind="next_base_fee", base_fee=1, gas_used=1, gas_limit=10, extra_data=f"0x{wrong}")
    assert found["error"]["code"] == "invalid_field"
    assert "extra_data" in found["error"]["message"]


def test_an_older_header_of_an_op_stack_chain_follows_the_registry() -> None:
    case = {"kind": "next_base_fee", "base_fee": 10**9, "gas_used": 0, "gas_limit": 60_000_000, "chain": "base"}
    for older in ("0x", "0x424544524f434b"):
        assert one(**case, extra_data=older)["next_base_fee"] == str(10**9 - 10**9 // 250)
    carried = "0x00" + (50).to_bytes(4).hex() + (6).to_bytes(4).hex()
    assert one(**case, extra_data=carried)["next_base_fee"] == str(10**9 - 10**9 // 50)


def test_since_jovian_the_data_footprint_counts_where_it_is_more() -> None:
    extra = "0x01" + (250).to_bytes(4).hex() + (6).to_bytes(4).hex() + (0).to_bytes(8).hex()
    case = {"base_fee": 10**9, "gas_used": 0, "gas_limit": 60_000_000, "extra_data": extra, "blob_gas_used": 60_000_000}
    assert one(**case) == {"kind": "next_base_fee", "next_base_fee": str(10**9 + 10**9 * 5 // 250)}
    held = one(**case | {"extra_data": "0x00" + extra[4:20]})
    assert held["next_base_fee"] == str(10**9 - 10**9 // 250)


@pytest.mark.parametrize(
    ("excess", "fraction", "expected"),
    [(2, 1, 6), (4, 2, 6), (3, 1, 16), (6, 2, 18), (4, 1, 49), (8, 2, 50), (5, 1, 136), (5, 2, 11),
     (50_000_000, 2_225_652, 5_709_098_764), (0, 3_338_477, 1), (2_314_057, 3_338_477, 1), (2_314_058, 3_338_477, 2),
     (10 * 1_024 * 1_024, 3_338_477, 23)],
)  # fmt: skip
def test_blob_fees_are_go_ethereums(excess: int, fraction: int, expected: int) -> None:
    assert blob_base_fee(excess, fraction) == expected


@pytest.mark.parametrize(
    ("excess", "blobs", "expected"),
    [(0, 0, 0), (0, 3, 0), (0, 4, BLOB_GAS), (1, 3, 1), (BLOB_GAS, 2, 0), (BLOB_GAS - 1, 2, 0), (BLOB_GAS + 1, 2, 1)],
)
def test_excess_blob_gas_follows_the_target(excess: int, blobs: int, expected: int) -> None:
    assert next_excess(excess, blobs * BLOB_GAS, FORKS["cancun"]) == expected


def test_while_blobs_cost_less_than_the_reserve_the_excess_does_not_fall() -> None:
    rule = FORKS["bpo2"]
    dear, excess = 10 * GWEI, 50 * BLOB_GAS
    assert next_excess(excess, 0, rule, dear) == excess
    assert next_excess(excess, 21 * BLOB_GAS, rule, dear) == excess + 7 * BLOB_GAS
    assert next_excess(excess, 0, rule, 1) == excess - 14 * BLOB_GAS


def test_the_reserve_begins_where_it_costs_more_than_the_blob() -> None:
    fraction = FORKS["osaka"].update_fraction
    excess = 30_000_000
    fee = blob_base_fee(excess, fraction)
    at = fee * 16
    assert next_excess(excess, 0, FORKS["osaka"], at) == excess - 6 * BLOB_GAS
    assert next_excess(excess, 0, FORKS["osaka"], at + 1) == excess


def test_a_fork_is_found_by_its_chain_and_time() -> None:
    asked = {"kind": "blob_base_fee", "excess_blob_gas": 50_000_000, "chain": "ethereum"}
    found = [one(**asked, timestamp=at)["blob_base_fee"] for at in (1_710_338_135, 1_746_612_311, 1_767_747_671)]
    assert found == [
        str(blob_base_fee(50_000_000, FORKS[name].update_fraction)) for name in ("cancun", "prague", "bpo2")
    ]
    assert one(**asked, timestamp=1_700_000_000)["error"]["code"] == "no_blobs"
    assert one(**asked)["blob_base_fee"] == found[-1]


@pytest.mark.parametrize(
    ("case", "code", "named"),
    [
        ({"base_fee": 1, "gas_used": 11, "gas_limit": 10}, "invalid_field", "gas_used"),
        ({"base_fee": 1, "gas_used": 0, "gas_limit": 1}, "invalid_field", "gas_limit"),
        ({"base_fee": -1, "gas_used": 0, "gas_limit": 10}, "invalid_field", "base_fee"),
        ({"base_fee": 1.5, "gas_used": 0, "gas_limit": 10}, "invalid_field", "base_fee"),
        ({"base_fee": 1, "gas_used": 0, "gas_limit": 10, "chain": "etherium"}, "unknown_chain", "ethereum"),
        ({"base_fee": 1, "gas_used": 0, "gas_limit": 10, "chain": "arbitrum"}, "not_exact", "arbitrum"),
        ({"base_fee": 1, "gas_used": 0, "gas_limit": 10, "chain": "base", "floor": 2}, "invalid_field", "floor"),
        ({"base_fee": 1, "gas_used": 0, "gas_limit": 10, "timestamp": 2}, "invalid_field", "chain"),
        ({"base_fee": 5, "max_fee": 4, "max_priority_fee": 1}, "max_below_base", "max_fee"),
        ({"base_fee": 5, "max_fee": 9, "max_priority_fee": 10}, "priority_above_max", "max_priority_fee"),
        ({"parent_excess_blob_gas": 0, "parent_blob_gas_used": 10**6, "fork": "osaka"}, "invalid_field",
         "parent_base_fee"),
        ({"excess_blob_gas": 2**200}, "overflow", "excess_blob_gas"),
        ({"excess_blob_gas": 1, "fork": "paris"}, "invalid_field", "fork"),
        ({"transaction": "0x123", "l1_base_fee": 1, "l1_blob_base_fee": 1, "base_fee_scalar": 1,
          "blob_base_fee_scalar": 1}, "invalid_field", "transaction"),
        ({"blocks": [{"base_fee": 1, "gas_used": 9, "gas_limit": 4}, {"base_fee": 1, "gas_used": 1, "gas_limit": 4}]},
         "invalid_field", "blocks.0.gas_used"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(case: dict[str, Any], code: str, named: str) -> None:
    error = one(**case)["error"]
    assert error["code"] == code
    assert named in error["message"]


def test_a_chain_of_blocks_is_held_against_the_rule() -> None:
    blocks = [{"base_fee": str(GWEI), "gas_used": 30_000_000, "gas_limit": 30_000_000},
              {"base_fee": "1125000000", "gas_used": 15_000_000, "gas_limit": 30_000_000},
              {"base_fee": "1125000001", "gas_used": 0, "gas_limit": 30_000_000}]  # fmt: skip
    found = one(blocks=blocks)
    assert found["next_base_fee_after_each_parent"] == ["1125000000", "1125000000"]
    assert found["first_mismatch"] == {"index": 2, "stated": "1125000001", "computed": "1125000000"}
    assert one(blocks=blocks[:2])["first_mismatch"] is None


def test_the_allowance_for_a_signature_is_counted() -> None:
    prices = {"l1_base_fee": GWEI, "l1_blob_base_fee": GWEI, "base_fee_scalar": 5_000, "blob_base_fee_scalar": 10**6}
    raw = bytes(range(256)) * 2
    signed = one(transaction=f"0x{raw.hex()}", **prices)
    unsigned = one(transaction=f"0x{raw.hex()}", signed=False, **prices)
    assert signed["fastlz_size"] == compressed_length(raw) == unsigned["fastlz_size"] - 68
    scaled = 5_000 * GWEI * 16 + 10**6 * GWEI
    assert int(signed["l1_fee"]) == max(836_500 * compressed_length(raw) - 42_585_600, 10**8) * scaled // 10**12


def _block(fee: int, used: int = 100, lowest: int = 0) -> Included:
    return Included(fee, used, 100, lowest)


def test_a_full_block_asks_what_it_took_and_another_the_floor() -> None:
    assert takes(_block(10, 94, 9), 12, 1)
    assert not takes(_block(10, 95, 9), 12, 1)
    assert takes(_block(10, 95, 2), 12, 5)
    assert not takes(_block(10, 95, 3), 12, 5), "the cap leaves 2"
    assert not takes(_block(13, 0), 12, 1)
    assert not takes(_block(10, 0), 12, 1, least_tip=2)


@given(st.lists(st.booleans(), min_size=2, max_size=60), st.integers(1, 70))
def test_frequencies_equal_counting_offer_by_offer(taken: list[bool], ahead: int) -> None:
    (found,) = frequencies(taken, [ahead])
    starts = range(len(taken) - ahead)
    assert found.n == len(starts)
    assert found.included == sum(any(taken[start + 1 : start + 1 + ahead]) for start in starts)
    assert 0 <= found.low <= found.high <= 1


def test_wilsons_interval_is_the_textbooks() -> None:
    low, high = wilson(8, 10)
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)


def test_a_missing_block_is_named() -> None:
    row = {"base_fee": 1, "gas_used": 1, "gas_limit": 10, "lowest_taken": 0}
    error = one(blocks=[{"number": 5, **row}, {"number": 8, **row}], max_fee=2, max_priority_fee=1, blocks_ahead=[1])
    assert error["error"] == {"code": "gap", "message": "blocks.1.number: block 6 is missing"}


def test_an_id_that_no_float_holds_comes_back_by_its_digits() -> None:
    found = json.loads(answer('[{"id": 1e400, "excess_blob_gas": 0}]', KINDS))
    assert found == [{"id": "1E+400", "kind": "blob_base_fee", "blob_base_fee": "1"}]
