"""Bytes of a snapshot's row: everything comes back, and bytes that were cut are refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from premium.portfolio.snapshots.packed import decode, encode

pytestmark = pytest.mark.unit
UNITS = st.one_of(st.none(), st.integers(-(2**256), 2**256), st.sampled_from([0, 1, -1, 127, 128, 255, 256, 10**18]))
CELLS = st.dictionaries(st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 2**15 - 1)), UNITS, max_size=20)


@settings(deadline=None)
@given(st.sets(st.integers(0, 2**62), max_size=20), CELLS)
def test_what_is_packed_comes_back(readings: set[int], cells: dict[tuple[int, int], int | None]) -> None:
    assert decode(encode(readings, cells)) == (sorted(readings), cells)


def test_bytes_that_were_cut_are_refused_and_never_another_amount() -> None:
    whole = encode([300, 301], {(7, 0): 10**18, (700, 1): None, (701, 0): 5})
    cells, refused = decode(whole)[1], 0
    for end in range(len(whole)):
        try:
            found = decode(whole[:end])[1]
        except ValueError:
            refused += 1
        else:
            assert found.items() < cells.items(), "the cells before the cut"
    assert refused == len(whole) - 3, "a cut between cells is not seen"


def test_a_usual_row_is_small() -> None:
    assert len(encode(range(10**6, 10**6 + 6), {(120, 0): 10**20, (399, 0): 10**6})) <= 30
