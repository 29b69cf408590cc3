"""What no person's history holds, told with line and field: absurd numbers, no order, digits without end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from premium.errors import InvalidInput, Unprocessable
from premium.tax.calculation import calculate
from premium.tax.document.files import read_document, read_documents
from premium.tax.neutral.rows import LinedRow
from premium.tax.reports.result_json import write_json
from tests.unit.tax.histories import Row, result, tx

pytestmark = pytest.mark.unit


def told(rows: list[Row], **options: object) -> list[tuple[object, ...]]:
    return [
        (each["code"], each["transaction"], each.get("line"), each.get("field"))
        for each in result("US", rows, **options)["warnings"]
    ]


def test_ten_to_the_fortieth_is_computed_exactly_and_told() -> None:
    rows = [tx("b", "2023-01-01", "buy", "1e40", "1"), tx("s", "2023-02-01", "sell", "1", "3")]
    out = result("US", rows)
    assert [row["cost_basis"] for row in out["disposals"]] == ["0." + "0" * 39 + "1"]
    assert out["remaining"][0]["amount"] == "9" * 40
    assert told(rows, strict=True)[0] == ("absurd_amount", "b", 1, "amount")


@pytest.mark.parametrize(
    ("amount", "value", "odd"), [("1", "1e13", True), ("1e7", "1e19", True), ("1e-18", "0.01", False)]
)
def test_absurd_prices_are_told_without_another_to_compare_with(amount: str, value: str, *, odd: bool) -> None:
    expected = [("absurd_price", "b", 1, "price")] if odd else []
    assert told([tx("b", "2023-01-01", "buy", amount, value)]) == expected


def test_a_history_out_of_order_is_told_once_and_strict_takes_it() -> None:
    rows = [
        tx("s", "2023-03-01", "sell", "1", "3"),
        tx("b", "2023-01-01", "buy", "1", "1"),
        tx("c", "2023-02-01", "buy", "1", "1"),
    ]
    assert told(rows, strict=True) == [("out_of_order", "b", 2, "timestamp")]
    assert told(sorted(rows, key=lambda row: str(row["timestamp"]))) == []


def test_times_of_different_clocks_are_told_once_and_each_counts() -> None:
    rows = [
        tx("b", "2023-01-11T00:00:00Z", "buy", "1", "1"),
        tx("c", "2023-01-11T09:30:00+09:00", "buy", "1", "1"),
        tx("d", "2023-01-11T09:30:00+01:00", "buy", "1", "1"),
        tx("s", "2023-01-12", "sell", "3", "9"),
    ]
    assert told(rows, strict=True) == [("mixed_time_zones", "c", 2, "timestamp")]
    assert told([row | {"timestamp": str(row["timestamp"]).replace("Z", "+00:00")} for row in rows[:1]]) == []
    assert [row["acquired"] for row in result("US", rows)["disposals"]][1] == "2023-01-11T00:30:00Z"


def test_what_has_no_lot_is_told_by_its_field_and_what_may_have_brought_it() -> None:
    rows = [
        tx("b", "2023-01-01", "buy", "2", "1", wallet="cold"),
        tx("s", "2025-03-01", "sell", "1", "3", wallet="hot"),
        tx("x", "2025-04-01", "sell", "1", "3", asset="UNHEARD-OF"),
    ]
    assert told(rows) == [("missing_basis", "s", 2, "amount"), ("missing_basis", "x", 3, "amount")]
    messages = [each["message"] for each in result("US", rows)["warnings"]]
    assert "a transfer from cold, where b acquired enough" in messages[0]
    assert "nothing here brings UNHEARD-OF" in messages[1]


@pytest.mark.parametrize("text", ["1e81", "9" * 82, "1e-101", "0." + "0" * 101 + "1"])
def test_numbers_beyond_any_chain_are_refused_by_field(text: str) -> None:
    rows = [tx("b", "2023-01-01", "buy", "1", "1"), tx("c", "2023-02-01", "buy", text, "1")]
    assert told(rows) == [("invalid_number", "c", 2, "amount")]


def test_the_order_of_an_exchange_s_export_is_its_own(tmp_path: Path) -> None:
    header = "id,timestamp,type,asset,amount,value"
    lines = ["s,2023-03-01T00:00:00Z,sell,BTC,1,3", "b,2023-01-01T00:00:00Z,buy,BTC,1,1"]
    (tmp_path / "own.csv").write_text("\n".join((header, *lines)))
    own = calculate(read_document(str(tmp_path / "own.csv")), time_zone="UTC")
    assert [(notice.code, notice.line) for notice in own.remarks] == [("out_of_order", 3)]
    (tmp_path / "b.csv").write_text("\n".join((header, lines[1])))
    (tmp_path / "s.csv").write_text("\n".join((header, lines[0])))
    assert calculate(read_documents([str(tmp_path / "s.csv"), str(tmp_path / "b.csv")]), time_zone="UTC").remarks == []
    first, second = tx("s", "2023-03-01", "sell", "1", "3"), tx("b", "2023-01-01", "buy", "1", "1")
    newest_first = [LinedRow(first, 2), LinedRow(second, 3)]
    assert calculate({"transactions": newest_first}, time_zone="UTC").remarks == []


def test_numbers_too_far_apart_for_an_exact_sum_are_refused_in_words() -> None:
    rows = [
        tx("b", "2023-01-01", "buy", "7e-99", price="5e-99"),
        tx("c", "2023-01-01", "buy", "6e-99", price="4e-99"),
        tx("s", "2023-01-02", "sell", "3e-99", price="7e-99"),
        tx("a", "2023-01-03", "buy", "9e79", price="9e79"),
    ]
    with pytest.raises(Unprocessable, match="span more than 400 digits"):
        calculate({"jurisdiction": "CA", "transactions": rows})


def test_half_a_character_in_a_name_is_told_and_still_written(tmp_path: Path) -> None:
    rows = [
        tx("\ud800", "2023-01-01", "buy", "NaN", "1"),
        tx("c", "2023-01-01", "buy", "1", "1") | {"\ud801": 1},
    ]
    report = calculate({"transactions": rows}, time_zone="UTC")
    with (tmp_path / "out.json").open("w", encoding="utf-8") as file:
        write_json(report, file)
    warnings = json.loads((tmp_path / "out.json").read_text())["warnings"]
    assert [(each["transaction"], each["field"]) for each in warnings] == [("\\ud800", "amount"), ("c", "\\ud801")]


@pytest.mark.parametrize("code", ["\ud800", "E\x00R", "=EUR", "e", "EUR, and more than a code"])
def test_a_currency_is_a_code(code: str) -> None:
    with pytest.raises(InvalidInput, match="not a currency's code"):
        calculate({"currency": code, "transactions": []})
