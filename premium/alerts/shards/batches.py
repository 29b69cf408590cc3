"""Events divided into the batches of shards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from uuid import UUID, uuid5

from premium.alerts.language.values import Event
from premium.alerts.model import NewBatch
from premium.alerts.shards.placement import shard_of

_NAMESPACE = UUID("6f1d7a52-6c0f-5b0e-9a38-0b7f6b7c1a11")
_MAX_CHARACTERS = 1_000_000
"""Of a batch, about: the matcher takes whole batches."""


def batches_of(events: Iterable[Event], shards: int, to_json: Callable[[Event], str]) -> list[NewBatch]:
    """Divide events into batches, in their order: one a shard.

    More than one where it would be too large.
    """
    parts: dict[int, list[Event]] = {}
    for event in events:
        parts.setdefault(shard_of(event, shards), []).append(event)
    return [batch for shard, part in parts.items() for batch in _of_shard(shard, part, to_json)]


def batch_id(shard: int, events: Sequence[Event]) -> UUID:
    """Return the id of a batch: the same for the same events in any order."""
    names = "\n".join(sorted(f"{event.get('chain', '')} {event['event_id']}" for event in events))
    return uuid5(_NAMESPACE, f"{shard}\n{names}")


def _of_shard(shard: int, events: Sequence[Event], to_json: Callable[[Event], str]) -> Iterator[NewBatch]:
    texts, begin, size = list[str](), 0, 0
    for place, event in enumerate(events):
        text = to_json(event)
        if texts and size + len(text) > _MAX_CHARACTERS:
            yield _batch(shard, events[begin:place], texts)
            texts, begin, size = [], place, 0
        texts.append(text)
        size += len(text)
    yield _batch(shard, events[begin:], texts)


def _batch(shard: int, events: Sequence[Event], texts: Sequence[str]) -> NewBatch:
    return NewBatch(batch_id(shard, events), shard, len(events), f"[{','.join(texts)}]")
