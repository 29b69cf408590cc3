"""Forms: they add up, they say what the engine says, and they look like what they stand for."""

from __future__ import annotations

import csv
import io
import tracemalloc
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from premium.tax.calculation import calculate
from premium.tax.reports.documents import DOCUMENTS, documents_of
from premium.tax.reports.layout.cents import Column, cents, money
from premium.tax.reports.layout.pages import shortened
from premium.tax.reports.result import document
from premium.tax.results.report import Report
from premium.tax.rules.registry import JURISDICTIONS
from tests.unit.tax.histories import Row, history, tx

pytestmark = pytest.mark.unit


def report_of(rows: list[Row], jurisdiction: str = "US", year: str | None = None) -> Report:
    return calculate({"jurisdiction": jurisdiction, "transactions": rows}, year=year)


def written(report: Report, name: str, folder: Path) -> bytes:
    path = folder / DOCUMENTS[name].filename(report)
    DOCUMENTS[name].write(report, path)
    return path.read_bytes()


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


@given(st.lists(st.decimals(-1000, 1000, places=6)))
@settings(max_examples=100, deadline=None)
def test_lines_of_a_column_add_up_to_its_rounded_total(values: list[Decimal]) -> None:
    column = Column()
    lines = [column.line(value) for value in values]
    assert sum(lines, Decimal(0)) == cents(sum(values, Decimal(0)))
    assert all(abs(line - value) <= Decimal("0.01") for line, value in zip(lines, values, strict=True))


def test_rounding_is_of_the_form_and_not_of_each_match(tmp_path: Path) -> None:
    """A third of a cent three times is a cent, on the form as in the total."""
    rows = [
        tx("b", "2024-01-01", "buy", "3", "0.01"),
        *(tx(f"s{n}", f"2024-01-0{n + 1}", "sell", "1", "1") for n in (1, 2, 3)),
    ]
    lines = table(written(report_of(rows), "form_8949_csv", tmp_path))
    assert [line["(e) Cost or other basis"] for line in lines] == ["0.00", "0.01", "0.00", "0.01"]
    assert lines[-1]["(h) Gain or (loss)"] == "2.99"
    assert [line["(g) Adjustment"] for line in lines] == ["0.00"] * 4


def test_form_8949_and_schedule_d_agree(tmp_path: Path) -> None:
    report = report_of(history(Random(5), 300))
    form = table(written(report, "form_8949_csv", tmp_path))
    totals = {line["Box"]: line for line in form if line["(a) Description of property"] == "TOTAL"}
    schedule = {line["Line"]: line for line in table(written(report, "schedule_d_csv", tmp_path))}
    for line, boxes, column in (("3", "CI", "(h) Gain or (loss)"), ("10", "FL", "(d) Proceeds")):
        assert Decimal(schedule[line][column]) == sum(Decimal(totals[box][column]) for box in boxes)
    whole = Decimal(schedule["7"]["(h) Gain or (loss)"]) + Decimal(schedule["15"]["(h) Gain or (loss)"])
    assert Decimal(schedule["16"]["(h) Gain or (loss)"]) == whole
    assert abs(whole - report.sums.whole.total) < Decimal("0.05")


def test_schedule_d_limits_a_loss(tmp_path: Path) -> None:
    rows = [tx("b", "2024-01-01", "buy", "1", "9000"), tx("s", "2024-02-01", "sell", "1", "1000")]
    schedule = {
        line["Line"]: line["(h) Gain or (loss)"] for line in table(written(report_of(rows), "schedule_d_csv", tmp_path))
    }
    assert (schedule["16"], schedule["21"]) == ("-8000.00", "-3000.00")


def test_pdf_pages_carry_their_subtotals(tmp_path: Path) -> None:
    rows = [
        tx("b", "2023-01-01", "buy", "100", "100"),
        *(tx(f"s{n}", f"2024-03-{1 + n % 28:02d}", "sell", "1", "3") for n in range(90)),
    ]
    pages = [
        page.extract_text()
        for page in PdfReader(io.BytesIO(written(report_of(rows, year="2024"), "form_8949_pdf", tmp_path))).pages
    ]
    assert len(pages) == 4
    assert "out_of_order" in pages.pop(), "what the figures rest on stands behind them"
    assert all("Part II - Long-term" in page and "(F)" in page for page in pages)
    assert all("Name(s) shown on return" in page for page in pages)
    assert "Carried forward" in pages[0]
    assert "108.00" in pages[0], "36 sales of 3"
    assert "Brought forward" in pages[1]
    assert "2 Totals (to Schedule D, line 10)" in pages[2]
    assert "270.00" in pages[2]
    assert "180.00" in pages[2]


