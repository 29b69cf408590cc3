"""Texts as small integers, so that what is looked up for each event is an array and not a dictionary."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from premium.alerts.thresholds import Ints

UNKNOWN = -1
_EMPTY = np.int64(-1)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.int64(32)


class Codes(dict[str | None, int]):
    """Text → its number, from 0 in the order of learning; `UNKNOWN` for others."""

    def __missing__(self, _: str | None) -> int:
        return UNKNOWN

    def add(self, text: str | None) -> int:
        """The text's number, a new one where it has none."""
        return self.setdefault(text, len(self))

    def settle(self) -> None:
        """After many additions: the texts close together in memory."""
        texts, numbers = list(self), list(self.values())
        self.clear()
        self.update(zip(side_by_side(texts), numbers, strict=True))

    def of(self, texts: list[str | None]) -> Ints:
        """The numbers of a column."""
        return np.fromiter(map(self.__getitem__, texts), np.int64, len(texts))

    def learned(self, texts: list[str | None], codes: Ints) -> Ints:
        """As `of`, but nothing stays unknown; `codes` is what `of` said."""
        unknown = np.flatnonzero(codes < 0)
        if len(unknown) == 0:
            return codes
        codes = codes.copy()
        codes[unknown] = [self.add(texts[at]) for at in unknown.tolist()]
        return codes


def side_by_side(texts: Iterable[str | None]) -> list[Any]:
    """Copies made one after the other: texts that a million rules lie between cost a cache miss each to look at."""
    return [text and text[:1] + text[1:] for text in texts]


class PairCodes:
    """(number, number) → a number, from 0 in the order of adding, for whole columns at once.

    The dictionary is the truth; beside it lies a table with open addressing that numpy can probe, brought up to date
    when it is next asked.
    """

    def __init__(self) -> None:
        self._known: dict[int, int] = {}
        self._fresh: list[int] = []
        self._keys: Ints = np.full(16, _EMPTY)
        self._values: Ints = np.full(16, UNKNOWN, np.int64)

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
        keys = np.where((first < 0) | (second < 0), np.int64(-2), first << _HALF | second)
        place = self._home(keys)
        found = self._keys[place]
        numbers = np.where(found == keys, self._values[place], UNKNOWN)
        pending = np.flatnonzero((found != keys) & (found != _EMPTY))
        while len(pending):
            place[pending] = (place[pending] + 1) & (len(self._keys) - 1)
            found = self._keys[place[pending]]
            hit = found == keys[pending]
            numbers[pending[hit]] = self._values[place[pending[hit]]]
            pending = pending[~hit & (found != _EMPTY)]
        return numbers

    def learned(self, first: Ints, second: Ints, numbers: Ints) -> Ints:
        """As `of`, but every pair of known halves gets a number; `numbers` is what `of` said."""
        unknown = np.flatnonzero(numbers < 0)
        if len(unknown) == 0:
            return numbers
        numbers = numbers.copy()
        pairs: Iterable[tuple[int, int]] = zip(first[unknown].tolist(), second[unknown].tolist(), strict=True)
        numbers[unknown] = [self.add(*pair) for pair in pairs]
        return numbers

    def _home(self, keys: Ints) -> Ints:
        bits = np.uint64(64 - len(self._keys).bit_length() + 1)
        return ((keys.view(np.uint64) * _GOLDEN) >> bits).astype(np.int64)

    def _catch_up(self) -> None:
        if not self._fresh:
            return
        fresh, self._fresh = self._fresh, []
        if 2 * len(self._known) > len(self._keys):
            size = 1 << (4 * len(self._known) - 1).bit_length()
            self._keys, self._values = np.full(size, _EMPTY), np.full(size, UNKNOWN, np.int64)
            fresh = list(self._known)
        keys = np.array(fresh, np.int64)
        self._place(keys, np.array([self._known[key] for key in fresh], np.int64))

    def _place(self, keys: Ints, values: Ints) -> None:
        """Linear probing for all keys at once: of those that want one place the last writer has it."""
        place, pending = self._home(keys), np.arange(len(keys))
        while len(pending):
            wanted = place[pending]
            free = self._keys[wanted] == _EMPTY
            self._keys[wanted[free]] = keys[pending[free]]
            won = free & (self._keys[wanted] == keys[pending])
            self._values[wanted[won]] = values[pending[won]]
            pending = pending[~won]
            place[pending] = (place[pending] + 1) & (len(self._keys) - 1)
