"""Declared formats: each sample file reads as its author wrote beside it, from the source's documentation.

`formats/<sample>.csv` is a made-up export, `formats/<sample>.txt` what it means: a line of the file, then either
`time type amount asset …`, `left reason`, `refused column reason` or `told code`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from premium.money import plain
from premium.tax.importers.declared.formats import Format, formats
from premium.tax.importers.declared.table import as_markdown
from premium.tax.importers.headers import IMPORTERS, find
from premium.tax.importers.recognition import rows_of_csv
from premium.tax.neutral.rows import LinedRow, Unreadable
from premium.tax.neutral.sources import source_of
from tests.unit.tax.histories import result

pytestmark = pytest.mark.unit

FOLDER = Path(__file__).parent / "formats"
SAMPLES = [(each, sample) for each in formats() for sample in each.samples]
_SIMPLE = ("value", "to_value", "value_currency", "fee", "kind", "direction", "to_wallet", "tx_hash")


class Text:
    """A CSV's text, as recognition takes it."""

    whole = True

    def __init__(self, text: str) -> None:
        self.first = text

    def lines(self) -> list[str]:
        return self.first.splitlines(keepends=True)


def _name(sample: str) -> str:
    """Of a file that goes by its name: what stands behind the first blank of the expectations' first line."""
    first = (FOLDER / f"{sample}.txt").read_text().splitlines()[0]
    return first.removeprefix("file ") if first.startswith("file ") else f"{sample}.csv"


def _read(sample: str) -> Any:
    return rows_of_csv((FOLDER / f"{sample}.csv").read_text(), _name(sample), lenient=True, currency="USD")


def _number(text: str) -> str:
    return plain(Decimal(text))


def _said(row: Mapping[str, Any], wallet: str) -> Iterator[str]:
    yield str(row["timestamp"]).removesuffix("+00:00")
    yield str(row["type"])
    yield _number(row["amount"])
    yield str(row["asset"])
    if "to_asset" in row:
        yield f"to={_number(row['to_amount'])}:{row['to_asset']}"
    fees = [(row["fee_amount"], row["fee_asset"])] if "fee_asset" in row else []
    fees += [(fee["amount"], fee["asset"]) for fee in row.get("fees", ())]
    yield from (f"fee={_number(amount)}:{asset}" for amount, asset in fees)
    for field in _SIMPLE:
        if field in row:
            number = field in ("value", "to_value", "fee")
            yield f"{field}={_number(row[field]) if number else row[field]}"
    if row.get("wallet") != wallet:
        yield f"wallet={row.get('wallet')}"


def _found(each: Format, sample: str) -> list[str]:
    rows = _read(sample)
    wallet = _wallet(each)
    found: list[tuple[int, str]] = []
    for row in rows:
        if isinstance(row, Unreadable):
            found.append((row.line, f"refused {row.column}: {row.reason}"))
        else:
            assert isinstance(row, LinedRow)
            found.append((row.line, " ".join(_said(row, wallet))))
    source = source_of(rows)
    found += [(line, f"left {left.reason}") for left in source.tally().left_out for line in [left.first] * left.lines]
    told = [f"told {remark.code}" for remark in rows.notices]
    return [*(f"{line} {text}" for line, text in sorted(found, key=lambda one: one[0])), *sorted(told)]


def _wallet(each: Format) -> str:
    reader: Any = each.importers[0].read
    return str(reader.args[0].wallet)


@pytest.mark.parametrize(("each", "sample"), SAMPLES, ids=[sample for _, sample in SAMPLES])
def test_a_sample_reads_as_its_source_says(each: Format, sample: str) -> None:
    wanted = (FOLDER / f"{sample}.txt").read_text().splitlines()
    assert _found(each, sample) == [line for line in wanted if line and not line.startswith("file ")]


@pytest.mark.parametrize(("each", "sample"), SAMPLES, ids=[sample for _, sample in SAMPLES])
def test_a_sample_is_known_by_its_header_and_the_engine_reads_its_rows(each: Format, sample: str) -> None:
    rows = _read(sample)
    text = (FOLDER / f"{sample}.csv").read_text()
    assert find(Text(text), sample, None).importer.name == each.name
    good = [row for row in rows if not isinstance(row, Unreadable)]
    again = [row["id"] for row in _read(sample) if not isinstance(row, Unreadable)]
    assert [row["id"] for row in good] == again
    assert len(set(again)) == len(again)
    wrong = [w for w in result("US", good)["warnings"] if w["code"] in ("unreadable", "unknown_field", "unknown_kind")]
    assert wrong == []


def test_every_header_of_a_format_has_a_sample_and_a_source() -> None:
    lacking = [each.name for each in formats() if not each.samples]
    assert lacking == []
    unsourced = [each.name for each in formats() if not all(each.sources)]
    assert unsourced == []
    kept = {path.stem for path in FOLDER.glob("*.csv")}
    assert kept == {sample for _, sample in SAMPLES}


def test_names_of_formats_are_their_own() -> None:
    names = [each.name for each in formats()]
    assert len(set(names)) == len(names)
    assert not set(names) & {each.name for each in IMPORTERS}


def test_the_list_of_formats_in_the_documents_is_what_is_declared() -> None:
    text = (Path(__file__).parents[3] / "docs" / "tax-exports.md").read_text()
    assert text.endswith(f"\n\n{as_markdown()}"), "premium tax formats --markdown prints it"