def test_nothing_on_a_page_is_cut(tmp_path: Path) -> None:
    lot, asset = "0x" + "ab" * 32 + "-17", "Bored Ape Yacht Club #1234 (wrapped, fractional share on Arbitrum One)"
    rows = [
        tx(lot, "2023-01-01", "buy", "1", "9" * 30, asset=asset),
        tx("s", "2024-03-01", "sell", "1", "1" + "0" * 30, asset=asset),
    ]
    content = written(report_of(rows, year="2024"), "form_8949_pdf", tmp_path)
    text = PdfReader(io.BytesIO(content)).pages[0].extract_text()
    words = text.split()
    assert all(word in words for word in asset.split())
    assert shortened(lot, 20) in words
    assert shortened(lot, 20).startswith("0xabab")
    assert shortened(lot, 20).endswith("ab-17")
    assert all(part in text for part in ("1,000,000,000,000", ",000,000,000,000,", "000,000.00"))
    assert "disposed of" in text


def test_a_year_without_disposals_says_so(tmp_path: Path) -> None:
    content = written(report_of([tx("b", "2024-01-01", "buy", "1", "1")], year="2024"), "form_8949_pdf", tmp_path)
    assert "No disposals in this year" in PdfReader(io.BytesIO(content)).pages[0].extract_text()


def test_txf_has_a_record_a_line(tmp_path: Path) -> None:
    rows = [
        tx("b", "2023-01-01", "buy", "2", "200"),
        tx("s", "2025-03-01", "sell", "1", "300", form_1099={"form": "1099-DA", "basis_reported": True}),
    ]
    text = written(report_of(rows, year="2025"), "turbotax_txf", tmp_path).decode()
    assert text.startswith("V042\r\nAPremium\r\nD 12/31/2025\r\n^\r\n")
    assert "TD\r\nN323\r\nC1\r\nL1\r\nP1 BTC\r\nD01/01/2023\r\nD03/01/2025\r\n$100.00\r\n$300.00\r\n^\r\n" in text


def test_the_audit_follows_each_disposal_to_its_source(tmp_path: Path) -> None:
    rows = [
        tx("b", "2023-01-01", "buy", "2", "200", fee="2", tx_hash="0xb", chain="ethereum"),
        tx("s", "2024-03-01", "sell", "1", "300", tx_hash="0xs"),
    ]
    (line,) = table(written(report_of(rows), "audit_csv", tmp_path))
    assert (line["disposal_tx_hash"], line["lot"], line["lot_tx_hash"], line["lot_chain"]) == (
        "0xs",
        "b",
        "0xb",
        "ethereum",
    )
    assert (line["cost_basis"], line["lot_value"], line["lot_fee"]) == ("101", "200", "2")


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    rows = [
        tx("=cmd|' /C calc'!A0", "2023-01-01", "buy", "2", "200", asset="@SUM(A1)"),
        tx("s", "2024-03-01", "sell", "1", "300", asset="@SUM(A1)"),
        tx("\uff1dcmd", "2024-04-01", "sell", "1", "300", asset="@SUM(A1)", wallet=" \uff0b1"),
    ]
    for name in ("form_8949_csv", "audit_csv", "disposals_csv"):
        for line in table(written(report_of(rows), name, tmp_path)):
            assert not any(cell.strip().startswith(("=", "@", "\uff1d", "\uff0b")) for cell in line.values()), name


@pytest.mark.parametrize("code", sorted(JURISDICTIONS))
def test_every_jurisdiction_writes_all_its_documents_twice_alike(code: str, tmp_path: Path) -> None:
    report = report_of(history(Random(3), 60), code)
    for each in documents_of(report.setup):
        assert written(report, each.format, tmp_path) == written(report, each.format, tmp_path)


@pytest.mark.parametrize(
    ("code", "box", "value"),
    [
        ("GB", "13.2", "1600"),
        ("DE", "Anlage SO, 44", "1600.00"),
        ("GB", "47", "0.00"),
        ("CA", "12700", "300.00"),
        ("AU", "18 A", "600"),
        ("FR", "3AN", "600"),
        ("IE", "CG1", "600.00"),
    ],
)
def test_summaries_name_their_boxes(code: str, box: str, value: str, tmp_path: Path) -> None:
    rows = [
        tx("b", "2024-08-01", "buy", "2", "2000"),
        tx("s", "2024-09-01", "sell", "1", "1600", portfolio_value="3200"),
    ]
    found = [(line["box"], line["value"]) for line in table(written(report_of(rows, code), "summary_csv", tmp_path))]
    assert (box, value) in found


@pytest.mark.parametrize("code", sorted(set(JURISDICTIONS) - {"US"}))
def test_a_year_in_which_nothing_happened_has_a_summary_of_zeros(code: str, tmp_path: Path) -> None:
    lines = table(written(report_of([tx("b", "2020-01-01", "buy", "1", "1")], code, "2024"), "summary_csv", tmp_path))
    assert lines[0]["item"].startswith("Tax year 2024")
    assert len(lines) > 1
    assert {line["currency"] for line in lines} == {JURISDICTIONS[code].currency}


