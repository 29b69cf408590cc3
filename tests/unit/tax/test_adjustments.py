"""Form 8949 shows what a 1099 says and mends it (its instructions, codes B, E and O); the gain is the computed one."""

from __future__ import annotations

import io
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from premium.tax.reports.layout.cents import money
from tests.unit.tax.histories import tx
from tests.unit.tax.test_reports import report_of, table, written

pytestmark = pytest.mark.unit
COLUMNS = ("(d) Proceeds", "(e) Cost or other basis", "(f) Code", "(g) Adjustment", "(h) Gain or (loss)")
SHORT, LONG = " 45.00", " 42.00"


@pytest.mark.parametrize(
    ("form", "short", "long"),
    [
        ({"proceeds": "290", "basis": "203"}, "145.00 100.00 - 0.00", "145.00 103.00 - 0.00"),
        ({"proceeds": "300", "basis": "203"}, "150.00 100.00 E -5.00", "150.00 103.00 E -5.00"),
        ({"basis": "180"}, "145.00 88.50 B -11.50", "145.00 91.50 B -11.50"),
        ({"proceeds": "291", "basis": "180"}, "145.50 88.50 BO -12.00", "145.50 91.50 BO -12.00"),
        ({"basis": "180", "basis_reported": False}, "145.00 100.00 B 0.00", "145.00 103.00 B 0.00"),
    ],
)
def test_a_sale_over_both_parts(form: dict[str, Any], short: str, long: str, tmp_path: Path) -> None:
    stated = {"form": "1099-DA", "basis_reported": True, **form}
    rows = [
        tx("b1", "2023-01-01", "buy", "1", "103"),
        tx("b2", "2025-01-05", "buy", "1", "100"),
        tx("s", "2025-03-01", "sell", "2", "300", fee="10", form_1099=stated),
    ]
    report = report_of(rows, year="2025")
    found = [line for line in table(written(report, "form_8949_csv", tmp_path)) if line["Transaction"]]
    assert [" ".join(line[name] or "-" for name in COLUMNS) for line in found] == [short + SHORT, long + LONG]
    schedule = {line["Line"]: line for line in table(written(report, "schedule_d_csv", tmp_path))}
    number = "1b" if stated["basis_reported"] else "2"
    assert schedule[number]["(g) Adjustments"] == short.rsplit(maxsplit=1)[-1]
    assert [schedule[line]["(h) Gain or (loss)"] for line in ("7", "15")] == ["45.00", "42.00"]
    txf = written(report, "turbotax_txf", tmp_path).decode().split("\r\n")
    amounts = [(cost[1:], proceeds[1:]) for cost, proceeds in pairwise(txf) if cost[:1] == proceeds[:1] == "$"]
    assert [Decimal(proceeds) - Decimal(cost) for cost, proceeds in amounts] == [45, 42]
    page = PdfReader(io.BytesIO(written(report, "form_8949_pdf", tmp_path))).pages[0].extract_text()
    assert all(money(Decimal(cell)) in page for cell in short.split() if "." in cell)
