"""The audit trail of pooled methods: what entered the pools stands behind what was drawn from them."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest

from premium.tax.calculation import calculate
from premium.tax.reports.documents import DOCUMENTS
from tests.unit.tax.histories import tx

pytestmark = pytest.mark.unit

ROWS = [
    tx("b", "2023-01-10", "buy", "2", "200", fee="1", tx_hash="0xb"),
    tx("i", "2023-02-10", "income", "1", "90", kind="staking"),
    tx("s", "2023-05-10", "sell", "1.5", "300", portfolio_value="600"),
    tx("later", "2024-05-10", "buy", "1", "500"),
]


def audit(code: str, tmp_path: Path) -> list[dict[str, str]]:
    report = calculate({"jurisdiction": code, "transactions": ROWS}, year="2023")
    DOCUMENTS["audit_csv"].write(report, tmp_path / "audit.csv")
    return list(csv.DictReader(io.StringIO((tmp_path / "audit.csv").read_text())))


@pytest.mark.parametrize("code", ["CA", "JP", "FR", "GB"])
def test_every_acquisition_of_the_pools_is_there_with_its_source(code: str, tmp_path: Path) -> None:
    lines = audit(code, tmp_path)
    entries = [line for line in lines if line["rule"] == "pool"]
    assert [(line["lot"], line["lot_type"], line["lot_tx_hash"]) for line in entries] == [
        ("b", "buy", "0xb"),
        ("i", "income", ""),
    ]
    into = sum(Decimal(line["lot_value"]) + Decimal(line["lot_fee"]) for line in entries)
    drawn = sum(Decimal(line["cost_basis"] or 0) for line in lines)
    assert (into, round(drawn, 6)) == (291, Decimal("145.5"))


def test_lots_of_their_own_need_no_such_list(tmp_path: Path) -> None:
    assert {line["rule"] for line in audit("DE", tmp_path)} == {"fifo"}
