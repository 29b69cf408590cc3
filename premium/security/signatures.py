"""Signatures that operators import: taken, taken back, and looked up for one answer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from premium.clock import Clock
from premium.errors import InvalidInput
from premium.security.calldata.dumps import read_dump
from premium.security.store.signatures import Dump, SignatureStore, Taken

if TYPE_CHECKING:
    from premium.bootstrap import Platform

_MOST = 64
"""Selectors that one answer looks up: a batch of hostile ones must not ask for each."""


@dataclass(frozen=True, kw_only=True)
class Signatures:
    """Signatures of functions beside the shipped ones."""

    store: SignatureStore
    clock: Clock

    @classmethod
    def of(cls, platform: Platform) -> Signatures:
        """Return the signatures over the workers' store."""
        return cls(store=SignatureStore(platform.worker_database), clock=platform.clock)

    def take(self, source: str, data: bytes, *, licence: str, as_of: date) -> Taken:
        """Import a dump; BadDump or InvalidInput says what is wrong, and changes nothing."""
        if not licence.strip():
            raise InvalidInput("a dump has a licence: --licence names it")
        if as_of > self.clock.now().date():
            raise InvalidInput(f"{as_of} is yet to come: a dump is of a day that has been")
        found = read_dump(data)
        dump = Dump(source, licence.strip()[:100], as_of, hashlib.sha256(data).digest())
        return self.store.take(dump, found, self.clock.now())

    def undo(self, source: str) -> Taken:
        """Take back a source's last import; NotFound where there is none."""
        return self.store.undo(source, self.clock.now())


class Lookups:
    """Imported signatures for one answer.

    Each selector is asked for once, a bounded number of them.
    """

    def __init__(self, store: SignatureStore) -> None:
        self._store = store
        self._found: dict[bytes, tuple[str, ...]] = {}

    def of(self, selector: bytes) -> tuple[str, ...]:
        """Return the imported signatures of a selector."""
        if selector not in self._found:
            self._found[selector] = self._store.of(selector) if len(self._found) < _MOST else ()
        return self._found[selector]
