"""The platform's own CSV, as people's tools write it: empty lines, other separators, absurd cells."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from premium.errors import InvalidInput
from premium.tax.importers import own_csv
from premium.tax.importers.checks import check_rows
from premium.tax.importers.recognition import rows_of_csv
from premium.tax.neutral.fields import number
from premium.tax.neutral.rows import Refused

pytestmark = pytest.mark.unit

HEADER = "id,timestamp,type,asset,amount,price"
BUY = "b1,2024-01-01T00:00:00Z,buy,BTC,1,100"


def test_empty_lines_are_passed_over_and_the_others_keep_their_numbers() -> None:
    lines = [HEADER, "", BUY, " , ,", "b2,2024-01-02T00:00:00Z,buy,BTC,minus,100", ""]
    checked = check_rows(list(own_csv.rows(lines)), zone=ZoneInfo("UTC"), first_line=own_csv.FIRST_LINE)
    assert [row["id"] for row in checked.rows] == ["b1"]
    assert [(error.line, error.field) for error in checked.errors] == [(5, "amount")]


@pytest.mark.parametrize("mark", [";", "\t"])
def test_semicolons_and_tabs_are_read_with_decimal_commas(mark: str) -> None:
    lines = [
        "id;timestamp;type;asset;amount;value",
        "b;2024-01-01;buy;BTC;0,5;20.000,00",
        "s;2024-02-01;sell;BTC;0,5;1.000",
    ]
    found = [*rows_of_csv("\n".join(lines).replace(";", mark), "own.csv")][1:]
    assert [(row["amount"], row["value"]) for row in found] == [("0.5", "20000.00"), ("0.5", "1000")]


@pytest.mark.parametrize(
    ("cell", "value"),
    [('"$1,234.50"', "1234.50"), ("1'234.50", "1234.50"), ('"1\u00a0234,5"', "1234.5"), ('"(1,234.50)"', "-1234.50")],
)
def test_numbers_as_people_write_them_are_read(cell: str, value: str) -> None:
    (row,) = [*rows_of_csv(f"id,timestamp,type,asset,amount,value\nb,2024-01-01,buy,BTC,1,{cell}\n", "own.csv")][1:]
    assert row["value"] == value


@pytest.mark.parametrize(
    "read", [lambda text: list(own_csv.rows(text.splitlines())), lambda text: rows_of_csv(text, "f")]
)
def test_a_cell_that_no_csv_reader_takes_is_refused_with_its_line(read: object) -> None:
    assert callable(read)
    with pytest.raises(InvalidInput, match="line 3: not CSV"):
        list(read("\n".join((HEADER, BUY, "x" * 140_000))))


def test_an_underscore_is_no_digit() -> None:
    with pytest.raises(Refused):
        number({"amount": "1_000"}, "amount")
