"""Samples of all formats, spoilt at random: each ends as read, left out or refused, in words, and never as a crash."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from premium.errors import AppError
from premium.tax.calculation import calculate
from premium.tax.document.files import read_document
from premium.tax.document.rows import rows_in
from premium.tax.importers.declared.formats import formats
from premium.tax.importers.headers import IMPORTERS
from premium.tax.neutral.sources import source_of
from tests.unit.tax import exports
from tests.unit.tax.test_formats import FOLDER
from tests.unit.tax.test_importers import FILES

pytestmark = pytest.mark.unit
NOW = 1_900_000_000_000_000
NAMES = sorted({importer.name for importer in IMPORTERS} | {sample for each in formats() for sample in each.samples})
CELLS = (
    "", "\t", '"', "''", "1e400", "-1e400", "NaN", "Infinity", "1e-400", "9" * 42, "0x10", "1_000", "1 000", "+5",
    "--5", "5-", "(5)", "$5", "½", "٣", "1,234.56", "1.234,56", "=1+1", "true", "NULL",
    "9999-12-31 23:59:59", "9999-12-31T23:59:59Z", "12/31/9999 00:00", "0001-01-01", "31/02/2024",
    "2024-02-30 00:00:00",
    "x" * 10_000, "\x00", "a\x00b", "\u202e5", "\ud800",
)  # fmt: skip
ENCODED: tuple[Callable[[str], bytes], ...] = (
    lambda text: text.encode("utf-8", "surrogatepass"),
    lambda text: b"\xef\xbb\xbf" + text.encode("utf-8", "surrogatepass"),
    lambda text: b"\xff\xfe" + text.encode("utf-16-le", "surrogatepass"),
    lambda text: b"\xfe\xff" + text.encode("utf-16-be", "surrogatepass"),
    lambda text: text.encode("cp1252", "replace"),
    lambda text: text.replace("\n", "\r\n").encode("utf-8", "surrogatepass"),
    lambda text: text.replace("\n", "\r").encode("utf-8", "surrogatepass"),
)


def sample(name: str) -> str:
    return FILES[name] if name in FILES else (FOLDER / f"{name}.csv").read_text()


def spoilt(text: str, random: Random) -> str:
    lines = text.split("\n")
    for _ in range(random.choice((1, 1, 2, 4))):
        at = random.randrange(len(lines))
        mark = max(",;\t", key=lines[at].count)
        cells = lines[at].split(mark)
        place, other = random.randrange(len(cells)), random.randrange(len(cells))
        match random.randrange(9):
            case 0 | 1 | 2:
                cells[place] = random.choice(CELLS)
            case 3:
                cells[place], cells[other] = cells[other], cells[place]
            case 4:
                del cells[place]
            case 5:
                cells.insert(place, random.choice(CELLS))
            case 6:
                lines.insert(random.randrange(len(lines) + 1), lines[at])
                continue
            case 7:
                cells = [cell.replace(".", ",") for cell in cells]
            case 8:
                lines[at] = lines[at][: random.randrange(len(lines[at]) + 1)]
                continue
        lines[at] = mark.join(cells)
    return "\n".join(lines)


@pytest.mark.parametrize("name", NAMES)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=6, deadline=None)
def test_what_is_spoilt_is_told_of_and_every_line_has_its_end(
    name: str, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    random = Random(seed)
    path = tmp_path_factory.mktemp("spoilt") / (f"export-{exports.ME}.csv" if "etherscan" in name else f"{name}.csv")
    path.write_bytes(random.choice(ENCODED)(spoilt(sample(name), random)))
    told = None
    try:
        document = read_document(str(path), lenient=True)
        source = source_of(rows_in(document), path.name)
        calculate(document, jurisdiction="generic", now=NOW)
    except AppError as error:
        told = str(error)
    if told is not None:
        assert told.isprintable()
        assert len(told) < 4_000
        return
    tally = source.tally()
    assert tally.lines == tally.read + tally.refused + sum(each.lines for each in tally.left_out)


@pytest.mark.parametrize("column", ["x" * 10_000, "a\x00b", "\u202e5"])
def test_a_columns_name_comes_back_short_and_without_what_nobody_sees(column: str, tmp_path: Path) -> None:
    path = tmp_path / "bitmex.csv"
    text = sample("bitmex").split("\n")
    path.write_text("\n".join([text[0].replace("fee", column), *text[1:]]))
    with pytest.raises(AppError) as refused:
        read_document(str(path))
    assert "columns have changed" in str(refused.value)
    assert len(str(refused.value)) < 400
    assert str(refused.value).isprintable()
