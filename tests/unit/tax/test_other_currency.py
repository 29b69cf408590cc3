"""A report in another currency than its country's: gains are right, national amounts are applied to none of them."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from premium.tax.calculation import calculate, report_of
from premium.tax.neutral.reader import read_rows
from premium.tax.reports.countries.summaries import items
from premium.tax.reports.documents import documents_of
from premium.tax.reports.result import summary_of
from premium.tax.results.report import Report
from premium.tax.rules.registry import JURISDICTIONS, jurisdiction
from premium.tax.setup import setup_of
from tests.unit.tax.histories import tx

pytestmark = pytest.mark.unit
ROWS = [tx("b", "2024-05-02", "buy", "1", "1001"), tx("s", "2024-06-02", "sell", "1", "1250")]
WITH_AMOUNTS = sorted(code for code in JURISDICTIONS if jurisdiction(code).yearly_amounts)
EVERY = sorted(code for code in JURISDICTIONS if not jurisdiction(code).any_currency)


def made(country: str, currency: str) -> Report:
    setup = setup_of(country, currency=currency, until_tax_year=2024)
    return report_of(
        read_rows(iter([dict(row) for row in ROWS]), zone=ZoneInfo("UTC")), setup, tax_year=2024, now=2**60
    )


def other(country: str) -> str:
    return "CHF" if jurisdiction(country).currency != "CHF" else "SEK"


@pytest.mark.parametrize("country", WITH_AMOUNTS)
def test_an_allowance_is_in_no_figure_of_a_report_in_another_currency(country: str) -> None:
    """250 of whatever would be under every one of these countries' allowances, and free of tax."""
    rules = jurisdiction(country)
    national, foreign = made(country, rules.currency), made(country, other(country))
    amounts = {f"{value}" for name in rules.yearly_amounts if (value := rules.amount_of(name, 2024))}
    assert amounts
    assert [name for name in rules.yearly_amounts if name in json.dumps(summary_of(national))]
    figures = {name: value for name, value in summary_of(foreign).items() if name != "warnings"}
    told = json.dumps(figures) + str(items(foreign))
    assert not [name for name in rules.yearly_amounts if name in told]
    assert not [amount for amount in amounts if f'"{amount}"' in told or f"'{amount}'" in told]
    assert not [name for name in rules.yearly_amounts if name.replace("_", " ") in told.lower()]
    assert Decimal(summary_of(foreign)["totals"]["total"]) == Decimal(summary_of(national)["totals"]["total"])


@pytest.mark.parametrize("country", EVERY)
def test_it_says_so_and_only_then(country: str) -> None:
    rules = jurisdiction(country)
    assert "other_currency" not in [remark.code for remark in made(country, rules.currency).remarks]
    (remark,) = [one for one in made(country, other(country)).remarks if one.code == "other_currency"]
    assert f"is in {other(country)}, a return of {rules.name} is in {rules.currency}" in remark.message
    for name in rules.yearly_amounts:
        assert name.replace("_", " ") in remark.message


@pytest.mark.parametrize("country", EVERY)
def test_every_document_of_it_can_be_written(country: str, tmp_path: Path) -> None:
    report = made(country, other(country))
    for document in documents_of(report.setup):
        path = tmp_path / document.filename(report)
        document.write(report, path)
        assert path.stat().st_size


def test_a_strict_calculation_accepts_it() -> None:
    document = {"jurisdiction": "GB", "currency": "USD", "transactions": ROWS}
    assert [remark.code for remark in calculate(document, strict=True).remarks] == ["other_currency"]


def test_plain_lot_rules_are_of_no_country() -> None:
    assert made("generic", "CHF").remarks == []
