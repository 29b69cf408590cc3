"""Tables on paper: names of any alphabet move no column, and a blank is one field of all pages."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from premium.tax.reports.layout.blanks import Blank
from premium.tax.reports.layout.pages import Field, Pages
from premium.tax.reports.layout.paper import Paper

pytestmark = pytest.mark.unit


def test_names_in_other_scripts_move_no_column(tmp_path: Path) -> None:
    paper = Paper(tmp_path / "t.pdf", "t", "f")
    pages = Pages(paper)
    pages.sheet(["h"], [Field("Name", 20), Field("Sum", 9, right=True)], [("BTC", "1.00"), ("比特币", "2.00")])
    paper.save()
    text = PdfReader(io.BytesIO((tmp_path / "t.pdf").read_bytes())).pages[0].extract_text()
    lines = [line for line in text.splitlines() if line.endswith(".00")]
    # A name of another alphabet is drawn into its column, which is left empty for it.
    assert [line.split() for line in lines] == [["BTC", "1.00"], ["2.00"]]
    assert len({len(line) for line in lines}) == 1


def test_a_blank_is_typed_once_for_all_pages_and_what_is_given_is_printed(tmp_path: Path) -> None:
    paper = Paper(tmp_path / "t.pdf", "t", "f")
    pages, rows = Pages(paper), [(f"row {number}",) for number in range(200)]
    places = (Blank("Name", "name", "", 100), Blank("Number", "number", "123", 100))
    pages.sheet(["h", places], [Field("Name", 20)], rows)
    paper.save()
    reader = PdfReader(io.BytesIO((tmp_path / "t.pdf").read_bytes()))
    assert list(reader.get_fields() or {}) == ["name"]
    annotated: list[Any] = [page["/Annots"] for page in reader.pages]
    widgets = [each[0].get_object() for each in annotated]
    assert len(widgets) == len(reader.pages) > 4
    assert len({widget["/Parent"].get_object()["/T"] for widget in widgets}) == 1
    assert all("Number 123" in " ".join(page.extract_text().split()) for page in reader.pages)


def test_every_row_of_a_long_table_is_printed_once_and_sums_are_carried(tmp_path: Path) -> None:
    paper, seen = Paper(tmp_path / "t.pdf", "t", "f"), [0]

    def rows() -> Iterator[tuple[str, str]]:
        for number in range(500):
            seen[0] += number
            yield f"row {number}" if number % 7 else f"row {number} " + "long " * 20, str(number)

    Pages(paper).table(
        ["h"], [Field("Name", 24), Field("Sum", 9, right=True)], rows(), lambda label: (label, str(seen[0]))
    )
    paper.save()
    texts = [page.extract_text() for page in PdfReader(io.BytesIO((tmp_path / "t.pdf").read_bytes())).pages]
    assert re.findall(r"row (\d+)", "\n".join(texts)) == [str(number) for number in range(500)]
    for before, after in pairwise(texts):
        carried = re.findall(r"Carried forward +(\d+)", before)
        assert carried == re.findall(r"Brought forward +(\d+)", after)
        last = int(re.findall(r"row (\d+)", before)[-1])
        assert carried == [str(last * (last + 1) // 2)]
    assert re.findall(r"Total +(\d+)", texts[-1]) == ["124750"]
