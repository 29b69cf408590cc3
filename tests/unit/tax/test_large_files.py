"""Files of hundreds of megabytes: memory is bounded by their ids, not by their rows."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from premium.errors import InvalidInput
from premium.tax.document.files import most_csv, read_document
from premium.tax.document.kept import KeptRows
from premium.tax.document.rows import rows_in
from premium.tax.document.window import LONGEST
from premium.tax.importers.checks import check_rows

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
    done = subprocess.run([sys.executable, __file__, str(path)], capture_output=True, text=True, check=True)
    rows, grown = (int(word) for word in done.stdout.split())
    assert rows == 60_000
    assert grown < 2.5 * path.stat().st_size, f"{grown >> 20} MiB for {path.stat().st_size >> 20} MiB"


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


def test_a_csv_is_read_as_far_as_the_task_can_hold_it(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("id,timestamp,type,asset,amount\n" + "t1,2024-01-01T00:00:00Z,buy,ETH,1\n" * 50_000)
    most = most_csv(1024)
    assert most == 32 << 20
    with pytest.raises(InvalidInput, match=r"long.csv is a CSV of 2 MiB, and at most 1 MiB are read at once: split it"):
        read_document(str(path), most_csv=most_csv(256))
    assert len(rows_in(read_document(str(path), most_csv=most, lenient=True))) == 50_001


def _grown(path: str) -> tuple[int, int]:
    """How many rows there are, and by how many bytes this process has grown at most."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    kept = KeptRows()
    check_rows(rows_in(read_document(path)), zone=UTC_ZONE, keep=kept)
    rows = sum(len(batch) for batch, _ in kept.batches(5000))
    return rows, 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)


if __name__ == "__main__":
    print(*_grown(sys.argv[1]))
