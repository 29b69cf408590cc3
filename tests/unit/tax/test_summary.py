"""The summary that a client gets: every figure on paper, boxes, names of any alphabet, warnings in full."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from premium.tax.calculation import calculate
from premium.tax.days import instant_of
from premium.tax.history.price_series import PriceSeries
from premium.tax.reports.countries.japan import CLOSING, OPENING, PROCEEDS, SOLD, sheet_of
from premium.tax.reports.forms.taxpayer import Taxpayer
from premium.tax.reports.layout.cents import units
from premium.tax.reports.layout.charts import short
from premium.tax.reports.layout.sheets import shortened
from premium.tax.reports.layout.typefaces import TEXT, runs, width, wrapped
from premium.tax.reports.summary.figures import by_kind, fees, holdings, income, over_time
from premium.tax.reports.summary_pdf import write
from premium.tax.results.report import Report
from premium.tax.rules.registry import JURISDICTIONS
from tests.unit.tax.histories import Row, tx

pytestmark = pytest.mark.unit
NOW = instant_of(datetime(2026, 1, 1, tzinfo=UTC))


def report_of(rows: list[Row], code: str, year: str | None = "2024", **options: Any) -> Report:
    return calculate({"jurisdiction": code, "transactions": rows}, year=year, now=NOW, **options)


def printed(report: Report, folder: Path, taxpayer: str = "") -> list[str]:
    write(report, folder / "s.pdf", Taxpayer.of(taxpayer, None))
    return [page.extract_text() for page in PdfReader(io.BytesIO((folder / "s.pdf").read_bytes())).pages]


ROWS = [
    tx("b", "2024-05-01", "buy", "4", "2000", fee="4"),
    tx("i", "2024-06-01", "income", "1", "700", kind="staking"),
    tx("s", "2024-07-01", "sell", "1", "1600", fee="2", portfolio_value="8000"),
    tx("f", "2024-08-01", "fee", "0.1", "90"),
]


@pytest.mark.parametrize("code", sorted(JURISDICTIONS))
def test_every_country_has_each_part(code: str, tmp_path: Path) -> None:
    whole = "\n".join(printed(report_of(ROWS, code), tmp_path, "Ada Lovelace"))
    for heading in ("Gains and losses by month", "Disposals by kind and term", "Income by kind", "Fees", "Holdings on",
                    "Method", "Warnings (", "Assumptions (", "disposals,"):  # fmt: skip
        assert heading in whole
    assert "Ada Lovelace" in whole
    assert ("What goes into the return" in whole) is (code != "generic")


@pytest.mark.parametrize("code", sorted(JURISDICTIONS))
@pytest.mark.parametrize("year", ["2020", None])
def test_a_year_without_anything_and_all_years_are_printed(code: str, year: str | None, tmp_path: Path) -> None:
    assert "Holdings" in "\n".join(printed(report_of(ROWS, code, year), tmp_path))


def test_yen_have_no_decimals_and_add_up_all_the_same(tmp_path: Path) -> None:
    rows = [
        tx("b", "2024-05-01", "buy", "3", "1000.3", fee="2.5"),
        tx("s", "2024-07-01", "sell", "1.5", "1600.4", fee="2.5"),
        tx("u", "2024-07-02", "sell", "1.5", "1600.4", fee="2.5"),
    ]
    whole = "\n".join(printed(report_of(rows, "JP"), tmp_path))
    assert re.findall(r"[0-9]\.[0-9]{2}\b", whole) == []
    # 2.5 on the purchase and 5 on sales are 7.5 on the cover: 8, and so do the lines come to.
    assert re.search(r"Fees\s+8\b", whole)
    assert re.search(r"within their cost\s+3\b", whole)
    assert re.search(r"off their proceeds\s+5\b", whole)


def test_kinds_fees_and_income_by_hand() -> None:
    report = report_of(ROWS, "DE")
    groups: Any = [(each.kind, each.term, each.totals.proceeds, each.totals.cost_basis) for each in by_kind(report)]
    # 4 BTC cost 2004: one 501, a tenth 50.1; the sale's fee of 2 is off its proceeds.
    assert groups == [("sell", "short", 1598, 501), ("fee", "short", 90, Decimal("50.1"))]
    paid: Any = fees(report)
    assert (paid.bought, paid.sold, paid.in_kind) == (4, 2, 90)
    earned: Any = income(report)
    assert earned == [("staking", 1, 700)]
    earlier: Any = fees(report_of(ROWS, "DE", "2023"))
    assert (earlier.bought, earlier.sold, earlier.in_kind) == (0, 0, 0)


def test_months_of_a_tax_year_begin_on_its_own_day() -> None:
    rows = [
        tx("b", "2024-01-01", "buy", "10", "0"),
        tx("s1", "2024-04-06", "sell", "1", "1"),
        tx("s2", "2024-05-05", "sell", "1", "10"),
        tx("s3", "2024-05-06", "sell", "1", "100"),
        tx("s4", "2025-04-05", "sell", "1", "1000"),
    ]
    bars: Any = over_time(report_of(rows, "GB"))
    assert [(bar.label, bar.value) for bar in bars if bar.value] == [("Apr", 11), ("May", 100), ("Mar", 1000)]
    assert [bar.label for bar in over_time(report_of(rows, "GB", None))] == ["2024-25"]


def test_holdings_are_worth_what_they_were_at_the_years_end() -> None:
    ends = [("BTC", instant_of(datetime(2024, 12, 31, hour, tzinfo=UTC)), Decimal(price), "p") for hour, price in
            ((1, 500), (20, 700))]  # fmt: skip
    later = ("BTC", instant_of(datetime(2025, 1, 1, 1, tzinfo=UTC)), Decimal(9), "p")
    report = report_of(ROWS, "DE", prices=PriceSeries([*ends, later]))
    held: Any = holdings(report)[0]
    assert (held.amount, held.value) == (Decimal("3.9"), 2730)
    assert held.cost == Decimal(2004) - Decimal(501) - Decimal("50.1") + 700
    assert holdings(report_of(ROWS, "DE"))[0].value is None
    # The law knows no cost of one asset in France.
    assert holdings(report_of(ROWS, "FR"))[0].cost is None


def test_all_warnings_are_printed_not_twenty_of_a_code(tmp_path: Path) -> None:
    rows = [tx(f"s{number}", "2024-07-01", "sell", "1", "10") for number in range(60)]
    whole = "\n".join(printed(report_of(rows, "AU"), tmp_path))
    assert {f"s{number}" for number in range(60)} <= set(re.findall(r"\bs\d+\b", whole.partition("Warnings (")[2]))


def test_names_of_other_alphabets_are_printed_as_they_are(tmp_path: Path) -> None:
    rows = [
        tx("b", "2024-05-01", "buy", "1", "10", asset="Биткойн", wallet="Ωμέγα"),
        tx("c", "2024-05-01", "buy", "1", "10", asset="比特币"),
    ]
    whole = "\n".join(printed(report_of(rows, "AU"), tmp_path))
    assert "Биткойн" in whole
    assert "\\u" not in whole.partition("Holdings on")[2]
    fonts = {name: [run.font for run in runs(name, TEXT)] for name in ("比特币", "ビットコイン", "비트코인", "Ж")}
    assert fonts == {
        "比特币": ["STSong-Light"],
        "ビットコイン": ["HeiseiKakuGo-W5"],
        "비트코인": ["HYSMyeongJo-Medium"],
        "Ж": [TEXT],
    }
    assert runs("🚀", TEXT)[0].text == "\\U0001f680"


def test_what_does_not_fit_is_broken_or_loses_its_middle(tmp_path: Path) -> None:
    name = "W" * 200
    assert all(width(line, TEXT, 8) <= 50 for line in wrapped(name, TEXT, 8, 50))
    assert "".join(wrapped(name, TEXT, 8, 50)) == name
    assert shortened("0123456789", 5) == "01…89"
    rows = [tx("b", "2024-05-01", "buy", "1" + "0" * 40, "1" + "0" * 40, asset=name, wallet=name)]
    assert printed(report_of([*rows, tx("s", "2024-06-01", "sell", "1", "1" + "0" * 30, asset=name)], "US"), tmp_path)


@pytest.mark.parametrize(
    ("value", "figure", "amount"),
    [
        ("0", "0", "0"),
        ("1234", "1.23k", "1,234"),
        ("-2500000", "-2.5m", "-2,500,000"),
        ("1e18", "1e18", "1,000,000,000,000,000,000"),
        ("0.000000000000123456789", "1.23e-13", "0.00000000000012345679"),
        ("12.123456789123", "12.12", "12.12345679"),
    ],
)
def test_figures_are_short_on_axes_and_readable_in_tables(value: str, figure: str, amount: str) -> None:
    assert (short(Decimal(value)), units(Decimal(value))) == (figure, amount)


def test_japans_sheet_carries_what_was_left_over() -> None:
    rows = [
        tx("b1", "2023-01-01", "buy", "3", "300"),
        tx("s1", "2023-06-01", "sell", "1", "200"),
        tx("b2", "2024-01-01", "buy", "2", "400"),
        tx("s2", "2024-06-01", "sell", "1", "250"),
        tx("g", "2024-07-01", "lost", "1"),
    ]
    (lines,) = sheet_of(report_of(rows, "JP")).values()
    found: dict[str, Any] = {line.label: (line.amount, line.money) for line in lines}
    # 2 units of 200 and 2 of 400: an average of 150.
    assert found[PROCEEDS] == (None, 250)
    assert (found[OPENING], found["購入等 Acquired"]) == ((2, 200), (2, 400))
    assert (found[SOLD], found["Left without a sale"], found[CLOSING]) == ((1, 150), (1, 150), (2, 300))


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    report = report_of(ROWS, "JP")
    write(report, tmp_path / "a.pdf")
    write(report, tmp_path / "b.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


@pytest.mark.parametrize("sales", [3, 250])
def test_each_sale_of_the_french_form_is_a_row_however_many(sales: int, tmp_path: Path) -> None:
    rows = [tx("b", "2024-01-01", "buy", "1000", "1000")]
    rows += [
        tx(f"s{n}", f"2024-{2 + n // 28:02d}-{1 + n % 28:02d}", "sell", "1", str(1000 + n), portfolio_value="99999")
        for n in range(sales)
    ]
    whole = " ".join("\n".join(printed(report_of(rows, "FR"), tmp_path)).split())
    for number in (1, sales):
        date = f"2024-{2 + (number - 1) // 28:02d}-{1 + (number - 1) % 28:02d}"
        assert f"{number} {date} 99,999 {1000 + number - 1:,}" in whole
    assert ("follow behind" in whole) is (sales > 200)
