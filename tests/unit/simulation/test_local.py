"""The EVM in this process: what it is given is what code sees, and calls leave no trace."""

from __future__ import annotations

import pytest

from premium.simulation.local import Account, Block, LocalChain, Reverted

pytestmark = pytest.mark.unit

HERE = "0x" + "11" * 20
COUNTS = bytes.fromhex("5f546001015f555f545f5260205ff3")  # storage 0 goes up by one and is returned
LEAVES_42 = bytes.fromhex("67602a5f5260205ff35f5260086018f3")


def test_accounts_and_storage_are_as_given() -> None:
    chain = LocalChain({HERE: Account(balance=7, code=COUNTS, storage={0: 41})})
    assert chain.code(HERE) == COUNTS
    assert chain.storage(HERE, 0) == 41
    assert chain.storage(HERE, 1) == 0
    assert chain.code("0x" + "22" * 20) == b""


def test_a_call_leaves_no_trace() -> None:
    chain = LocalChain({HERE: Account(code=COUNTS, storage={0: 41})})
    assert [int.from_bytes(chain.call(HERE, b"") or b"") for _ in range(3)] == [42, 42, 42]
    assert chain.storage(HERE, 0) == 41


def test_the_block_is_the_one_given() -> None:
    asks = {"43": 123, "42": 456, "45": 20_000_000}  # number, time, gas limit
    chain = LocalChain(
        {f"0x{n:040x}": Account(code=bytes.fromhex(f"{code}5f5260205ff3")) for n, code in enumerate(asks, 256)},
        Block(number=123, timestamp=456, gas_limit=20_000_000),
    )
    given = [int.from_bytes(chain.call(f"0x{n:040x}", b"") or b"") for n in range(256, 259)]
    assert given == list(asks.values())


def test_deployed_code_is_what_the_constructor_returns() -> None:
    chain = LocalChain({})
    address = chain.deploy(LEAVES_42)
    assert chain.code(address) == bytes.fromhex("602a5f5260205ff3")
    assert int.from_bytes(chain.call(address, b"") or b"") == 42
    with pytest.raises(Reverted):
        chain.deploy(bytes.fromhex("5f5ffd"))


def test_a_loop_without_end_ends() -> None:
    chain = LocalChain({HERE: Account(code=bytes.fromhex("5b5f56"))})
    assert chain.call(HERE, b"") is None
