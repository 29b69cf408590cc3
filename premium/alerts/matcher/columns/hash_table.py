"""A hash table of integers that looks up a whole column at once."""

from __future__ import annotations

import numpy as np

from premium.alerts.matcher.columns.arrays import Ints

UNKNOWN = -1
_EMPTY = np.int64(-1)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


class HashTable:
    """Maps integers to integers by open addressing; none is negative, and none is removed."""

    def __init__(self) -> None:
        self._count = 0
        self._keys: Ints = np.full(16, _EMPTY)
        self._values: Ints = np.full(16, UNKNOWN, np.int64)

    def put(self, keys: Ints, values: Ints) -> None:
        """Add keys that are not there yet; of equal ones any may win."""
        if 2 * (self._count + len(keys)) > len(self._keys):
            taken = self._keys != _EMPTY
            old_keys, old_values = self._keys[taken], self._values[taken]
            size = 1 << (4 * (self._count + len(keys)) - 1).bit_length()
            self._keys, self._values = np.full(size, _EMPTY), np.full(size, UNKNOWN, np.int64)
            self._place(old_keys, old_values)
        self._place(keys, values)
        self._count += len(keys)

    def get(self, keys: Ints) -> Ints:
        """Return the values, UNKNOWN where a key is not there; a negative key never is."""
        place = self._home(keys)
        found = self._keys[place]
        hit = (found == keys) & (keys >= 0)
        values = np.where(hit, self._values[place], UNKNOWN)
        pending = np.flatnonzero(~hit & (found != _EMPTY) & (keys >= 0))
        while len(pending):
            place[pending] = (place[pending] + 1) & (len(self._keys) - 1)
            found = self._keys[place[pending]]
            hit = found == keys[pending]
            values[pending[hit]] = self._values[place[pending[hit]]]
            pending = pending[~hit & (found != _EMPTY)]
        return values

    def _home(self, keys: Ints) -> Ints:
        bits = np.uint64(64 - len(self._keys).bit_length() + 1)
        return ((keys.view(np.uint64) * _GOLDEN) >> bits).view(np.int64)

    def _place(self, keys: Ints, values: Ints) -> None:
        """Place all keys at once by linear probing.

        Of those that want one place the last writer has it.
        """
        place, pending = self._home(keys), np.arange(len(keys))
        while len(pending):
            wanted = place[pending]
            free = self._keys[wanted] == _EMPTY
            self._keys[wanted[free]] = keys[pending[free]]
            won = self._keys[wanted] == keys[pending]
            self._values[wanted[won & free]] = values[pending[won & free]]
            pending = pending[~won]
            place[pending] = (place[pending] + 1) & (len(self._keys) - 1)
