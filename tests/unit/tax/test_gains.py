"""Gains are read out of a report's document from any place in it, and from nothing else."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from premium.errors import Unprocessable
from premium.tax.store.gains import MAX_LINE, NAMED, gains_in

pytestmark = pytest.mark.unit
ROWS = [{"transaction": f"t{n}", "gain": str(n), "note": "{]},"} for n in range(5)]
TOLD = [row | {"transactions": [row["transaction"]], "transaction_count": 1} for row in ROWS]


def document(rows: list[dict[str, Any]]) -> bytes:
    """As premium.tax.reports.result_json writes it."""
    listed = "[]" if not rows else "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]"
    other = "[\n" + json.dumps({"transaction": "no disposal"}) + "\n]"
    return f'{{\n"jurisdiction": "US",\n"disposals": {listed},\n"remaining": {other}\n}}\n'.encode()


def test_all_of_them_are_found_and_nothing_behind() -> None:
    assert [line.row for line in gains_in(io.BytesIO(document(ROWS)))] == TOLD
    assert list(gains_in(io.BytesIO(document([])))) == []


@pytest.mark.parametrize("read", range(5))
def test_a_page_goes_on_where_the_last_one_ended(read: int) -> None:
    whole = document(ROWS)
    line = list(gains_in(io.BytesIO(whole)))[read]
    rest = list(gains_in(io.BytesIO(whole[line.behind :]), at=line.behind))
    assert [one.row for one in rest] == TOLD[read + 1 :]
    assert [one.behind for one in rest] == [one.behind for one in list(gains_in(io.BytesIO(whole)))[read + 1 :]]


def test_a_merged_day_names_the_first_hundred() -> None:
    merged = [f"t{n}" for n in range(3 * NAMED)]
    (line,) = gains_in(io.BytesIO(document([{"transaction": "", "transactions": merged}])))
    assert (line.row["transactions"], line.row["transaction_count"]) == (merged[:NAMED], 3 * NAMED)


def test_a_line_that_is_too_long_is_refused() -> None:
    with pytest.raises(Unprocessable, match="too many disposals"):
        list(gains_in(io.BytesIO(b"x" * (3 * MAX_LINE))))
