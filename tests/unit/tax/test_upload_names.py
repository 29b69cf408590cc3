"""Names of uploaded files are the user's: any of them is a file in a folder of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from premium.tax.work.imports import local_name

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "given", ["", ".", "..", "...", "/", "a/../..", "取引" * 90 + "(UTC+9).csv", "x" * 200, "../../a.csv"]
)
def test_any_name_is_a_file_in_the_folder(tmp_path: Path, given: str) -> None:
    path = tmp_path / "in" / local_name(given)
    path.parent.mkdir()
    path.write_text("")
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert [each.name for each in tmp_path.iterdir()] == ["in"]


def test_what_a_name_says_of_a_clock_stays() -> None:
    assert local_name("取引" * 90 + " (UTC+9).csv").endswith(" (UTC+9).csv")
    assert local_name("folder/Transactions (UTC+1).csv") == "Transactions (UTC+1).csv"
