"""Bytes from strangers: whatever they are, the scan ends soon and raises nothing."""

from __future__ import annotations

import json
import random
import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from premium.cases import answer
from premium.security.cases import contracts
from premium.security.detectors.analysis import profile_of, signals_of
from premium.security.evm.arena import FOLD, Arena
from premium.security.evm.words import MASK
from tests.factories.contracts import corpus
from tests.unit.security.test_held import held

pytestmark = pytest.mark.unit

words = st.one_of(st.integers(0, MASK), st.integers(0, 300), st.sampled_from([MASK, 1 << 255, (1 << 160) - 1]))


@given(st.binary(max_size=600))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_judged(code: bytes) -> None:
    signals_of(profile_of(code))


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_damaged_contracts_are_judged(data: st.DataObject) -> None:
    code = bytearray(data.draw(st.sampled_from(corpus())).runtime)
    for _ in range(data.draw(st.integers(1, 8))):
        code[data.draw(st.integers(0, len(code) - 1))] = data.draw(st.integers(0, 255))
    signals_of(profile_of(bytes(code)))


def verdicts(codes: list[bytes]) -> list[str]:
    cases = [{"id": f"{n}", "kind": "contract", "bytecode": f"0x{code.hex()}"} for n, code in enumerate(codes)]
    return [each["verdict"] for each in json.loads(answer(json.dumps(cases), contracts.kinds()))]


def test_no_random_bytes_come_out_clear() -> None:
    rng = random.Random(20)
    codes = [rng.randbytes(rng.choice((1, 2, 5, 20, 60, 200, 600, 2000))) for _ in range(800)]
    assert [code.hex() for code, told in zip(codes, verdicts(codes), strict=True) if told == "clear"] == []


def test_damaged_hostile_contracts_hardly_come_out_clear() -> None:
    """Damage may cut off what was hostile and nothing else: that is rare, and all other damage is told."""
    rng = random.Random(7)
    cases = [each for name in ("contracts-solc", "contracts-vyper") for each in held(name)]
    cases = [each for each in cases if "bytecode" in each and "world" not in each]
    hostile = [bytes.fromhex(each["bytecode"][2:]) for each in cases if each["_label"]["half"] == "hostile"]
    hostile = rng.sample([code for code in hostile if len(code) < 1500], 60)
    hostile = [code for code, told in zip(hostile, verdicts(hostile), strict=True) if told == "danger"]
    damaged = []
    for _ in range(200):
        code = bytearray(rng.choice(hostile))
        for _ in range(rng.randint(1, 8)):
            code[rng.randrange(len(code))] = rng.randrange(256)
        damaged.append(bytes(code))
    told = Counter(verdicts(damaged))
    assert told["clear"] <= 6, told


@pytest.mark.parametrize(
    "code",
    [
        "5b5f56",  # a loop of nothing
        "5b6001015f56",  # a loop that counts on
        "5b8015600a575b5f56",  # a loop that branches
        "5b5f548060010180555f56",  # a loop that writes
        "5f5b600101805f5260205f2080548015600257505f56",  # a loop that hashes
    ],
)
def test_endless_loops_end(code: str) -> None:
    started = time.perf_counter()
    signals_of(profile_of(bytes.fromhex(code)))
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    "code",
    [
        "5f35" + "8001" * 12_000 + "5f55",  # a word added to itself, again and again
        "5f35" + "8002" * 12_000 + "5f5500",
        "5f35" + "805f525f52" * 2_000 + "60405f20" * 1 + "5f5500",
        "5f35" + "5f5260205f20" * 4_000 + "80545f5500",  # hashes of hashes
        "5f3560e01c" + "".join(f"8063{n:08x}1461ffff57" for n in range(2_000)),  # a thousand functions nowhere
        "".join(f"5f3560{n % 256:02x}1461{(n * 10 + 9):04x}575b" for n in range(2_000)),  # a branch a line
    ],
    ids=["doubling", "squaring", "storing", "hashing", "functions", "branches"],
)
def test_hostile_code_costs_little(code: str) -> None:
    started = time.process_time()
    signals_of(profile_of(bytes.fromhex(code)))
    assert time.process_time() - started < 5


@given(st.sampled_from(sorted(FOLD)), words, words)
def test_constants_fold_to_words(kind: int, a: int, b: int) -> None:
    arena = Arena()
    if kind == 0x0A and a > 1 << 64:
        a %= 1 << 64
    word = arena.make(kind, arena.const(a), arena.const(b))
    assert arena.constant(word) is not None
    assert 0 <= arena.value[word] <= MASK


@given(words, words, st.integers(0, 255))
def test_simplifications_keep_the_value(a: int, b: int, bits: int) -> None:
    """Every rewriting rule, applied to a word that later turns out constant, gives what the EVM would."""
    arena = Arena()
    x = arena.opaque(0x106, 1)
    forms = {
        (0x01, x, arena.const(0)): lambda v: v,
        (0x16, arena.const(a), arena.make(0x16, arena.const(b), x)): lambda v: v & a & b,
        (0x1C, arena.const(bits), arena.make(0x16, arena.const(a), x)): lambda v: (v & a) >> bits,
        (0x1C, arena.const(bits), arena.make(0x1B, arena.const(bits), x)): lambda v: ((v << bits) & MASK) >> bits,
        (0x01, arena.const(a), arena.make(0x01, arena.const(b), x)): lambda v: (v + a + b) & MASK,
        (0x03, arena.make(0x01, x, arena.const(a)), arena.const(b)): lambda v: (v + a - b) & MASK,
        (0x04, x, arena.const(1 << bits)): lambda v: v >> bits,
        (0x1C, arena.const(bits), arena.make(0x17, arena.const(a), x)): lambda v: (v | a) >> bits,
    }
    for key, meaning in forms.items():
        simplified = arena.make(*key)
        for value in (0, 1, a, b, MASK):
            assert _evaluate(arena, simplified, x, value) == meaning(value)


def _evaluate(arena: Arena, word: int, unknown: int, value: int) -> int:
    if word == unknown:
        return value
    known = arena.constant(word)
    if known is not None:
        return known
    a, b = (_evaluate(arena, arg, unknown, value) for arg in arena.args[word])
    return FOLD[arena.kind[word]](a, b) & MASK
