"""Exports as text: CSV whose cells are no formulas, JSON whose numbers are exact."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from premium.portfolio.valuation.tables import COLUMNS, counted, table

pytestmark = pytest.mark.unit

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ROW: dict[str, Any] = {
    "at": AT, "wallet": "0xA", "chain": "x", "tx": "=cmd|' /C calc'!A0", "index": -2, "asset": "x:0xa",
    "units": Decimal("-1E+18"), "amount": Decimal("-1.5"), "kind": "@SUM(A1)", "corrected": None, "usd": Decimal("0.1"),
    "block": 7, "hidden_column": "no",
}  # fmt: skip


def test_cells_of_others_are_no_formulas_and_numbers_stay_numbers() -> None:
    (head, row) = list(csv.reader(io.StringIO("".join(table("flows", "csv", [ROW])))))
    told = dict(zip(head, row, strict=True))
    assert head == list(COLUMNS["flows"])
    assert (told["tx"], told["kind"]) == ("'=cmd|' /C calc'!A0", "'@SUM(A1)")
    assert (told["units"], told["amount"], told["index"], told["corrected"]) == (
        "-1000000000000000000",
        "-1.5",
        "-2",
        "",
    )
    assert told["at"] == "2026-01-02T03:04:05Z"


@pytest.mark.parametrize("text", ["+1+1", "-1-1", "=1", "\t=1", " =1", "\uff1d1", "--1", "1.2.3-"])
def test_what_only_looks_like_a_number_is_no_formula_either(text: str) -> None:
    (_, row) = list(csv.reader(io.StringIO("".join(table("flows", "csv", [ROW | {"kind": text}])))))
    cell = row[COLUMNS["flows"].index("kind")]
    assert cell[0] not in "=+-\t\uff1d " or cell.lstrip("-").isdigit(), cell


def test_json_is_a_list_of_the_same_columns() -> None:
    count = Counter[str]()
    (row,) = json.loads("".join(table("flows", "json", counted([ROW], count))))
    assert (list(row), count["rows"]) == (list(COLUMNS["flows"]), 1)
    assert (row["units"], row["index"], row["corrected"]) == ("-1000000000000000000", -2, None)
    assert json.loads("".join(table("history", "json", []))) == []
