"""The catalogue in docs/security.md is the one of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from premium.security.report.listed import catalogue
from tests.architecture.tree import ROOT

pytestmark = pytest.mark.unit
PAGE = Path(ROOT) / "docs" / "security.md"
_BEGIN, _END = "<!-- catalogue -->", "<!-- /catalogue -->"


def printed() -> str:
    """The table as the page has it."""
    head = "| finding | severity | known | part, % | what it is |\n|---|---|---|---|---|\n"
    lines = (
        f"| `{each['id']}` | {each['severity']} | {each['severity_known']} | {each['weight']} | {each['title']} |"
        for each in catalogue()
    )
    return head + "\n".join(lines)


def test_the_page_prints_the_catalogue() -> None:
    """Written anew by `python -m tests.unit.security.test_docs`."""
    found = re.search(f"{_BEGIN}\n(.*?)\n{_END}", PAGE.read_text(), re.DOTALL)
    assert found is not None
    assert found[1] == printed()


if __name__ == "__main__":
    whole = PAGE.read_text()
    start, end = whole.index(_BEGIN) + len(_BEGIN) + 1, whole.index(_END) - 1
    PAGE.write_text(whole[:start] + printed() + whole[end:])
