"""Contracts may answer anything; what is not credible becomes None and nothing raises."""

from __future__ import annotations

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from premium.chains import answers

pytestmark = pytest.mark.unit


@given(st.none() | st.binary(max_size=200))
def test_no_answer_makes_a_decoder_raise(data: bytes | None) -> None:
    units, scale, name = answers.uint(data), answers.decimals(data), answers.symbol(data)
    assert units is None or 0 <= units < 2**256
    assert scale is None or 0 <= scale <= 77
    assert name is None or (0 < len(name) <= 32 and name.isprintable())


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (encode(["string"], ["USDC"]), "USDC"),
        (b"MKR".ljust(32, b"\0"), "MKR"),
        (encode(["string"], [""]), None),
        (encode(["string"], ["a\nb"]), None),
        (encode(["string"], ["x" * 500]), "x" * 32),
        (encode(["bytes"], [b"\xff\xfe"]), None),
        (encode(["uint256", "uint256"], [2**255, 1]), None),
        (encode(["uint256", "uint256"], [32, 2**255]), None),
        (b"", None),
        (b"\0" * 31, None),
    ],
)
def test_symbols(data: bytes, expected: str | None) -> None:
    assert answers.symbol(data) == expected


def test_a_scale_beyond_a_uint256_is_no_scale() -> None:
    assert answers.decimals(encode(["uint256"], [77])) == 77
    assert answers.decimals(encode(["uint256"], [78])) is None
    assert answers.decimals(b"\x12") is None
