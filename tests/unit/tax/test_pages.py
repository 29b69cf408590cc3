"""Tables on paper: a name that the typeface cannot print takes the room of its escape and moves no column."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

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
    assert [line.split() for line in lines] == [["BTC", "1.00"], ["\\u6bd4\\u7279\\u5e01", "2.00"]]
    assert len({len(line) for line in lines}) == 1
