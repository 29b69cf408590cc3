"""What a transaction of a wallet cost it, from its receipt."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from premium.chains.transfers.movement import Movement
from premium.chains.transfers.wallet import add_gas

pytestmark = pytest.mark.unit
ME = "0x" + "a" * 40


@pytest.mark.parametrize(
    ("said", "left"),
    [({"status": "0x1"}, {None: -5}), ({"status": "0x0"}, {}), ({"root": "0x" + "1" * 64}, {None: -5})],
)
def test_a_receipt_of_before_byzantium_says_nothing_of_failure(said: dict[str, str], left: dict[None, int]) -> None:
    receipt = {"transactionHash": "0x1", "from": ME, "gasUsed": "0x2", "effectiveGasPrice": "0x3"} | said

    async def batch(_: list[Any]) -> list[Any]:
        return [receipt]

    movement = Movement("0x1", 46_147, 0, {None: -5})
    asyncio.run(add_gas(SimpleNamespace(batch=batch), ME, {"0x1": movement}))  # type: ignore[arg-type] # is asked for no more
    assert (movement.units, movement.gas) == (left, 6)
