"""Gains are read out of a report's document from any place in it, and from nothing else."""

from __future__ import annotations

import io
import json

import pytest

from premium.tax.store.gains import MAX_LINE, gains_in

pytestmark = pytest.mark.unit
ROWS = [{"transaction": f"t{n}", "gain": str(n), "note": "{]},"} for n in range(5)]


def document(rows: list[dict[str, str]]) -> bytes:
    """As premium.tax.reports.result_json writes it."""
    listed = "[]" if not rows else "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]"
    other = "[\n" + json.dumps({"transaction": "no disposal"}) + "\n]"
    return f'{{\n"jurisdiction": "US",\n"disposals": {listed},\n"remaining": {other}\n}}\n'.encode()


def test_all_of_them_are_found_and_nothing_behind() -> None:
    assert [line.row for line in gains_in(io.BytesIO(document(ROWS)))] == ROWS
    assert list(gains_in(io.BytesIO(document([])))) == []


@pytest.mark.parametrize("read", range(5))
def test_a_page_goes_on_where_the_last_one_ended(read: int) -> None:
    whole = document(ROWS)
    line = list(gains_in(io.BytesIO(whole)))[read]
    rest = list(gains_in(io.BytesIO(whole[line.behind :]), at=line.behind))
    assert [one.row for one in rest] == ROWS[read + 1 :]
    assert [one.behind for one in rest] == [one.behind for one in list(gains_in(io.BytesIO(whole)))[read + 1 :]]


def test_a_line_without_an_end_is_none_of_ours() -> None:
    with pytest.raises(ValueError, match="no end"):
        list(gains_in(io.BytesIO(b"x" * (3 * MAX_LINE))))
