"""Events divided into the batches of shards."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid5

from premium.alerts.language.values import Event
from premium.alerts.shards.placement import shard_of

_NAMESPACE = UUID("6f1d7a52-6c0f-5b0e-9a38-0b7f6b7c1a11")


def by_shard(events: Sequence[Event], shards: int) -> dict[int, list[Event]]:
    """Return the events of each shard, in their order."""
    parts: dict[int, list[Event]] = {}
    for event in events:
        parts.setdefault(shard_of(event, shards), []).append(event)
    return parts


def batch_id(shard: int, events: Sequence[Event]) -> UUID:
    """Return the id of a batch: the same for the same events in any order."""
    names = "\n".join(sorted(str(event["event_id"]) for event in events))
    return uuid5(_NAMESPACE, f"{shard}\n{names}")
