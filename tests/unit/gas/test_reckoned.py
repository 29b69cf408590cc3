"""Cases of the commands against arithmetic of this file's own, written from the EIPs' words alone."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from premium.cases import answer
from premium.gas.asked import fees

pytestmark = pytest.mark.unit
KINDS = (fees.NEXT, fees.BOUNDS, fees.EFFECTIVE, fees.EXCESS, fees.BLOB_FEE, fees.L1_FEE, fees.INCLUSION, fees.CHAIN)
BLOB = 131_072
FORKS = {"cancun": (3, 6, 3_338_477, False), "prague": (6, 9, 5_007_716, False), "osaka": (6, 9, 5_007_716, True),
         "bpo1": (10, 15, 8_346_193, True), "bpo2": (14, 21, 11_684_671, True)}  # fmt: skip


def asked(**case: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer(json.dumps(case), KINDS))
    return found


def following(base: int, used: int, limit: int, *, elasticity: int = 2, denominator: int = 8, floor: int = 0) -> int:
    """EIP-1559: `base_fee * gas_delta // target // denominator`, one wei up at least."""
    target = limit // elasticity
    if used == target:
        return max(base, floor)
    if used > target:
        return max(base + max(base * (used - target) // target // denominator, 1), floor)
    return max(base - base * (target - used) // target // denominator, floor)


def exponential(excess: int, fraction: int) -> int:
    """EIP-4844's Taylor series, in exact fractions, each term cut as the EIP does."""
    found, term, number = 0, fraction, 1
    while term > 0:
        found += term
        term = term * excess // (fraction * number)
        number += 1
    return found // fraction


def excess_after(fork: str, excess: int, used: int, base: int) -> int:
    """EIP-4844, and EIP-7918 where the fork has a reserve."""
    target, most, fraction, reserve = FORKS[fork]
    if excess + used < target * BLOB:
        return 0
    if reserve and 8_192 * base > BLOB * exponential(excess, fraction):
        return excess + used * (most - target) // most
    return excess + used - target * BLOB


def rules() -> Iterator[dict[str, int]]:
    draw = random.Random(18)
    for place in range(18):
        limit = draw.choice([1_000, 30_000_000, 36_000_001, 60_000_000, 2**40])
        shape = [{}, {"elasticity": 6, "denominator": 250}, {"elasticity": 10, "denominator": 50, "floor": 5}][
            place % 3
        ]
        used = draw.choice([0, limit // 2, limit // shape.get("elasticity", 2), limit, draw.randrange(limit)])
        yield {"base_fee": draw.choice([0, 1, 7, 10**9, 10**18, draw.randrange(10**12)]), "gas_used": used,
               "gas_limit": limit, **shape}  # fmt: skip


@pytest.mark.parametrize("case", list(rules()), ids=lambda case: f"{case['base_fee']}-{case['gas_used']}")
def test_a_next_base_fee_is_the_eips(case: dict[str, int]) -> None:
    names = {"base_fee": "base", "gas_used": "used", "gas_limit": "limit"}
    expected = following(**{names.get(name, name): value for name, value in case.items()})
    written = {name: str(value) if name == "base_fee" else value for name, value in case.items()}
    assert asked(**written)["next_base_fee"] == str(expected)


@pytest.mark.parametrize("k", [1, 2, 3, 10, 25])
def test_bounds_are_full_and_empty_blocks_one_after_another(k: int) -> None:
    found = asked(kind="k_block_bounds", base_fee="12345678901", gas_limit=30_000_000, k=k)
    low = high = 12_345_678_901
    for place in range(k):
        low, high = following(low, 0, 30_000_000), following(high, 30_000_000, 30_000_000)
        assert (found["min_after_k"][place], found["max_after_k"][place]) == (str(low), str(high))
    assert len(found["max_after_k"]) == k


@pytest.mark.parametrize("fork", list(FORKS))
@pytest.mark.parametrize(
    ("excess", "blobs", "base"), [(0, 0, 1), (0, 6, 10**9), (50_000_000, 3, 7), (10**8, 9, 10**11)]
)
def test_an_excess_is_the_forks(fork: str, excess: int, blobs: int, base: int) -> None:
    used = min(blobs, FORKS[fork][1]) * BLOB
    found = asked(kind="excess_blob_gas", parent_excess_blob_gas=excess, parent_blob_gas_used=used,
                  parent_base_fee=str(base), fork=fork)  # fmt: skip
    assert int(found["excess_blob_gas"]) == excess_after(fork, excess, used, base)


@pytest.mark.parametrize("fork", list(FORKS))
@pytest.mark.parametrize("excess", [0, 1, 10_000_000, 300_000_000])
def test_a_blobs_price_is_the_forks(fork: str, excess: int) -> None:
    found = asked(kind="blob_base_fee", excess_blob_gas=excess, fork=fork)
    assert int(found["blob_base_fee"]) == exponential(excess, FORKS[fork][2])


@pytest.mark.parametrize(
    ("base", "most", "tip"), [(10, 30, 2), (10, 11, 5), (10, 10, 0), (0, 7, 7), (10**18, 2**200, 1)]
)
def test_an_effective_price_is_the_smaller_of_two(base: int, most: int, tip: int) -> None:
    found = asked(base_fee=str(base), max_fee=str(most), max_priority_fee=str(tip))
    price = min(Fraction(most), Fraction(base + tip))
    assert (int(found["effective_gas_price"]), int(found["priority_paid"])) == (price, price - base)


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ({"base_fee": "10", "max_fee": "9", "max_priority_fee": "1"}, "max_below_base"),
        ({"base_fee": "10", "max_fee": "20", "max_priority_fee": "21"}, "priority_above_max"),
        ({"base_fee": "10", "gas_used": 11, "gas_limit": 10}, "invalid_field"),
        ({"base_fee": "10", "gas_used": 0, "gas_limit": 1}, "invalid_field"),
        ({"base_fee": "-1", "gas_used": 0, "gas_limit": 10}, "invalid_field"),
        ({"base_fee": "1.5", "gas_used": 0, "gas_limit": 10}, "invalid_field"),
        ({"kind": "blob_base_fee", "excess_blob_gas": "1", "fork": "frontier"}, "invalid_field"),
        ({"base_fee": "10", "gas_used": 0, "gas_limit": 10, "chain": "nowhere"}, "unknown_chain"),
        ({"base_fee": "10", "gas_used": 0, "gas_limit": 10, "chain": "arbitrum"}, "not_exact"),
    ],
)
def test_what_cannot_be_answered_has_its_code(case: dict[str, Any], code: str) -> None:
    assert asked(**case)["error"]["code"] == code
