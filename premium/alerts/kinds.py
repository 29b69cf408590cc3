"""The groups and stores of one kind of event, and the numbers of its texts."""

from __future__ import annotations

from collections.abc import Iterator

from premium.alerts.catalogue import DISCRIMINATORS, FIELDS
from premium.alerts.codes import Codes
from premium.alerts.columns import Batch
from premium.alerts.groups import Signature
from premium.alerts.places import StoreKey
from premium.alerts.thresholds import Ints, Thresholds


class KindIndex:
    """`keys`: the texts that the rules of a group want, by the group's number."""

    def __init__(self, kind: str) -> None:
        self.codes: dict[str, Codes] = {name: Codes() for name in FIELDS[kind] if name in DISCRIMINATORS}
        self.stores: dict[StoreKey, Thresholds] = {}
        self.keys: list[tuple[str, ...]] = []
        self._signatures: dict[tuple[str, ...], Signature] = {}

    def group(self, fields: tuple[str, ...], key: tuple[str, ...]) -> int:
        """The number of the group whose rules want these fields equal to the key, a new one where there is none."""
        signature = self._signatures.get(fields)
        if signature is None:
            signature = self._signatures[fields] = Signature(fields)
        codes = [self.codes[name].add(text) for name, text in zip(fields, key, strict=True)]
        group, new = signature.group(codes, len(self.keys))
        if new:
            self.keys.append(key)
        return group

    def store(self, key: StoreKey) -> Thresholds:
        found = self.stores.get(key)
        if found is None:
            found = self.stores[key] = Thresholds()
        return found

    def groups_of(self, batch: Batch) -> Iterator[Ints]:
        """For each signature the group of each event, -1 for none."""
        for signature in self._signatures.values():
            yield signature.groups_of(batch)
