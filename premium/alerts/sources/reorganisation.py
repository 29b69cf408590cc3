"""What a reorganisation does to events: retractions, and ids that name the branch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from premium.alerts.model import Block
from premium.alerts.sources.blocks import Event


@dataclass(frozen=True, slots=True)
class Fork:
    """Where the chain left the known blocks.

    `orphans` are known blocks that it no longer has, the newest first; new blocks follow `parent` from height `first`.
    """

    orphans: Sequence[Block]
    parent: Block | None
    first: int

    @property
    def branch(self) -> str:
        """Return the name of the branch of the new blocks; the first one has none."""
        if self.orphans:
            newest = self.orphans[0]
            return _branch_after(newest.hash, _branch_of(newest.events))
        return _branch_of(self.parent.events) if self.parent else ""

    def retractions(self) -> list[Event]:
        """Return the retractions of the orphans' events, the newest event first."""
        return [_retraction(event) for block in self.orphans for event in reversed(block.events)]

    def on_branch(self, blocks: Iterable[Block]) -> list[Block]:
        """Return new blocks whose events have ids of the branch."""
        branch = self.branch
        return [replace(block, events=[_on_branch(event, branch) for event in block.events]) for block in blocks]


def _retraction(event: Event) -> Event:
    return event | {"event_id": f"retract:{event['event_id']}", "retracts": event["event_id"]}


def _on_branch(event: Event, branch: str) -> Event:
    return event | {"event_id": f"{event['event_id']}~{branch}"} if branch else event


def _branch_of(events: Sequence[Event]) -> str:
    """Return the branch of a known block.

    Each block gives its gas price at least, but the first may not have been read.
    """
    return str(events[0]["event_id"]).partition("~")[2] if events else ""


def _branch_after(block_hash: str, branch: str) -> str:
    """Return another branch for each orphaned block, and for each time that it is orphaned."""
    return hashlib.sha256(f"{block_hash}~{branch}".encode()).hexdigest()[:8]
