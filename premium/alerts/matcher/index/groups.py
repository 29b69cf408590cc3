"""Groups of rules that want the same fields equal.

They are found for a whole column of events at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from premium.alerts.language.catalogue import DISCRIMINATORS, FIELDS
from premium.alerts.matcher.columns.arrays import Ints
from premium.alerts.matcher.columns.batch import Batch
from premium.alerts.matcher.columns.codes import Codes, PairCodes
from premium.alerts.matcher.columns.hash_table import UNKNOWN
from premium.alerts.matcher.index.layouts import StoreKey
from premium.alerts.matcher.index.thresholds import Thresholds


class Signature:
    """Fields that some rules want equal, and the group of each combination of texts.

    Several fields are folded two at a time into one number, which `_groups` maps to the group; its last entry is
    UNKNOWN, so that an unknown number, -1, finds it too.
    """

    def __init__(self, fields: tuple[str, ...]) -> None:
        self._fields = fields
        self._pairs = [PairCodes() for _ in fields[1:]]
        self._groups: Ints = np.full(64, UNKNOWN, np.int64)

    def group(self, codes: Sequence[int], free: int) -> tuple[int, bool]:
        """Return the group of a combination, and whether it is new, with the number `free`."""
        number = codes[0] if codes else 0
        for pairs, code in zip(self._pairs, codes[1:], strict=True):
            number = pairs.add(number, code)
        self._make_room(number)
        if self._groups[number] != UNKNOWN:
            return int(self._groups[number]), False
        self._groups[number] = free
        return free, True

    def groups_of(self, batch: Batch) -> Ints:
        """Return the group of each event, UNKNOWN for none."""
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


class KindIndex:
    """The groups and thresholds of one kind of event, and the codes of its texts.

    `keys` are the texts that the rules of a group want, by the group's number.
    """

    def __init__(self, kind: str) -> None:
        self.codes: dict[str, Codes] = {name: Codes() for name in FIELDS[kind] if name in DISCRIMINATORS}
        self.stores: dict[StoreKey, Thresholds] = {}
        self.keys: list[tuple[str, ...]] = []
        self._signatures: dict[tuple[str, ...], Signature] = {}

    def group(self, fields: tuple[str, ...], key: tuple[str, ...]) -> int:
        """Return the group whose rules want these fields equal to the key.

        A new one where there is none.
        """
        signature = self._signatures.get(fields)
        if signature is None:
            signature = self._signatures[fields] = Signature(fields)
        codes = [self.codes[name].add(text) for name, text in zip(fields, key, strict=True)]
        group, new = signature.group(codes, len(self.keys))
        if new:
            self.keys.append(key)
        return group

    def store(self, key: StoreKey) -> Thresholds:
        """Return the thresholds of a store, new ones where there are none."""
        found = self.stores.get(key)
        if found is None:
            found = self.stores[key] = Thresholds()
        return found

    def groups_of(self, batch: Batch) -> Iterator[Ints]:
        """Yield for each signature the group of each event, UNKNOWN for none."""
        for signature in self._signatures.values():
            yield signature.groups_of(batch)
