"""`outside_countries.txt` through the engine: by path, whatever an outsider expects in the result."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest

from tests.unit.tax.histories import result
from tests.unit.tax.test_outside import transaction

pytestmark = pytest.mark.unit
CASES = (Path(__file__).parent / "outside_countries.txt").read_text(encoding="utf-8").split("\n## ")[1:]
_WORDS = {"yes": True, "no": False, "-": None, "nothing": []}


def at(out: Any, path: str) -> Any:
    for name in path.split("."):
        out = out[int(name)] if isinstance(out, list) else out[name]
    return out


def same(found: Any, expected: str) -> bool:
    if expected in _WORDS:
        return bool(found == _WORDS[expected])
    try:
        return Decimal(found) == Decimal(expected)
    except (InvalidOperation, TypeError):
        return bool(found == expected)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.partition("\n")[0])
def test_the_engine_says_what_an_outsider_expects(case: str) -> None:
    _, head, *lines = case.strip().splitlines()
    code, *stated = head.split()
    rows = [transaction(line) for line in lines if not line.startswith("= ")]
    out = result(code, rows, **dict(option.split("=") for option in stated))
    for each in "; ".join(line.removeprefix("= ") for line in lines if line.startswith("= ")).split("; "):
        path, _, expected = each.partition(" ")
        assert same(at(out, path), expected), (path, at(out, path), expected)
