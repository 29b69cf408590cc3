"""A table that looks up many texts at once, packed into words and hashed.

A dictionary waits for memory at each text, one after the other; numpy asks for those of a whole batch together.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from premium.alerts.matcher.columns.arrays import Ints
from premium.alerts.matcher.columns.hash_table import UNKNOWN, HashTable

Words = NDArray[np.uint64]
LONGEST = 48
"""ASCII characters of a packed text: a chain and an address fit."""
DOUBTFUL = -2
_WORD = 8
_COLUMNS = LONGEST // _WORD
_HALF, _SIGN = np.uint64(32), np.uint64(1)


class TextTable:
    """Numbers of short ASCII texts; it never returns another text's number."""

    def __init__(self) -> None:
        self._numbers = HashTable()
        self._count = 0
        self._words: Words = np.zeros((64, _COLUMNS), np.uint64)
        self._lengths: Ints = np.full(64, UNKNOWN, np.int64)
        # Who chooses the texts must not be able to choose that they collide.
        self._seeds = np.array([[secrets.randbits(64) | 1] * 2 for _ in range(_COLUMNS)], np.uint64)

    def add(self, texts: Sequence[str | None]) -> None:
        """Add new texts, numbered on from the last.

        One that cannot be packed leaves its number unused.
        """
        first, self._count = self._count, self._count + len(texts)
        self._make_room()
        fits = [at for at, text in enumerate(texts) if text is not None and len(text) <= LONGEST and text.isascii()]
        chosen = [texts[at] or "" for at in fits]
        lengths = np.fromiter(map(len, chosen), np.int64, len(chosen))
        words, numbers = _packed("".join(chosen), lengths), first + np.array(fits, np.int64)
        self._words[numbers, : words.shape[1]], self._lengths[numbers] = words, lengths
        self._numbers.put(self._hashed(words, lengths), numbers)

    def find(self, texts: Sequence[str | None]) -> Ints | None:
        """Return the number of each text, UNKNOWN, or DOUBTFUL where a hash collides.

        None if one of the texts cannot be packed.
        """
        try:
            joined = "".join(texts)  # type: ignore[arg-type]  # the answer to None among them is the exception
        except TypeError:
            return None
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))  # type: ignore[arg-type]  # as above
        if len(texts) == 0 or lengths.max() > LONGEST or not joined.isascii():
            return None
        words = _packed(joined, lengths)
        numbers = self._numbers.get(self._hashed(words, lengths))
        same = self._lengths[numbers] == lengths
        for at in range(words.shape[1]):
            same &= self._words[numbers, at] == words[:, at]
        return np.where(same | (numbers == UNKNOWN), numbers, DOUBTFUL)

    def _hashed(self, words: Words, lengths: Ints) -> Ints:
        """Return hashes from 0; words of zeros after a text change nothing."""
        mixed = lengths.astype(np.uint64)
        for at in range(words.shape[1]):
            first, second = self._seeds[at]
            term = words[:, at] * first
            mixed += (term ^ (term >> _HALF)) * second
        mixed ^= mixed >> _HALF
        return (mixed >> _SIGN).view(np.int64)

    def _make_room(self) -> None:
        extra = max(self._count - len(self._lengths), len(self._lengths))
        if self._count > len(self._lengths):
            self._words = np.concatenate((self._words, np.zeros((extra, _COLUMNS), np.uint64)))
            self._lengths = np.concatenate((self._lengths, np.full(extra, UNKNOWN, np.int64)))


def _packed(joined: str, lengths: Ints) -> Words:
    """Return joined texts of these lengths as rows of words that end in zeros."""
    longest = max(int(lengths.max(initial=0)), 1)
    width = -(-longest // _WORD) * _WORD
    chars = np.frombuffer(joined.encode("ascii"), np.uint8)
    rows = np.zeros((len(lengths), width), np.uint8)
    if len(chars) == longest * len(lengths):
        rows[:, :longest] = chars.reshape(len(lengths), longest)
    else:
        rows[np.arange(width) < lengths[:, None]] = chars
    return rows.view(np.uint64)
