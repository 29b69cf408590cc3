"""Scans kept by chain, target and code hash, and valid while every read is unchanged.

The code hash alone would hide an upgrade, a new owner or a switched flag, so a kept scan carries the digest of each
read; a later scan repeats the reads, which is cheap, and analyses only when an answer differs.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError

from premium.security.model import ENGINE, ContractScan
from premium.security.onchain.recorder import Recorder
from premium.storage.cache import Cache

KEEP_SECONDS = 24 * 3600


class KeptScan(BaseModel):
    """A scan with the reads that it rests on."""

    model_config = ConfigDict(frozen=True)

    reads: tuple[tuple[str, tuple[str, ...], str], ...]
    """Kind, arguments, digest of the answer; in the order they were made."""
    scan: ContractScan


class ScanCache:
    """Kept scans in a cache that several workers share."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def find(self, chain: str, target: str, code_hash: str, recorder: Recorder) -> ContractScan | None:
        """Return the kept scan, as of the reader's block, if all its reads are unchanged."""
        document = self._cache.get(_key(chain, target, code_hash))
        try:
            kept = KeptScan.model_validate(document) if document is not None else None
        except ValidationError:
            return None
        if kept is None or any(recorder.repeat(kind, asked) != digest for kind, asked, digest in kept.reads):
            return None
        return kept.scan.model_copy(update={"block_number": recorder.block_number})

    def keep(self, scan: ContractScan, code_hash: str, recorder: Recorder) -> None:
        """Keep a scan for a day with the reads that were recorded."""
        reads = tuple((kind, asked, digest) for (kind, asked), digest in recorder.reads.items())
        kept = KeptScan(reads=reads, scan=scan)
        self._cache.set(
            _key(scan.chain, scan.target, code_hash), kept.model_dump(mode="json"), ttl_seconds=KEEP_SECONDS
        )


def _key(chain: str, target: str, code_hash: str) -> str:
    return f"{ENGINE}:{chain}:{target.lower()}:{code_hash}"
