"""What Multicall3 is asked and answers, beside eth-abi."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from eth_abi.abi import encode

from premium.chains.reading import codec, deployless
from premium.chains.reading.calls import Read, balance_of, chunks, without
from premium.chains.reading.codec import NotAnAnswer

pytestmark = pytest.mark.unit

AGGREGATE3 = bytes.fromhex("82ad56cb")


def random_reads(dice: random.Random, count: int, *, same: bool) -> list[Read]:
    sizes = [36] * count if same else [dice.choice((0, 4, 36, 100)) for _ in range(count)]
    return [Read(f"0x{dice.getrandbits(160):040x}", dice.randbytes(size)) for size in sizes]


def written(results: Sequence[tuple[bool, bytes]]) -> bytes:
    return encode(["(bool,bytes)[]"], [results])


@pytest.mark.parametrize("same", [True, False])
def test_calls_are_written_as_eth_abi_writes_them(same: bool) -> None:
    dice = random.Random(7)
    for count in (0, 1, 2, 33, 400):
        reads = random_reads(dice, count, same=same)
        asked = [(read.target, True, read.data) for read in reads]
        assert codec.encode(reads) == AGGREGATE3 + encode(["(address,bool,bytes)[]"], [asked])


def test_answers_are_read_as_they_were_written() -> None:
    dice = random.Random(8)
    for count in (0, 1, 2, 33, 400):
        for sizes in ((32,), (0, 32, 96)):
            results = [(dice.random() < 0.8, dice.randbytes(dice.choice(sizes))) for _ in range(count)]
            assert codec.decode(written(results), count) == [data if good else None for good, data in results]


def test_an_answer_that_is_cut_or_changed_is_refused_or_says_the_same() -> None:
    """Never another number: at every length, and with every word of the layout replaced."""
    results = [(True, (number + 1).to_bytes(32, "big")) for number in range(5)]
    whole, right = written(results), [data for _, data in results]
    for end in range(len(whole)):
        with pytest.raises(NotAnAnswer):
            codec.decode(whole[:end], 5)
    values = {64 + 5 * 32 + number * 128 + 96 for number in range(5)}
    for place in set(range(0, len(whole), 32)) - values:
        for word in (b"\xff" * 32, bytes(31) + b"\x21"):
            try:
                found = codec.decode(whole[:place] + word + whole[place + 32 :], 5)
            except NotAnAnswer:
                continue
            assert found == right
    with pytest.raises(NotAnAnswer):
        codec.decode(whole, 6)


def test_answers_of_the_code_that_is_not_deployed() -> None:
    word = (1 << 128 | 3).to_bytes(32, "big")
    assert deployless.decode(word + b"abc" + bytes(32), 2) == [b"abc", None]
    for answer, count in ((word + b"ab", 1), (word[:20], 1), (word + b"abc", 2), (b"\1" + word + b"abc", 1)):
        with pytest.raises(NotAnAnswer):
            deployless.decode(answer, count)
    assert len(deployless.CODE) == deployless.CODE[1]


def test_chunks_keep_the_order_and_both_bounds() -> None:
    reads = [Read("0x" + "1" * 40, bytes(10), gas) for gas in (5, 5, 5, 11, 1, 1, 1, 1)]
    cut = chunks(reads, gas=10, size=60, overhead=10)
    assert [[read.gas for read in part] for part in cut] == [[5, 5], [5], [11], [1, 1, 1], [1]]
    assert chunks([], gas=1, size=1, overhead=1) == []


def test_known_spoilers_are_asked_alone() -> None:
    one, two = "0x" + "1" * 40, "0x" + "2" * 40
    assert without([balance_of(one, one), balance_of(one, two), balance_of(one, one)], frozenset({two})) == (
        [0, 2],
        [1],
    )
