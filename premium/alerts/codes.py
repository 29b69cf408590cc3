"""Texts as small integers, so that what is looked up for each event is an array and not a dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from premium.alerts.probing import UNKNOWN, Probing
from premium.alerts.texts import DOUBTFUL, TextTable
from premium.alerts.thresholds import Ints

_HALF = np.int64(32)
_MANY = 256
"""Texts from which on a table that is asked for all of them is faster than the dictionary."""


class Codes(dict[str | None, int]):
    """Text → its number, from 0 in the order of learning; `UNKNOWN` for others.

    The dictionary is the truth; beside it lies a table for columns, brought up to date when it is next asked.
    """

    def __init__(self) -> None:
        super().__init__()
        self._table = TextTable()
        self._fresh: list[str | None] = []

    def __missing__(self, _: str | None) -> int:
        return UNKNOWN

    def add(self, text: str | None) -> int:
        """The text's number, a new one where it has none."""
        number = self.get(text)
        if number is None:
            number = self[text] = len(self)
            self._fresh.append(text)
        return number

    def settle(self) -> None:
        """After many additions: the texts close together in memory."""
        texts, numbers = list(self), list(self.values())
        self.clear()
        self.update(zip(side_by_side(texts), numbers, strict=True))
        self._catch_up()

    def of(self, texts: Sequence[str | None]) -> Ints:
        """The numbers of a column."""
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
        """As `of`, but nothing stays unknown; `codes` is what `of` said."""
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
    """Copies made one after the other: texts that a million rules lie between cost a cache miss each to look at.

    What was freed before leaves holes that the copies would be scattered over; throwaway copies take those up first.
    """
    wanted = list(texts)
    plugs = [text and text[:1] + text[1:] for text in wanted]
    copies = [text and text[:1] + text[1:] for text in wanted]
    del plugs
    return copies


class PairCodes:
    """(number, number) → a number, from 0 in the order of adding, for whole columns at once.

    A dictionary and a table, as in `Codes`.
    """

    def __init__(self) -> None:
        self._known: dict[int, int] = {}
        self._fresh: list[int] = []
        self._table = Probing()

    def __len__(self) -> int:
        return len(self._known)

    def add(self, first: int, second: int) -> int:
        """The pair's number, a new one where it has none."""
        key = first << 32 | second
        number = self._known.get(key)
        if number is None:
            number = self._known[key] = len(self._known)
            self._fresh.append(key)
        return number

    def of(self, first: Ints, second: Ints) -> Ints:
        """The numbers of two columns, UNKNOWN where a pair or one of its halves is unknown."""
        self._catch_up()
        return self._table.get(np.where((first < 0) | (second < 0), UNKNOWN, first << _HALF | second))

    def learned(self, first: Ints, second: Ints, numbers: Ints) -> Ints:
        """As `of`, but every pair of known halves gets a number; `numbers` is what `of` said."""
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
