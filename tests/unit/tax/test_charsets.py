"""Files in older encodings: read where one reading is left, told of, else refused with advice."""

from __future__ import annotations

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from premium.errors import InvalidInput
from premium.tax.calculation import calculate
from premium.tax.document.files import read_document, read_documents
from premium.tax.importers.checks import check_rows
from premium.tax.reports.result import document
from tests.unit.tax import exports

pytestmark = pytest.mark.unit
OWN = "id,timestamp,type,asset,amount,value,wallet\nb,2024-01-02T10:00:00Z,buy,BTC,1,{},{}\n"


def written(folder: Path, text: str, code: str) -> str:
    path = folder / "old.csv"
    path.write_bytes(text.encode(code))
    return str(path)


@pytest.mark.parametrize("amount", ["1\u00a0234,50", "\u20ac1.234,50", "\u00a31234,50", "1\u2019234,50"])
def test_windows_1252_is_read_with_its_currency_signs_and_hard_blanks_and_told_of(tmp_path: Path, amount: str) -> None:
    path = written(tmp_path, OWN.format(f'"{amount}"', "Börse Zürich"), "cp1252")
    out = document(calculate(read_documents([path]), jurisdiction="DE", strict=True))
    assert [(row["wallet"], row["cost_basis"]) for row in out["remaining"]] == [("Börse Zürich", "1234.5")]
    (told,) = out["warnings"]
    assert (told["code"], told["line"]) == ("encoding_assumed", 2)
    assert "Windows-1252" in told["message"]


def test_an_exchange_s_file_and_an_uploaded_one_are_told_of_too(tmp_path: Path) -> None:
    path = written(tmp_path, exports.KRAKEN.replace("spot / main", "größe"), "cp1252")
    for streamed in (False, True):
        rows = read_document(path, streamed=streamed)["transactions"]
        checked = check_rows(rows, zone=ZoneInfo("UTC"))
        assert [remark.code for remark in checked.remarks if remark.code != "line_left_out"] == ["encoding_assumed"]
        assert not checked.errors


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Биржа", "cp1251"),
        ("取引所", "shift-jis"),
        ("Giełda", "cp1250"),
        ("Χρηματιστήριο", "cp1253"),
        ("交易所", "gbk"),
    ],
)
def test_another_alphabet_is_refused_with_advice(tmp_path: Path, name: str, code: str) -> None:
    with pytest.raises(InvalidInput, match=r"neither JSON nor UTF-8 text \(byte \d+\): save it as UTF-8"):
        read_document(written(tmp_path, OWN.format("1", name), code))


def test_json_in_another_encoding_is_refused(tmp_path: Path) -> None:
    text = json.dumps({"transactions": [{"id": "Zürich"}]}, ensure_ascii=False)
    with pytest.raises(InvalidInput, match="is JSON, which is UTF-8"):
        read_document(written(tmp_path, text, "cp1252"))
