"""A CSV by columns is what the library writes line by line."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premium.tax.reports.layout.lines import ColumnsWriter

pytestmark = pytest.mark.unit
CELL = st.text(alphabet=st.sampled_from("ab1,.;\"'\n\r\t =\u2028\x00"), max_size=4)


@given(rows=st.lists(st.tuples(CELL, CELL, CELL), max_size=5))
def test_columns_are_written_as_rows_are(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]) -> None:
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    _write(path, rows)
    wanted = io.StringIO(newline="")
    out = csv.writer(wanted, lineterminator="\r\n")
    out.writerow(("a", "b", "c"))
    out.writerows(rows)
    assert path.read_bytes() == wanted.getvalue().encode()


def _write(path: Path, rows: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = ColumnsWriter(file, 3)
        writer.row(("a", "b", "c"))
        writer.rows(list(zip(*rows, strict=True)) if rows else [(), ()])
