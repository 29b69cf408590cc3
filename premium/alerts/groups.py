"""Groups of rules that want the same fields equal: from an event's texts to the group, by arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from premium.alerts.codes import PairCodes
from premium.alerts.columns import Batch
from premium.alerts.probing import UNKNOWN
from premium.alerts.thresholds import Ints


class Signature:
    """The fields that some rules want equal (chain and asset, say), and the group of each combination of texts.

    Several fields are folded two at a time into one number, which `_groups` maps to the group; its last entry is
    UNKNOWN, so that an unknown number, -1, finds it too.
    """

    def __init__(self, fields: tuple[str, ...]) -> None:
        self._fields = fields
        self._pairs = [PairCodes() for _ in fields[1:]]
        self._groups: Ints = np.full(64, UNKNOWN, np.int64)

    def group(self, codes: Sequence[int], free: int) -> tuple[int, bool]:
        """The group of a combination, and whether it is new and got the number `free`."""
        number = codes[0] if codes else 0
        for pairs, code in zip(self._pairs, codes[1:], strict=True):
            number = pairs.add(number, code)
        self._make_room(number)
        if self._groups[number] != UNKNOWN:
            return int(self._groups[number]), False
        self._groups[number] = free
        return free, True

    def groups_of(self, batch: Batch) -> Ints:
        """The group of each event, UNKNOWN for none."""
        if not self._fields:
            return np.full(len(batch), self._groups[0], np.int64)
        numbers = batch.coded(self._fields[0])
        for pairs, field in zip(self._pairs, self._fields[1:], strict=True):
            numbers = pairs.of(numbers, batch.coded(field))
        # Texts that only events have used are numbered beyond the table.
        return self._groups[np.minimum(numbers, len(self._groups) - 1)]

    def _make_room(self, number: int) -> None:
        if number >= len(self._groups) - 1:
            extra = max(number + 2 - len(self._groups), len(self._groups))
            self._groups = np.concatenate((self._groups, np.full(extra, UNKNOWN, np.int64)))
