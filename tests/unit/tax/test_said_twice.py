"""What a file says twice is never taken for one of the two: names in JSON objects, cells beyond a CSV's columns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from premium.errors import InvalidInput
from premium.tax.calculation import calculate
from premium.tax.document.files import read_document
from premium.tax.reports.result import document

pytestmark = pytest.mark.unit

ROW = '"id":"b","timestamp":"2023-01-01T00:00:00Z","type":"buy","asset":"BTC","amount":"1","price":"10"'


def warnings(path: Path, text: str) -> list[tuple[object, ...]]:
    path.write_text(text)
    told = document(calculate(read_document(str(path)), time_zone="UTC"))["warnings"]
    return [(each["code"], each["line"], each["field"]) for each in told]


@pytest.mark.parametrize("colon", [":", " : "])
@pytest.mark.parametrize("rows", [1, 3000])
def test_a_name_twice_in_an_object_leaves_the_row_out_by_its_line(tmp_path: Path, colon: str, rows: int) -> None:
    good = [f"{{{ROW}}}".replace('"b"', f'"b{n}"') for n in range(rows)]
    twice = f'{{{ROW},"amount":"2"}}'.replace('"amount"', '"amount"')
    text = f'{{"jurisdiction":"US","transactions":[{",".join(good)},{twice}]}}'.replace('":', f'"{colon}')
    assert warnings(tmp_path / "in.json", text) == [("invalid_field", rows + 1, "amount")]


def test_a_name_twice_within_a_part_of_a_row(tmp_path: Path) -> None:
    text = f'[{{{ROW},"lots":[{{"lot":"a","lot":"b"}}]}}]'
    assert warnings(tmp_path / "in.json", text) == [("invalid_field", 1, "lots")]


def test_a_member_of_the_document_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text('{"jurisdiction":"US",\n"jurisdiction":"DE","transactions":[]}')
    with pytest.raises(InvalidInput, match="line 2: the member 'jurisdiction' is there twice"):
        read_document(str(tmp_path / "in.json"))


def test_objects_in_rows_are_no_repetition(tmp_path: Path) -> None:
    row = json.loads(f"{{{ROW}}}") | {"form_1099": {"form": "1099-B", "basis_reported": True}, "tx_hash": 'a":"b'}
    assert warnings(tmp_path / "in.json", json.dumps([row])) == []


def test_cells_beyond_the_columns_are_named(tmp_path: Path) -> None:
    text = "id,timestamp,type,asset,amount,price\nb,2023-01-01T00:00:00Z,buy,BTC,1,000,10\n"
    assert warnings(tmp_path / "in.csv", text) == [("invalid_field", 2, "column 7")]


@pytest.mark.parametrize("name", ["5", "{}", "null", ""])
def test_a_member_has_a_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "in.json").write_text(f'{{{name}:1,"transactions":[]}}')
    with pytest.raises(InvalidInput, match="line 1: expected a member's name"):
        read_document(str(tmp_path / "in.json"))