@pytest.mark.parametrize(
    ("code", "period"),
    [
        ("GB", "2024-04-06 to 2025-04-05"),
        ("AU", "2024-07-01 to 2025-06-30"),
        ("DE", "2024-01-01 to 2024-12-31"),
    ],
)
def test_a_summary_says_which_days_its_year_has(code: str, period: str, tmp_path: Path) -> None:
    report = report_of(
        [tx("b", "2024-08-01", "buy", "2", "2000"), tx("s", "2024-09-01", "sell", "1", "3600.5")], code, "2024"
    )
    assert table(written(report, "summary_csv", tmp_path))[0]["value"] == period
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(written(report, "summary_pdf", tmp_path))).pages]
    assert all(f"Tax year from {period}, days of " in page for page in pages[:2])
    assert "3,600" in pages[0]


def test_the_uk_summary_splits_the_year_in_which_the_rates_changed(tmp_path: Path) -> None:
    rows = [
        tx("b", "2023-01-01", "buy", "2", "200"),
        tx("s1", "2024-10-29", "sell", "1", "150"),
        tx("s2", "2024-10-30", "sell", "1", "180"),
    ]
    found = {
        line["item"]: line["value"] for line in table(written(report_of(rows, "GB", "2024"), "summary_csv", tmp_path))
    }
    assert found["Net gain until 29 October 2024 (10 % and 20 %)"] == "50.00"
    assert found["Net gain from 30 October 2024 (18 % and 24 %)"] == "80.00"


@pytest.mark.parametrize(
    ("year", "exempt", "rates"),
    [
        (2013, "10900", "18 % and 28 %"),
        (2016, "11100", "10 % and 20 %"),
        (2022, "12300", "10 % and 20 %"),
        (2025, "3000", "18 % and 24 %"),
    ],
)
def test_the_uk_summary_has_the_years_own_amount_and_rates(year: int, exempt: str, rates: str, tmp_path: Path) -> None:
    rows = [tx("b", "2012-01-01", "buy", "2", "200"), tx("s", f"{year}-10-29", "sell", "1", "150")]
    lines = table(written(report_of(rows, "GB", str(year)), "summary_csv", tmp_path))
    found = {line["item"]: line["value"] for line in lines}
    assert (found["Annual exempt amount"], found[f"Net gain ({rates})"]) == (exempt, "50.00")


def test_csv_and_json_are_written_in_constant_memory(tmp_path: Path) -> None:
    """Writing ten times the rows takes no more memory than the first time."""
    peaks = []
    for count in (400, 4000):
        report = report_of(history(Random(1), count))
        tracemalloc.start()
        for name in ("form_8949_csv", "audit_csv", "result_json"):
            DOCUMENTS[name].write(report, tmp_path / name)
            assert (tmp_path / name).stat().st_size > 0
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 3 * peaks[0] + 2_000_000


def test_money_is_printed_as_the_forms_do() -> None:
    assert [money(Decimal(value)) for value in ("1234.5", "-1234567.89", "0")] == ["1,234.50", "(1,234,567.89)", "0.00"]


def test_a_1099_da_is_reconciled_with_a_reason() -> None:
    def sale(**form: str) -> Row:
        return tx(
            "s",
            "2025-03-01",
            "sell",
            "1",
            "300",
            fee="5",
            form_1099={"form": "1099-DA", "basis_reported": True, **form},
        )

    bought = tx("b", "2025-01-01", "buy", "1", "200", fee="2")
    for form, reasons in (
        ({"proceeds": "295", "basis": "202"}, []),
        ({"proceeds": "300"}, ["the form states gross proceeds: the sale's fee is not taken off"]),
        ({"basis": "200"}, ["the form's basis leaves out the fees of the purchases"]),
        ({"basis": "0"}, ["the broker reported no basis"]),
    ):
        (row,) = document(report_of([bought, sale(**form)]))["reconciliation"]
        assert [difference["reason"] for difference in row["differences"]] == reasons


def test_a_sale_without_a_known_purchase_is_marked_on_every_form(tmp_path: Path) -> None:
    rows = [tx("b", "2025-01-02", "buy", "1", "10"), tx("s", "2025-03-01", "sell", "3", "20")]
    made = report_of(rows, year="2025")
    sheet = PdfReader(io.BytesIO(written(made, "form_8949_pdf", tmp_path))).pages[0].extract_text()
    assert "* basis unknown" in sheet
    assert "VARIOUS" not in sheet, "a date that nobody knows is left open"
    *_, known, unknown, _total = csv.reader(written(made, "form_8949_csv", tmp_path).decode().splitlines())
    assert (known[3], known[-1]) == ("01/02/2025", "")
    assert (unknown[3], unknown[6], unknown[-1]) == ("", "0.00", "basis unknown: counts as zero")


def test_a_person_reads_no_more_than_eighteen_decimals_and_they_add_up(tmp_path: Path) -> None:
    rows = [
        tx("b", "2025-01-02", "buy", "3", "1"),
        *(tx(f"s{n}", f"2025-03-0{n}", "sell", "1", "2") for n in (1, 2, 3)),
    ]
    content = written(report_of(rows, year="2025"), "audit_csv", tmp_path).decode()
    found = [row for row in csv.DictReader(content.splitlines()) if row["disposal"]]
    assert all(len(row[name].partition(".")[2]) <= 18 for row in found for name in ("cost_basis", "gain", "proceeds"))
    assert sum(Decimal(row["cost_basis"]) for row in found) == 1
