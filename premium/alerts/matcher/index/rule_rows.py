"""Rules as rows of numbers, in a tenth of the memory of objects."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from premium.alerts.matcher.columns.arrays import Bools, Floats, Ints
from premium.alerts.matcher.columns.batch import is_short

_FIRST_ROOM = 1024
_COLUMNS = {
    "names": np.object_, "ranks": np.int64, "layouts": np.int32, "groups": np.int32, "first": np.float64,
    "second": np.float64, "short": np.bool_, "cooling": np.int32,
}  # fmt: skip


class RuleRows:
    """The columns of rules, by slot: a small integer that is reused.

    `names` are the rules' ids, `ranks` the order in which they came, `first` and `second` their thresholds, `short`
    whether both are; `cooling` the cooldowns in seconds, 0 for none.
    """

    names: NDArray[np.object_]
    ranks: Ints
    layouts: NDArray[np.int32]
    groups: NDArray[np.int32]
    first: Floats
    second: Floats
    short: Bools
    cooling: NDArray[np.int32]

    def __init__(self) -> None:
        self.used = 0
        self._free: list[int] = []
        for name, kind in _COLUMNS.items():
            setattr(self, name, np.zeros(0, kind))

    def take_slot(self) -> int:
        """Take a free slot."""
        return self._free.pop() if self._free else self.extend(1)

    def extend(self, count: int) -> int:
        """Take so many free slots in a row; return the first."""
        first, self.used = self.used, self.used + count
        extra = max(self.used - len(self.ranks), len(self.ranks) // 4, _FIRST_ROOM)
        if self.used > len(self.ranks):
            for name, kind in _COLUMNS.items():
                setattr(self, name, np.concatenate((getattr(self, name), np.zeros(extra, kind))))
        return first

    def release_slot(self, slot: int) -> None:
        """Release a slot for another rule."""
        self.names[slot], self.cooling[slot] = None, 0
        self._free.append(slot)

    def numbers(self, slot: int) -> tuple[Decimal, Decimal]:
        """Return the exact thresholds of a slot, where `fits_float` holds for them."""
        return _exact(float(self.first[slot])), _exact(float(self.second[slot]))


def fits_float(value: Decimal) -> bool:
    """Return whether the nearest float64, in its shortest form, is the value again."""
    return is_short(value) or _exact(float(value)) == value


def _exact(number: float) -> Decimal:
    return Decimal(repr(number))
