"""Scans remembered by (chain, target, code hash), and told again only while everything that was read is unchanged.

The code hash alone would hide an upgrade, a new owner or a switched flag, so the remembered scan carries the digest of
each read; a later scan repeats the reads, which is cheap, and analyses only when an answer differs.
"""

from __future__ import annotations

import hashlib
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from premium.security.model import ContractScan
from premium.security.reading import CodeReader
from premium.storage.cache import Cache

KEEP_SECONDS = 24 * 3600
RELEASE = 1
"""Raised with the engine: a scan of an older one is not told again."""


T = TypeVar("T")


class Remembered(BaseModel):
    model_config = ConfigDict(frozen=True)

    reads: tuple[tuple[str, tuple[str, ...], str], ...]
    """Kind, arguments, digest of the answer; in the order they were made."""
    scan: ContractScan


class Recorder:
    """A reader that notes what it was asked and a digest of what it answered."""

    def __init__(self, reader: CodeReader) -> None:
        self._reader = reader
        self.reads: dict[tuple[str, tuple[str, ...]], str] = {}

    @property
    def block_number(self) -> int:
        return self._reader.block_number

    def code(self, address: str) -> bytes:
        return self._note(("code", (address,)), self._reader.code(address))

    def storage(self, address: str, slot: int) -> int:
        return self._note(("storage", (address, hex(slot))), self._reader.storage(address, slot))

    def call(self, to: str, data: bytes, *, sender: str | None = None) -> bytes | None:
        return self._note(("call", (to, data.hex(), sender or "")), self._reader.call(to, data, sender=sender))

    def again(self, kind: str, asked: tuple[str, ...]) -> str:
        """Repeats a noted read; its digest."""
        if kind == "code":
            self.code(asked[0])
        elif kind == "storage":
            self.storage(asked[0], int(asked[1], 16))
        else:
            self.call(asked[0], bytes.fromhex(asked[1]), sender=asked[2] or None)
        return self.reads[kind, asked]

    def _note(self, key: tuple[str, tuple[str, ...]], answer: T) -> T:
        raw = answer if isinstance(answer, bytes) else repr(answer).encode()
        self.reads[key] = hashlib.sha256(raw).hexdigest()
        return answer


def recalled(cache: Cache, chain: str, target: str, code_hash: str, reader: Recorder) -> ContractScan | None:
    """The remembered scan, as of the reader's block, if all it rests on reads the same."""
    known = cache.get(_key(chain, target, code_hash))
    try:
        kept = Remembered.model_validate(known) if known is not None else None
    except ValidationError:
        return None
    if kept is None or any(reader.again(kind, asked) != digest for kind, asked, digest in kept.reads):
        return None
    return kept.scan.model_copy(update={"block_number": reader.block_number})


def remember(cache: Cache, scan: ContractScan, code_hash: str, reader: Recorder) -> None:
    reads = tuple((kind, asked, digest) for (kind, asked), digest in reader.reads.items())
    kept = Remembered(reads=reads, scan=scan)
    cache.set(_key(scan.chain, scan.target, code_hash), kept.model_dump(mode="json"), ttl_seconds=KEEP_SECONDS)


def _key(chain: str, target: str, code_hash: str) -> str:
    return f"{RELEASE}:{chain}:{target.lower()}:{code_hash}"
