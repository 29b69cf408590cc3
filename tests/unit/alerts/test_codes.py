"""Texts by the column get the numbers that the dictionary gives them one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from premium.alerts.matcher.columns.codes import Codes, PairCodes
from premium.alerts.matcher.columns.hash_table import UNKNOWN, HashTable
from premium.alerts.matcher.columns.text_table import LONGEST, TextTable

pytestmark = pytest.mark.unit

TEXT = st.one_of(
    st.text("ab\0", max_size=18), st.text(max_size=4), st.sampled_from(["a" * LONGEST, "a" * (LONGEST + 1), "ü"])
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(TEXT, max_size=12), min_size=1, max_size=3), st.lists(TEXT, min_size=1), st.booleans(), st.data()
)
def test_a_column_of_texts_is_numbered_as_one_by_one(
    learned: list[list[str]], asked: list[str], lacking: bool, data: st.DataObject
) -> None:
    codes = Codes()
    for batch in learned:
        for text in [*batch, *([None] if lacking else [])]:
            codes.add(text)
        known = st.sampled_from([text for text in codes if text is not None] or [""])
        column = [*asked, *data.draw(st.lists(known)), *([None] if lacking else [])] * 300
        wanted = [codes.get(text, UNKNOWN) for text in column]
        assert codes.of(column).tolist() == wanted
        assert codes.of(column[:7]).tolist() == wanted[:7]


def test_texts_that_collide_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TextTable, "_hashed", lambda _self, words, _lengths: np.zeros(len(words), np.int64))
    codes = Codes()
    for text in ("a", "b", "c"):
        codes.add(text)
    assert codes.of(["a", "b", "c", "d"] * 100).tolist() == [0, 1, 2, UNKNOWN] * 100
    codes.add("d")
    assert codes.of(["d", "a"] * 200).tolist() == [3, 0] * 200


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sets(st.integers(0, 40) | st.integers(0, 2**62), max_size=30), min_size=1, max_size=4))
def test_numbers_are_found_where_they_were_put(batches: list[set[int]]) -> None:
    table, known = HashTable(), dict[int, int]()
    for batch in batches:
        fresh = [key for key in batch if key not in known]
        known |= {key: len(known) + at for at, key in enumerate(fresh)}
        table.put(np.array(fresh, np.int64), np.array([known[key] for key in fresh], np.int64))
        asked = [*known, *range(-3, 45)]
        assert table.get(np.array(asked, np.int64)).tolist() == [known.get(key, UNKNOWN) for key in asked]


def test_pairs_get_numbers_in_the_order_of_adding() -> None:
    pairs = PairCodes()
    assert [pairs.add(1, 2), pairs.add(2, 1), pairs.add(1, 2)] == [0, 1, 0]
    first, second = np.array([1, 2, -1, 1]), np.array([2, 1, 2, -1])
    assert pairs.of(first, second).tolist() == [0, 1, UNKNOWN, UNKNOWN]
    assert pairs.learned(np.array([7]), np.array([7]), np.array([UNKNOWN])).tolist() == [2]
