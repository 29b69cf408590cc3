"""A CSV that is too large to hold reads as one that is held: rows, refusals, remarks, and the account of its lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from premium.errors import AppError
from premium.tax.calculation import calculate
from premium.tax.document import files
from premium.tax.document.files import read_documents
from premium.tax.reports.result import document

pytestmark = pytest.mark.unit
SAMPLES = sorted(Path(__file__).with_name("formats").glob("*.csv"))
OWN = (
    "id,timestamp,type,asset,amount,price,fee,wallet\n"
    "b,2024-01-02T00:00:00Z,buy,BTC,1,100,1,w\n"
    "\n"
    "x,2024-01-03T00:00:00Z,buy,BTC,nonsense,100,1,w\n"
    "s,2024-02-02T00:00:00Z,sell,BTC,1,150,1,w\n"
    "s,2024-02-02T00:00:00Z,sell,BTC,1,150,1,w\n"
)


def result(path: Path) -> Any:
    try:
        return document(calculate(read_documents([str(path)]), jurisdiction="US", time_zone="UTC"))
    except AppError as error:
        return str(error), error.details


@pytest.mark.parametrize("on_disk", [False, True])
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_each_export_reads_alike(path: Path, on_disk: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    held = result(path)
    monkeypatch.setattr(files, "LARGE", 0)
    monkeypatch.setattr(files, "HUGE", 0 if on_disk else 1 << 40)
    assert result(path) == held


def test_the_own_format_reads_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.csv").write_text(OWN)
    held = result(tmp_path / "own.csv")
    assert {each["code"] for each in held["warnings"]} >= {"duplicate"}
    monkeypatch.setattr(files, "LARGE", 0)
    assert result(tmp_path / "own.csv") == held
