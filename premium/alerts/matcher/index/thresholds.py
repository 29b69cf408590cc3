"""Sorted thresholds of many groups, searched for many events at once.

One flat array holds a segment for each group; a segment has room to grow and moves to the end when it is full, so that
an insertion costs one group's length and never a rebuild. Thresholds are float64: rounding a decimal to float64 keeps
order, so only those that are equal as floats need an exact comparison.
"""

from __future__ import annotations

import numpy as np

from premium.alerts.matcher.columns.arrays import Floats, Ints, Slots

_FIRST_ROOM = 4


class Thresholds:
    """Sorted (threshold, slot) pairs by group.

    A group is a small integer, a slot names a rule.
    """

    def __init__(self) -> None:
        self.values: Floats = np.empty(0, np.float64)
        self.slots: Slots = np.empty(0, np.int32)
        self._start: Ints = np.zeros(0, np.int64)
        self._length: Ints = np.zeros(0, np.int64)
        self._room: Ints = np.zeros(0, np.int64)
        self._used = 0
        self.count = 0

    def load(self, groups: Ints, values: Floats, slots: Slots) -> None:
        """Fill an empty store at once, in n log n."""
        order = np.lexsort((values, groups))
        self._reserve_groups(int(groups.max()) + 1 if len(groups) else 0)
        self._length = np.bincount(groups, minlength=len(self._start)).astype(np.int64)
        self._room = self._length.copy()
        self._start = np.concatenate((np.zeros(1, np.int64), np.cumsum(self._length)[:-1]))
        self.values, self.slots = values[order].copy(), slots[order].astype(np.int32)
        self._used = self.count = len(order)

    def insert(self, group: int, value: float, slot: int) -> None:
        """Add one pair; O(length of the group)."""
        self._reserve_groups(group + 1)
        if self._length[group] == self._room[group]:
            self._move(group)
        start, length = int(self._start[group]), int(self._length[group])
        place = start + int(np.searchsorted(self.values[start : start + length], value))
        end = start + length
        self.values[place + 1 : end + 1] = self.values[place:end].copy()
        self.slots[place + 1 : end + 1] = self.slots[place:end].copy()
        self.values[place], self.slots[place] = value, slot
        self._length[group] += 1
        self.count += 1

    def delete(self, group: int, value: float, slot: int) -> None:
        """Remove a pair; KeyError if it is not there."""
        start, end = self._segment(group)
        low = start + int(np.searchsorted(self.values[start:end], value, "left"))
        high = start + int(np.searchsorted(self.values[start:end], value, "right"))
        found = np.flatnonzero(self.slots[low:high] == slot)
        if len(found) == 0:
            raise KeyError((group, value, slot))
        place = low + int(found[0])
        self.values[place : end - 1] = self.values[place + 1 : end].copy()
        self.slots[place : end - 1] = self.slots[place + 1 : end].copy()
        self._length[group] -= 1
        self.count -= 1

    def bounds(self, groups: Ints) -> tuple[Ints, Ints]:
        """Return where each group's segment begins and ends.

        It is empty for an unknown group (or -1).
        """
        known = (groups >= 0) & (groups < len(self._start))
        safe = np.where(known, groups, 0)
        if len(self._start) == 0:
            return np.zeros_like(groups), np.zeros_like(groups)
        start = self._start[safe]
        return start, np.where(known, start + self._length[safe], start)

    def below(self, start: Ints, end: Ints, wanted: Floats, *, inclusive: bool) -> Ints:
        """Return each segment's first place whose threshold is not below `wanted` (inclusive: above it)."""
        low, high = start.copy(), end.copy()
        active = np.flatnonzero(low < high)
        while len(active):
            middle = (low[active] + high[active]) >> 1
            found = self.values[middle]
            less = found <= wanted[active] if inclusive else found < wanted[active]
            low[active] = np.where(less, middle + 1, low[active])
            high[active] = np.where(less, high[active], middle)
            active = active[low[active] < high[active]]
        return low

    def _segment(self, group: int) -> tuple[int, int]:
        if group >= len(self._start):
            return 0, 0
        return int(self._start[group]), int(self._start[group] + self._length[group])

    def _reserve_groups(self, count: int) -> None:
        if count > len(self._start):
            extra = max(count, 2 * len(self._start)) - len(self._start)
            self._start = np.concatenate((self._start, np.zeros(extra, np.int64)))
            self._length = np.concatenate((self._length, np.zeros(extra, np.int64)))
            self._room = np.concatenate((self._room, np.zeros(extra, np.int64)))

    def _move(self, group: int) -> None:
        start, end = self._segment(group)
        room = max(_FIRST_ROOM, 2 * (end - start))
        self._reserve_places(self._used + room)
        target = self._used
        self.values[target : target + end - start] = self.values[start:end]
        self.slots[target : target + end - start] = self.slots[start:end]
        self._start[group], self._room[group] = target, room
        self._used += room

    def _reserve_places(self, count: int) -> None:
        if count > len(self.values):
            size = max(count, len(self.values) * 5 // 4 + 1024)
            self.values = np.concatenate((self.values, np.empty(size - len(self.values), np.float64)))
            self.slots = np.concatenate((self.slots, np.empty(size - len(self.slots), np.int32)))
