"""Files of hundreds of megabytes: memory is bounded by their ids, not by their rows."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from premium.errors import InvalidInput
from premium.tax.document.files import read_document
from premium.tax.document.kept import KeptRows
from premium.tax.document.rows import rows_in
from premium.tax.document.window import LONGEST
from premium.tax.importers.checks import check_rows
from premium.tax.importers.recognition import stated_in
from tests.unit.tax.test_importers import FILES

pytestmark = pytest.mark.unit
UTC_ZONE = ZoneInfo("UTC")


def row(number: int, **changes: object) -> dict[str, object]:
    return {
        "id": f"t{number}",
        "timestamp": f"2024-01-{1 + number % 28:02d}T00:00:00Z",
        "type": "buy",
        "asset": "ETH",
        "amount": "2",
        "price": "2000",
        "wallet": "é😀" * 5,
        **changes,
    }


def written(path: Path, rows: int) -> Path:
    with path.open("w") as file:
        file.write('{"transactions": [')
        for number in range(rows):
            file.write(("," if number else "") + json.dumps(row(number)))
        file.write("]}")
    return path


def apart(path: Path) -> subprocess.CompletedProcess[str]:
    """This module in a process of its own, named from the project's root: installed packages have a `tests` too."""
    command = [sys.executable, "-m", "tests.unit.tax.test_large_files", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3])


def test_rows_come_back_as_they_were_kept() -> None:
    kept = KeptRows()
    rows = [row(number, lots=[{"id": "a", "amount": "1"}]) for number in range(2500)]
    for number, each in enumerate(rows):
        kept.append(each, datetime(2024, 1, 1, number % 24, microsecond=number, tzinfo=UTC))
    for _ in range(2):  # an attempt that was lost is made again
        batches = list(kept.batches(1000))
        assert [len(batch) for batch, _ in batches] == [1000, 1000, 500]
        assert [each for batch, _ in batches for each in batch] == rows
        assert batches[0][1][7] == datetime(2024, 1, 1, 7, microsecond=7, tzinfo=UTC)
    assert len(kept) == 2500
    assert list(KeptRows().batches(10)) == []


def test_a_document_is_checked_in_a_fraction_of_what_its_rows_would_take(tmp_path: Path) -> None:
    """In a process of its own; its rows in a list take nine times the file."""
    path = written(tmp_path / "large.json", 60_000)
    done = apart(path)
    rows, grown = (int(word) for word in done.stdout.split())
    assert rows == 60_000
    assert grown < 2.5 * path.stat().st_size, f"{grown >> 20} MiB for {path.stat().st_size >> 20} MiB"


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "endless.csv"
    path.write_text("id,timestamp,type,asset,amount\n" + "a" * (LONGEST + 10))
    with pytest.raises(InvalidInput, match=r"endless.csv has a line of more than 32 MiB"):
        list(rows_in(read_document(str(path), lenient=True, streamed=True)))


def test_the_first_wrong_rows_are_named_and_all_are_counted(tmp_path: Path) -> None:
    rows = [row(number, amount="much") for number in range(1500)] + [row(1)]
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(rows))
    kept = KeptRows()
    checked = check_rows(rows_in(read_document(str(path))), zone=UTC_ZONE, keep=kept)
    assert (len(kept), checked.wrong, len(checked.errors), checked.tally.refused) == (1, 1500, 1000, 1500)
    assert (checked.rows, checked.errors[0].line) == ([], 1)


def test_a_row_without_an_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "endless.json"
    path.write_text('[{"id": "' + "a" * (3 * LONGEST) + '"}]')
    with pytest.raises(InvalidInput, match=r"endless.json is not JSON: line 1: a value of more than 32 MiB"):
        list(rows_in(read_document(str(path))))


@pytest.mark.parametrize("name", FILES)
def test_a_csv_is_read_from_the_disk_as_from_memory(name: str, tmp_path: Path) -> None:
    same_when_streamed(FILES[name], "file.csv", tmp_path)


def same_when_streamed(text: str, name: str, folder: Path, **options: Any) -> None:
    """Both ways of reading a CSV give the same rows, errors, remarks and account of lines."""
    path = folder / name
    path.write_bytes(text.encode())
    ways = [
        read_document(str(path), lenient=True, streamed=streamed, **options)["transactions"]
        for streamed in (False, True)
    ]
    kept = KeptRows()
    whole, streamed = check_rows(ways[0], zone=UTC_ZONE), check_rows(ways[1], zone=UTC_ZONE, keep=kept)
    rows, moments = [], []
    for some, when in kept.batches(1000):
        rows += some
        moments += when
    assert (rows, moments) == (whole.rows, whole.moments)
    assert streamed[2:] == whole[2:]
    assert stated_in(ways[1], "EUR") == stated_in(ways[0], "EUR")


LEDGER = '"txid","refid","time","type","subtype","aclass","asset","wallet","amount","fee","balance"\n'


def test_a_ledger_is_joined_in_a_fraction_of_what_its_lines_would_take(tmp_path: Path) -> None:
    """The two lines of each trade stand apart by half of the file; in a process of its own."""
    path, trades = tmp_path / "ledgers.csv", 25_000
    with path.open("w") as file:
        file.write(LEDGER)
        for side, asset, amount in (("A", "ZEUR", "-100"), ("B", "XXBT", "0.01")):
            for number in range(trades):
                moment = f"2024-01-{1 + number % 28:02d} 00:00:00"
                file.write(
                    f'"L{side}{number:06d}","T{number:06d}","{moment}","trade","tradespot","currency","{asset}",'
                    f'"spot / main",{amount},0,1\n'
                )
    done = apart(path)
    rows, grown = (int(word) for word in done.stdout.split())
    assert rows == trades
    assert grown < 6 * path.stat().st_size, f"{grown >> 20} MiB for {path.stat().st_size >> 20} MiB"


def _grown(path: str) -> tuple[int, int]:
    """How many rows there are, and by how many bytes this process has grown at most."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    kept = KeptRows()
    check_rows(rows_in(read_document(path, lenient=True, streamed=True)), zone=UTC_ZONE, keep=kept)
    rows = sum(len(batch) for batch, _ in kept.batches(5000))
    return rows, 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)


if __name__ == "__main__":
    print(*_grown(sys.argv[1]))
