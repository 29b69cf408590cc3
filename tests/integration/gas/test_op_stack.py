"""The layer-one fee equals what the GasPriceOracle's own bytecode answers."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from local.evm import Evm
from premium.gas.fees.op_stack import DataFee, data_cost
from tests.factories import op_stack

pytestmark = pytest.mark.integration
_PRICES = DataFee(
    base_fee=7_310_000_017, blob_base_fee=3_000_000_001, base_fee_scalar=5_227, blob_base_fee_scalar=1_014_213
)
TRANSACTIONS = 1_000


def _transactions(seed: int, count: int) -> Iterator[bytes]:
    """Bytes as calldata has them: noise, zero words, repeats near and further back than FastLZ looks."""
    draw = random.Random(seed)
    for _ in range(count):
        kind, size = draw.randrange(5), draw.choice((0, 1, 2, 12, 13, 14, 15, 16, 33, 100, 292, 1_000, 4_000))
        if kind == 0:
            yield draw.randbytes(size)
        elif kind == 1:
            yield b"".join(bytes(28) + draw.randbytes(4) for _ in range(size // 32 + 1))[:size]
        elif kind == 2:
            yield bytes(draw.choice(b"\x00\x01\xff") for _ in range(size))
        elif kind == 3:
            word = draw.randbytes(draw.randrange(1, 40))
            yield (word * (size // len(word) + 1))[:size]
        else:
            head = draw.randbytes(60)
            yield head + draw.randbytes(draw.randrange(8_000, 8_400)) * (size > 900) + head + bytes(size % 40)


def test_the_fee_is_the_oracles_to_the_wei(evm: Evm) -> None:
    op_stack.build(evm, _PRICES)
    for number, transaction in enumerate(_transactions(18, TRANSACTIONS)):
        expected = op_stack.l1_fee(evm, transaction)
        assert data_cost(transaction, _PRICES, is_signed=False).fee == expected, (number, transaction.hex()[:200])


def test_prices_of_nothing_cost_nothing(evm: Evm) -> None:
    free = DataFee(0, 0, 0, 0)
    op_stack.build(evm, free)
    assert op_stack.l1_fee(evm, b"\x02" * 200) == data_cost(b"\x02" * 200, free, is_signed=False).fee == 0
