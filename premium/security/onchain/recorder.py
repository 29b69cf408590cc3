"""A reader that records each read of a scan with a digest of the answer."""

from __future__ import annotations

import hashlib
from typing import TypeVar

from premium.security.contract.state import StateReader

T = TypeVar("T")


class Recorder:
    """A `StateReader` over another that records reads in order."""

    def __init__(self, reader: StateReader) -> None:
        self._reader = reader
        self.reads: dict[tuple[str, tuple[str, ...]], str] = {}
        """Kind and arguments of a read -> SHA-256 of its answer."""

    @property
    def block_number(self) -> int:
        """The block of all reads."""
        return self._reader.block_number

    def code(self, address: str) -> bytes:
        """Read and record a code."""
        return self._record(("code", (address,)), self._reader.code(address))

    def storage(self, address: str, slot: int) -> int | None:
        """Read and record a storage slot."""
        return self._record(("storage", (address, hex(slot))), self._reader.storage(address, slot))

    def call(self, to: str, data: bytes, *, sender: str | None = None) -> bytes | None:
        """Make and record a call."""
        return self._record(("call", (to, data.hex(), sender or "")), self._reader.call(to, data, sender=sender))

    def repeat(self, kind: str, asked: tuple[str, ...]) -> str:
        """Repeat a recorded read and return the digest of today's answer."""
        if kind == "code":
            self.code(asked[0])
        elif kind == "storage":
            self.storage(asked[0], int(asked[1], 16))
        else:
            self.call(asked[0], bytes.fromhex(asked[1]), sender=asked[2] or None)
        return self.reads[kind, asked]

    def _record(self, key: tuple[str, tuple[str, ...]], answer: T) -> T:
        raw = answer if isinstance(answer, bytes) else repr(answer).encode()
        self.reads[key] = hashlib.sha256(raw).hexdigest()
        return answer
