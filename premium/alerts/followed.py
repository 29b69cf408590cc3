"""The blocks of followed chains, and whom their transfers touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from premium.alerts.model import Block
from premium.alerts.store.blocks import BlockPages
from premium.bootstrap import Platform


class FollowedBlock(NamedTuple):
    """A block that was read, and whom its transfers touch."""

    number: int
    hash: str
    touches: frozenset[str]
    """Checksummed addresses."""


@dataclass(frozen=True, kw_only=True)
class FollowedBlocks:
    """The newest blocks of the chains that are followed, for other services' workers."""

    store: BlockPages

    @classmethod
    def of_worker(cls, platform: Platform) -> FollowedBlocks:
        """Return the blocks as the workers' role sees them."""
        return cls(store=BlockPages(platform.worker_database))

    def newest(self, chain: str) -> FollowedBlock | None:
        """Return the newest block that was read; None before the first."""
        block = self.store.newest(chain)
        return None if block is None else _followed(block)

    def oldest(self, chain: str) -> int:
        """Return the number of the oldest block that is kept.

        The chain's first, which is kept for good, aside; 0 where none is.
        """
        return self.store.oldest(chain)

    def hashes(self, chain: str, numbers: Sequence[int]) -> Mapping[int, str]:
        """Return the hashes of those blocks that are kept, by number."""
        return self.store.hashes(chain, numbers)

    def after(self, chain: str, number: int, most: int) -> list[FollowedBlock]:
        """Return the next blocks, the oldest first."""
        return [_followed(block) for block in self.store.after(chain, number, most)]


def _followed(block: Block) -> FollowedBlock:
    ends = (event.get(end) for event in block.events if event["kind"] == "transfer" for end in ("from", "to"))
    return FollowedBlock(block.number, block.hash, frozenset(end for end in ends if end))
