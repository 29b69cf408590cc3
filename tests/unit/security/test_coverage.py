"""What was not read is said: no code is clean because nothing in it could be followed."""

from __future__ import annotations

import gc
import random
import time
import tracemalloc

import pytest

from premium.security.detectors.analysis import profile_of, signals_of
from premium.security.detectors.coverage import is_complete
from premium.security.evm.explorer import held_off
from tests.factories.contracts import artifact, corpus

pytestmark = pytest.mark.unit


def found(code: bytes) -> set[str]:
    return {one.id for one in signals_of(profile_of(code))}


@pytest.mark.parametrize("seed", range(20))
def test_random_bytes_are_opaque(seed: int) -> None:
    code = random.Random(seed).randbytes(5_000)
    assert "code_opaque" in found(code)
    assert not is_complete(profile_of(code))


def test_a_jump_to_a_stored_place_is_opaque() -> None:
    opaque = bytes.fromhex("5f3560e01c6311223344146011575f5ffd5b5f5456")
    (signal,) = [one for one in signals_of(profile_of(opaque)) if one.id == "code_opaque"]
    assert (signal.selector, opaque[signal.offset or 0]) == (0x11223344, 0x56)


def test_a_jump_by_a_table_in_the_code_is_followed() -> None:
    """Four functions chosen by the selector's lowest two bits: a table of two-byte places behind the code."""
    # selector; its low bits; twice; + table; two bytes of the code to the end of memory's first word; jump there
    head = "5f3560e01c" + "80600316" + "60011b" + "60%02x01" + "600290601e39" + "5f5156"
    size = len(bytes.fromhex(head % 0))
    bodies, places = "", []
    for n in range(4):
        places.append(size + len(bodies) // 2)
        bodies += f"5b60{n:02x}5f5500"
    code = bytes.fromhex(head % (size + len(bodies) // 2) + bodies + "".join(f"{one:04x}" for one in places))
    profile = profile_of(code)
    assert not profile.found.unresolved
    assert len(profile.found.paths) == 4


def test_published_code_is_read_to_the_end() -> None:
    router = artifact("@uniswap/v2-periphery/build/UniswapV2Router02.json")
    pool = artifact("@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json")
    assert is_complete(profile_of(router))
    assert is_complete(profile_of(pool))
    assert all(is_complete(profile_of(one.runtime)) for one in corpus())


def test_a_stub_that_can_only_fail_is_not_opaque() -> None:
    stub = artifact("@openzeppelin/contracts/build/contracts/Strings.json")
    assert found(stub) == set()


def branches(kind: str, functions: int) -> bytes:
    """24 KiB of branches that write, shared by some functions."""
    head, size = bytes.fromhex("5f3560e01c"), 5 + 11 * functions + 1
    table, bodies = b"", b""
    for number in range(functions):
        table += bytes.fromhex(f"8063{0x11111111 + number:08x}1461{size + len(bodies):04x}57")
        body, n = b"\x5b", 0
        while len(body) < (24_500 - size) // functions - 20:
            at = size + len(bodies) + len(body)
            asks = bytes.fromhex({"data": f"61{32 * n % 65536:04x}35", "caller": f"61{n:04x}543314"}[kind])
            body += asks + bytes.fromhex(f"61{at + len(asks) + 11:04x}57" + f"61{n:04x}" * 2 + "555b")
            n += 1
        bodies += body + b"\x00"
    return head + table + b"\x00" + bodies


@pytest.mark.parametrize(("kind", "functions"), [("data", 1), ("caller", 1), ("caller", 20)])
def test_branches_that_write_take_bounded_time(kind: str, functions: int) -> None:
    started = time.process_time()
    profile = profile_of(branches(kind, functions))
    signals_of(profile)
    assert time.process_time() - started < 2
    assert not is_complete(profile)


def test_the_collector_is_held_off_and_goes_on() -> None:
    """Also where two explore at once, one fails, or it was off before."""
    assert gc.isenabled()
    with held_off():
        with pytest.raises(ValueError, match="one"), held_off():
            raise ValueError("one")
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.disable()
    try:
        with held_off():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_branches_that_write_take_bounded_memory() -> None:
    tracemalloc.start()
    try:
        signals_of(profile_of(branches("caller", 1)))
        assert tracemalloc.get_traced_memory()[1] < 256 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "code",
    [
        "2f",
        "5b600056",
        "60003560005500",
        "600035600055",
        "5f3560e01c6311223344146011575f5ffd5b0c",
        "60ff60005260206000f0",
        "00",
        "fe",
        "7eca1c00",
        "5f35 60e01c 80 6311223344 14 601b57 6355667788 14 6022 57 5f5ffd 5b 60ff56 00 5b 5f5ffd",
        "5f35 60e01c 80 6311223344 14 601b57 6355667788 14 6020 57 5f5ffd 5b 16 00000000 00 5b 5f5ffd",
    ],
    ids=[
        *("no instruction", "endless", "a write without a function", "off the end", "broken function", "a creation"),
        *("data that stop", "data that fail", "data that push", "a jump to nowhere", "one broken function of two"),
    ],
)
def test_code_that_no_compiler_writes_is_opaque(code: str) -> None:
    assert "code_opaque" in found(bytes.fromhex(code))


VALUES_BEHIND = "5f5f5f5f 34 6020 61001a 5f39 5f51 5ff1 15 610016 57 005b 5f80fd" + "00" * 12 + "d0" * 20
"""Vyper's, which keeps a value set once behind its code: more data than instructions."""


@pytest.mark.parametrize(
    "code", ["5f5ffd", "5f5f5f5f346101005af1", VALUES_BEHIND], ids=["refuses", "sends coin", "values"]
)
def test_code_without_a_function_that_was_read_is_not_opaque(code: str) -> None:
    assert "code_opaque" not in found(bytes.fromhex(code))


def test_a_place_to_jump_to_behind_the_end_is_opaque() -> None:
    assert "code_opaque" in found(bytes.fromhex(VALUES_BEHIND + "5b600035ff"))


def test_what_runs_in_the_place_of_the_metadata_is_not_skipped() -> None:
    """A jump behind what the last two bytes call the compiler's map, where the code takes what it likes."""
    dispatch = bytes.fromhex("5f3560e01c6311223344146011575f5ffd5b601656")
    hidden = bytes.fromhex("a15b600035600155" + "00" * 3)
    code = dispatch + hidden[:1] + hidden[1:] + len(hidden).to_bytes(2)
    assert "code_opaque" in found(code)
