"""The held half: cases by somebody who had not read the engine, labelled before any run, in three batches.

Since they have been looked at they guard against regress; the first figures stand in docs/security.md. A label that was
written wrong says so (`corrected`), and `why` tells what each rests on. Contracts bear their source.
"""

from __future__ import annotations

import json
import lzma
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from premium.cases import answer
from premium.security.cases import addresses, contracts, messages, transactions

pytestmark = pytest.mark.unit
_HELD = Path(__file__).parents[2] / "factories" / "held"
KINDS: dict[str, Callable[[], Any]] = {
    "transactions": transactions.kinds,
    "messages": messages.kinds,
    "addresses": addresses.kinds,
    "contracts-vyper": contracts.kinds,
    "contracts-solc": contracts.kinds,
}


def held(name: str) -> list[dict[str, Any]]:
    return list(json.loads(lzma.decompress((_HELD / f"{name}.json.xz").read_bytes())))


def told(given: dict[str, Any]) -> set[str]:
    return {each["id"] for each in given["findings"] if each["severity"] != "info"}


@pytest.mark.parametrize("name", KINDS)
def test_the_held_half_stays_right(name: str) -> None:
    cases = held(name)
    answers = json.loads(answer(json.dumps(cases), KINDS[name]()))
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    places = []
    for case, given in zip(cases, answers, strict=True):
        label, found = case["_label"], told(given)
        every = {each["id"] for each in given["findings"]}
        lacking, extra = set(label["must"]) - every, found - set(label["must"]) - set(label["may"])
        right.update(set(label["must"]) & every)
        missed.update(lacking)
        wrong.update(extra | (set(label.get("nots", ())) & every))
        if "complete" in label:
            assert given["complete"] is label["complete"], case["id"]
        if "verdict" in label:
            assert given["verdict"] == label["verdict"], case["id"]
        if "hash" in label:
            assert given["hash"] == label["hash"], case["id"]
        if lacking or extra:
            places.append((case["id"], sorted(lacking), sorted(extra)))
    print(f"{name}: {len(cases)} cases, {right.total()} right, {wrong.total()} wrong, {missed.total()} missed", places)
    assert right.total() >= 0.98 * (right.total() + wrong.total()), places
    assert right.total() >= 0.95 * (right.total() + missed.total()), places


def test_both_halves_are_there_and_say_why() -> None:
    every = [case["_label"] for name in (*KINDS, "trades") for case in held(name)]
    assert len(every) > 800
    assert all(label["why"] and label["half"] in ("benign", "hostile") for label in every)
    assert sum(label["half"] == "benign" for label in every) > 200
