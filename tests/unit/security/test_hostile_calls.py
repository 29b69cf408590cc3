"""Calldata from strangers: whatever it is, the answer comes soon, and nothing hidden comes out clear."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest
from click.testing import CliRunner

from premium.abi.encoder import encode
from premium.cases import answer
from premium.cli.main import main
from premium.security.calls.registry import standards
from premium.security.cases.transactions import kinds
from tests.factories.abi_values import random_value
from tests.factories.security_calls import ROUTER, TOKEN, USER, call, tx
from tests.factories.security_corpus import HOSTILE, UNLIMITED

pytestmark = pytest.mark.unit


def scan(case: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer(json.dumps(case), kinds()))
    return found


def nested(levels: int) -> bytes:
    data = UNLIMITED
    for _ in range(levels):
        data = call("multicall(bytes[])", [data])
    return data


def test_every_function_that_is_read_takes_any_values() -> None:
    source = random.Random(1)
    for selector, signature in standards().items():
        for _ in range(3):
            values = [random_value(source, of) for of in signature.inputs]
            data = selector + encode(signature.inputs, values)
            for changed in (data, data[: source.randrange(4, len(data) + 1)], _flipped(data, source)):
                found = scan(tx(ROUTER, changed, value=source.choice((0, 5))))
                assert "error" not in found, (signature.text, found)


def _flipped(data: bytes, source: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(source.randint(1, 6)):
        changed[source.randrange(len(changed))] ^= 1 << source.randrange(8)
    return bytes(changed)


def test_no_mutation_of_a_hidden_allowance_comes_out_clear() -> None:
    source = random.Random(2)
    for case in (HOSTILE["multicall"][0], HOSTILE["Multicall3"][0], HOSTILE["Safe with multiSend"][0]):
        data = bytes.fromhex(case["tx"]["data"][2:])
        for _ in range(150):
            changed = dict(case["tx"], data="0x" + _flipped(data, source).hex())
            assert scan({**case, "tx": changed})["verdict"] != "clear"
        for cut in range(4, len(data), 7):
            changed = dict(case["tx"], data="0x" + data[:cut].hex())
            assert scan({**case, "tx": changed})["verdict"] != "clear"


@pytest.mark.parametrize("levels", [9, 100, 800])
def test_deep_batches_end_soon_and_are_not_clear(levels: int) -> None:
    data = nested(levels)
    started = time.process_time()
    found = scan(tx(TOKEN, data))
    assert time.process_time() - started < 1
    assert found["verdict"] != "clear"
    assert any("deeper than 8" in each for each in found["unknowns"])
    assert len(found["calls"]) == 8


def test_wide_batches_end_soon_and_are_not_clear() -> None:
    started = time.process_time()
    found = scan(tx(TOKEN, call("multicall(bytes[])", [b"\1\2\3\4"] * 900)))
    assert time.process_time() - started < 1
    assert any("512" in each for each in found["unknowns"])
    assert len(found["calls"]) <= 512


def test_shared_offsets_do_no_more_work_than_their_bytes() -> None:
    word = (32).to_bytes
    count = 300
    data = bytes.fromhex("ac9650d8") + word(32) + count.to_bytes(32) + (count * 32).to_bytes(32) * count
    data += len(UNLIMITED).to_bytes(32) + UNLIMITED + b"\0" * 28
    started = time.process_time()
    found = scan(tx(TOKEN, data))
    assert time.process_time() - started < 1
    assert "calldata_noncanonical" in {each["id"] for each in found["findings"]}


def test_the_same_input_has_the_same_answer() -> None:
    case = HOSTILE["Safe with multiSend"][0]
    first, second = scan(case), scan(case)
    first.pop("milliseconds")
    second.pop("milliseconds")
    assert first == second


def test_the_commands_answer_files(tmp_path: Any) -> None:
    path = tmp_path / "cases.json"
    path.write_text(
        json.dumps(
            {"cases": [{"id": "a", "kind": "transaction", **tx(TOKEN, UNLIMITED)}, {"id": "b", "tx": {"to": 1}}]}
        )
    )
    done = CliRunner().invoke(main, ["security", "scan-transaction", "--input", str(path), "--no-shipped"])
    assert done.exit_code == 0, done.output
    first, second = json.loads(done.output)["cases"]
    assert (first["id"], first["verdict"], second["error"]["code"]) == ("a", "danger", "bad_address")
    path.write_text(
        json.dumps(
            [
                {"types": ["uint8", "string"], "data": "0x" + f"{7:064x}{64:064x}{0:064x}"},
                {"types": ["x"], "data": "0x"},
            ]
        )
    )
    done = CliRunner().invoke(main, ["security", "decode", "--input", str(path)])
    first, second = json.loads(done.output)
    assert (first["args"], first["canonical"], first["verdict"]) == (["7", ""], True, "clear")
    assert second["error"]["code"] == "bad_types"


def test_answers_name_the_user() -> None:
    found = scan({**tx(TOKEN, UNLIMITED), "knowledge": {"tokens": {TOKEN: {"symbol": "A\u202eB" * 40, "decimals": 6}}}})
    (sentence,) = found["summary"]
    assert "from you" in sentence
    assert "\u202e" not in sentence
    assert USER not in sentence
