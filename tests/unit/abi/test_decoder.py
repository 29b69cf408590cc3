"""The ABI is equal to eth-abi on random values, and strict where that is lenient."""

from __future__ import annotations

import random
import time

import pytest
from eth_abi import decode as peer_decode
from eth_abi import encode as peer_encode

from premium.abi.decoder import Form, decode
from premium.abi.encoder import BadValue, encode
from premium.abi.types import BadType, parse_type, parse_types
from premium.abi.values import shown_all
from tests.factories.abi_values import random_case

pytestmark = pytest.mark.unit


def word(value: int) -> bytes:
    return value.to_bytes(32)


def form(types: str, *words: int | bytes) -> Form:
    data = b"".join(each if isinstance(each, bytes) else word(each) for each in words)
    return decode(parse_types(types.split()), data).form


@pytest.mark.parametrize("seed", range(4))
def test_random_values_are_as_eth_abi_has_them(seed: int) -> None:
    source = random.Random(seed)
    for _ in range(500):
        types, values = random_case(source)
        names = [of.name for of in types]
        data = encode(types, values)
        assert data == peer_encode(names, values), names
        found = decode(types, data)
        assert (found.form, found.values) == (Form.CANONICAL, values), names
        assert peer_decode(names, data) == found.values


def test_no_change_of_a_bit_is_canonical_and_the_same() -> None:
    """Whatever is changed, cut off or added: canonical again means that other values were read."""
    source = random.Random(7)
    for _ in range(1500):
        types, values = random_case(source)
        data = bytearray(encode(types, values))
        change = source.randrange(3)
        if change == 0 and data:
            data[source.randrange(len(data))] ^= 1 << source.randrange(8)
        elif change == 1:
            del data[source.randrange(len(data) + 1) :]
        else:
            data += source.randbytes(source.randint(1, 40))
        found = decode(types, bytes(data))
        if found.strict:
            assert found.values is not None
            assert encode(types, found.values) == data[: found.end]
            assert (found.form == Form.TRAILING) == (found.end < len(data))
        elif found.values is not None:
            assert _encoded(types, found.values) != bytes(data)


def _encoded(types: object, values: object) -> bytes | None:
    try:
        return encode(types, values)  # type: ignore[arg-type]
    except BadValue:
        return None


@pytest.mark.parametrize(
    ("types", "words", "expected"),
    [
        ("uint256", [1], "canonical"),
        ("uint256", [1, 2], "trailing"),
        ("uint256", [b"\1"], "malformed"),
        ("uint8", [256], "malformed"),
        ("int8", [255], "malformed"),
        ("int8", [2**256 - 1], "canonical"),
        ("address", [1 << 160], "malformed"),
        ("bool", [2], "malformed"),
        ("bytes4", [1], "malformed"),
        ("bytes", [32, 1, 1 << 248], "canonical"),
        ("bytes", [32, 1, 1], "malformed"),
        ("bytes", [32, 1, b"\1"], "malformed"),
        ("bytes", [32, 33, 0], "malformed"),
        ("bytes", [64, 0, 0], "noncanonical"),
        ("bytes", [0], "noncanonical"),
        ("bytes", [2**255], "malformed"),
        ("bytes bytes", [64, 64, 0], "noncanonical"),
        ("bytes bytes", [96, 64, 0, 0], "noncanonical"),
        ("uint256[]", [32, 2**255], "malformed"),
        ("()[]", [32, 2**255], "malformed"),
        ("()[]", [32, 3], "canonical"),
        ("uint256[0]", [], "canonical"),
        ("()", [], "canonical"),
    ],
)
def test_forms(types: str, words: list[int | bytes], expected: str) -> None:
    assert form(types, *words) == expected


def test_many_elements_are_canonical() -> None:
    types = parse_types(["(uint256)[]", "(bytes,uint8)[]"])
    values = (((1,),) * 5000, ((b"\1", 2),) * 3000)
    assert decode(types, encode(types, values)).form == Form.CANONICAL


@pytest.mark.parametrize("levels", [1, 2, 5, 20])
def test_offset_bombs_take_no_longer_than_their_bytes(levels: int) -> None:
    """Ten kilobytes of offsets that all lead to one place claim millions of elements."""
    name = "uint256" + "[]" * (levels + 1)
    width = 9_000 // levels // 32
    data, tail = b"", word(0)
    for _ in range(levels):
        tail = word(width) + word(width * 32) * width + tail
    data = word(32) + tail
    started = time.process_time()
    found = decode(parse_types([name]), data)
    assert time.process_time() - started < 0.2
    assert found.form != Form.CANONICAL


@pytest.mark.parametrize(
    "text",
    ["", "uint7", "uint264", "int0", "uint08", "bytes33", "bytes0", "address payable", "(uint256", "uint256)",
     "uint256[", "uint256[-1]", "uint256[01]", "foo", "(,)", "(uint256,)", "uint256 ", "[]", "fixed128x0",
     "fixed128x081", "mapping", "uint256" + "[]" * 40, "(" * 40 + ")" * 40, "(" + "uint8," * 600 + "uint8)"],
)  # fmt: skip
def test_what_is_no_type_is_refused(text: str) -> None:
    with pytest.raises(BadType):
        parse_type(text)


def test_aliases_have_their_full_names() -> None:
    assert parse_type("(uint,int[],byte,function)").name == "(uint256,int256[],bytes1,bytes24)"


def test_fixed_point_numbers_are_exact() -> None:
    types = parse_types(["fixed128x18", "ufixed8x1"])
    data = word(2**256 - 15 * 10**17) + word(255)
    found = decode(types, data)
    assert shown_all(types, found.values or ()) == ["-1.500000000000000000", "25.5"]
    assert encode(types, found.values or ()) == data


def test_values_are_shown_as_json() -> None:
    types = parse_types(["address", "uint8", "bool", "bytes2", "string", "(int8,bytes)[]"])
    data = encode(types, ("0x" + "ab" * 20, 7, True, b"\1\2", b"\xff", ((-1, b"\3"),)))
    found = decode(types, data)
    assert shown_all(types, found.values or ()) == [
        "0xABaBaBaBABabABabAbAbABAbABabababaBaBABaB", "7", True, "0x0102", {"hex": "0xff"}, [["-1", "0x03"]],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [("uint8", 256), ("uint8", -1), ("int8", 128), ("bool", 1), ("address", "0x1"), ("bytes2", b"1"), ("uint8", True),
     ("uint8[2]", [1]), ("(uint8)", 1), ("string", 1), ("bytes", "x")],
)  # fmt: skip
def test_values_that_do_not_fit_are_refused(name: str, value: object) -> None:
    with pytest.raises(BadValue):
        encode(parse_types([name]), [value])
