"""Whose form it is stands on the printed forms, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from premium.cli.tax import tax
from premium.errors import InvalidInput
from premium.tax.reports.forms.taxpayer import Taxpayer
from tests.unit.tax.histories import tx

pytestmark = pytest.mark.unit
ROWS = [tx("b", "2025-01-01", "buy", "1", "10"), tx("s", "2025-02-01", "sell", "1", "20")]


def reported(folder: Path, *options: str, stdin: str | None = None, **env: str) -> str:
    (folder / "in.json").write_text(json.dumps({"transactions": ROWS}))
    arguments = ["report", "--input", str(folder / "in.json"), "--year", "2025", "--output", str(folder / "out")]
    run = CliRunner().invoke(tax, [*arguments, *options], input=stdin, env=env)
    assert run.exit_code == 0, run.output
    return run.output


@pytest.mark.parametrize("way", ["option", "environment", "prompt"])
def test_it_is_printed_on_each_form_and_written_nowhere_else(tmp_path: Path, way: str) -> None:
    number = {"option": "123-45-6789", "prompt": "-"}.get(way)
    options = ("--taxpayer-name", "Ада Lovelace", *(("--taxpayer-id", number) if number else ()))
    env = {"PREMIUM_TAXPAYER_ID": "123456789"} if way == "environment" else {}
    said = reported(tmp_path, *options, stdin="123456789\n" if way == "prompt" else None, **env)
    assert "6789" not in said
    for path in (tmp_path / "out").iterdir():
        if path.suffix == ".pdf":
            pages = [page.extract_text() for page in PdfReader(path).pages]
            assert "Ада Lovelace" in pages[0]
            assert ("123-45-6789" in pages[0]) is ("summary" not in path.name)
        else:
            content = path.read_text()
            assert "6789" not in content
            assert "Lovelace" not in content


def test_what_is_not_given_is_a_field_of_the_form(tmp_path: Path) -> None:
    reported(tmp_path)
    for name in ("us-2025-form-8949.pdf", "us-2025-schedule-d.pdf"):
        assert list(PdfReader(tmp_path / "out" / name).get_fields() or {}) == ["name", "number"]


@pytest.mark.parametrize("number", ["12345678", "123-456-789", "1234567890", "98-765432", "abc", "123-45-678a"])
def test_a_number_that_is_none_is_refused_without_being_repeated(number: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Taxpayer.of(None, number)
    assert number not in str(refused.value)
    assert "6789" not in repr(Taxpayer.of("Ada", "123-45-6789"))


def test_the_form_of_2025_lists_the_boxes_of_digital_assets_below_the_others(tmp_path: Path) -> None:
    reported(tmp_path)
    text = PdfReader(tmp_path / "out" / "us-2025-form-8949.pdf").pages[0].extract_text()
    assert [letter for letter in "ABCDEFGHIJKL" if f"({letter}) " in text] == ["A", "B", "C", "G", "H", "I"]
