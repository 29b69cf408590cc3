"""Rounding of the US forms: each sum is the exact one rounded once, in every format the same."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings

from premium.tax.calculation import calculate
from premium.tax.reports.documents import DOCUMENTS
from premium.tax.reports.forms.txf import REFERENCE
from premium.tax.reports.layout.cents import Column, cents
from premium.tax.results.report import Report
from tests.unit.tax.histories import Row, histories, tx

pytestmark = pytest.mark.unit
Sums = dict[str, Fraction]


def report_of(rows: list[Row]) -> Report:
    return calculate({"jurisdiction": "US", "transactions": rows}, time_zone="UTC", year="2023", lot_scope="universal")


def written(report: Report, name: str) -> str:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "form"
        next(document for document in DOCUMENTS.values() if document.format == name).write(report, path)
        return path.read_bytes().decode()


def lines_of(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written(report, "form_8949_csv"))))


def records_of(report: Report) -> list[tuple[int, Decimal, Decimal]]:
    """Of each TXF record its number, cost and proceeds."""
    found = []
    for record in written(report, "turbotax_txf").split("^\r\n")[1:-1]:
        parts = record.split("\r\n")
        cost, proceeds = (Decimal(part[1:]) for part in parts if part.startswith("$"))
        found.append((int(next(part[1:] for part in parts if part.startswith("N"))), cost, proceeds))
    return found


def once(value: Fraction) -> Decimal:
    """A fraction rounded to the cent, halves away from zero, by whole numbers."""
    halves = abs(value) * 200 + 1
    whole = halves.numerator // halves.denominator // 2
    return Decimal(whole if value >= 0 else -whole).scaleb(-2)


@settings(max_examples=60)
@given(histories(least=10, most=40))
def test_sums_of_every_box_are_the_exact_ones_rounded_once_and_txf_has_the_same(rows: list[Row]) -> None:
    report = report_of(rows)
    exact: dict[str, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
    for row, box in zip(report.disposals, document_boxes(report), strict=True):
        exact[box][0] += Fraction(row.proceeds)
        exact[box][1] += Fraction(row.cost_basis)
    printed: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for line in lines_of(report):
        amounts = [Decimal(line["(d) Proceeds"]), Decimal(line["(e) Cost or other basis"])]
        if line["(a) Description of property"] == "TOTAL":
            assert amounts == printed[line["Box"]]
            assert amounts == [once(value) for value in exact[line["Box"]]]
        else:
            printed[line["Box"]] = [one + other for one, other in zip(printed[line["Box"]], amounts, strict=True)]
    assert printed.keys() == exact.keys()
    of_txf: dict[int, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for number, cost, proceeds in records_of(report):
        of_txf[number] = [of_txf[number][0] + proceeds, of_txf[number][1] + cost]
    assert of_txf == {REFERENCE[box]: amounts for box, amounts in printed.items()}


def document_boxes(report: Report) -> list[str]:
    """The box of each disposal, as the result's own document says it."""
    from premium.tax.reports.result import document  # noqa: PLC0415 - beside its only use

    return [row["form_8949_box"] for row in document(report)["disposals"]]


def test_a_thousand_thirds_of_a_cent_are_not_lost() -> None:
    rows = [tx("b", "2023-01-01", "buy", "1000", "1000")]
    rows += [
        tx(f"s{n}", f"2023-02-01T{n // 60:02d}:{n % 60:02d}:00Z", "sell", "1", "1.00333333333333333")
        for n in range(1000)
    ]
    lines = lines_of(report_of(rows))
    assert lines[-1]["(d) Proceeds"] == "1003.33"
    assert {line["(d) Proceeds"] for line in lines[:-1]} == {"1.00", "1.01"}
    assert sum(proceeds for _, _, proceeds in records_of(report_of(rows))) == Decimal("1003.33")


@pytest.mark.parametrize(
    ("value", "shown"), [("0.005", "0.01"), ("0.0049", "0.00"), ("1.995", "2.00"), ("2.675", "2.68")]
)
def test_halves_of_a_cent_go_up(value: str, shown: str) -> None:
    report = report_of([tx("b", "2023-01-01", "buy", "1", "0"), tx("s", "2023-02-01", "sell", "1", value)])
    assert lines_of(report)[0]["(d) Proceeds"] == shown
    assert Decimal(value).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP) == Decimal(shown)


def test_what_rounds_to_nothing_is_no_minus_nought() -> None:
    assert [str(cents(Decimal(text))) for text in ("-0.001", "-1E-70", "0", "-0.005")] == ["0.00"] * 3 + ["-0.01"]
    one, many = Column(), Column()
    values = [Decimal(text) for text in ("-0.001", "-0.001", "-0.004", "0.006", "1")]
    assert [str(one.line(value)) for value in values] == ["0.00", "0.00", "-0.01", "0.01", "1.00"]
    assert many.lines(values) == [Decimal(0), Decimal(0), Decimal("-0.01"), Decimal("0.01"), Decimal(1)]
    assert [str(value) for value in Column().lines(values[:2])] == ["0.00", "0.00"]
