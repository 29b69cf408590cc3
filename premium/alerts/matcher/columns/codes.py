"""Codes: texts as small integers, so that a column of texts is an array."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from premium.alerts.matcher.columns.arrays import Ints
from premium.alerts.matcher.columns.hash_table import UNKNOWN, HashTable
from premium.alerts.matcher.columns.text_table import DOUBTFUL, TextTable

_HALF = np.int64(32)
_MANY = 256
"""Texts in a column from which the table is faster than the dictionary."""


class Codes(dict[str | None, int]):
    """Codes of texts, from 0 in the order of learning; `UNKNOWN` for others.

    The dictionary is the truth; a table for columns lies beside it and is brought up to date when it is next asked.
    """

    def __init__(self) -> None:
        super().__init__()
        self._table = TextTable()
        self._fresh: list[str | None] = []

    def __missing__(self, _: str | None) -> int:
        return UNKNOWN

    def add(self, text: str | None) -> int:
        """Return the code of a text, a new one where it has none."""
        number = self.get(text)
        if number is None:
            number = self[text] = len(self)
            self._fresh.append(text)
        return number

    def settle(self) -> None:
        """Move the texts close together in memory, after many additions."""
        texts, numbers = list(self), list(self.values())
        self.clear()
        self.update(zip(side_by_side(texts), numbers, strict=True))
        self._catch_up()

    def of(self, texts: Sequence[str | None]) -> Ints:
        """Return the codes of a column."""
        if len(texts) < _MANY:
            return np.fromiter(map(self.__getitem__, texts), np.int64, len(texts))
        if texts.count(texts[0]) == len(texts):
            return np.full(len(texts), self[texts[0]], np.int64)
        self._catch_up()
        numbers = self._table.find(texts)
        if numbers is None:
            return np.fromiter(map(self.__getitem__, texts), np.int64, len(texts))
        doubtful = np.flatnonzero(numbers == DOUBTFUL)
        numbers[doubtful] = [self[texts[at]] for at in doubtful.tolist()]
        return numbers

    def learned(self, texts: Sequence[str | None], codes: Ints) -> Ints:
        """Return the codes of a column, with new ones for unknown texts.

        `codes` is what `of` returned.
        """
        unknown = np.flatnonzero(codes < 0)
        if len(unknown) == 0:
            return codes
        codes = codes.copy()
        codes[unknown] = [self.add(texts[at]) for at in unknown.tolist()]
        return codes

    def _catch_up(self) -> None:
        if self._fresh:
            fresh, self._fresh = self._fresh, []
            self._table.add(fresh)


def side_by_side(texts: Iterable[str | None]) -> list[Any]:
    """Return copies of texts that lie side by side in memory.

    Scattered texts cost a cache miss each to look at. Freed memory leaves holes over which the copies would be
    scattered; throwaway copies take those up first.
    """
    wanted = list(texts)
    plugs = [text and text[:1] + text[1:] for text in wanted]
    copies = [text and text[:1] + text[1:] for text in wanted]
    del plugs
    return copies


class PairCodes:
    """Codes of pairs of codes, from 0 in the order of adding.

    A dictionary and a table, as in `Codes`.
    """

    def __init__(self) -> None:
        self._known: dict[int, int] = {}
        self._fresh: list[int] = []
        self._table = HashTable()

    def __len__(self) -> int:
        return len(self._known)

    def add(self, first: int, second: int) -> int:
        """Return the code of a pair, a new one where it has none."""
        key = first << 32 | second
        number = self._known.get(key)
        if number is None:
            number = self._known[key] = len(self._known)
            self._fresh.append(key)
        return number

    def of(self, first: Ints, second: Ints) -> Ints:
        """Return the codes of two columns.

        UNKNOWN where a pair or one of its halves is unknown.
        """
        self._catch_up()
        return self._table.get(np.where((first < 0) | (second < 0), UNKNOWN, first << _HALF | second))

    def learned(self, first: Ints, second: Ints, numbers: Ints) -> Ints:
        """Return the codes of two columns, with new ones for unknown pairs.

        `numbers` is what `of` returned.
        """
        unknown = np.flatnonzero(numbers < 0)
        if len(unknown) == 0:
            return numbers
        numbers = numbers.copy()
        pairs: Iterable[tuple[int, int]] = zip(first[unknown].tolist(), second[unknown].tolist(), strict=True)
        numbers[unknown] = [self.add(*pair) for pair in pairs]
        return numbers

    def _catch_up(self) -> None:
        if self._fresh:
            fresh, self._fresh = self._fresh, []
            numbers = range(len(self._known) - len(fresh), len(self._known))
            self._table.put(np.array(fresh, np.int64), np.array(numbers, np.int64))
