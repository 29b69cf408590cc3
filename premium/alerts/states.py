"""Tell operators how far the alerts' pipeline is: batches, matchers, sources, event queues."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from premium.alerts.coverage import watched_chains
from premium.alerts.manifest import AlertSettings
from premium.alerts.store.operated.states import BatchCount, PipelineStates, Reader, ShardOwner
from premium.bootstrap import Platform
from premium.jobs.backlog import Waiting
from premium.jobs.state import State
from premium.storage.message_queue import MessageQueue

LATE = timedelta(seconds=30)
"""A batch is matched within a second; one that waits so long has met something."""
_FAILED = "cannot be matched: premium alerts batches list"
_UNREAD = "nobody reads this chain: its events wait until somebody does"
_NOBODY = Reader(chain="", owner=None, is_lapsed=True, note=None, read_at=None)
SILENT_SECONDS = 60.0
"""Of a chain's reader, who comes back within half a minute whatever its node does."""
MOST_WAITING = 1_000
"""Messages of the events queue: above it the queue is not emptied as fast as it fills."""


def waiting_batches(platform: Platform) -> Waiting:
    """Count the batches that no matcher has matched."""
    found = PipelineStates(platform.worker_database).waiting()
    return Waiting(queued=found["count"], oldest=found["oldest"])


def states(platform: Platform) -> Iterator[State]:
    """Yield the lines of events, batches, matchers and sources."""
    settings = platform.settings.of(AlertSettings)
    yield from _queues(settings)
    tables = PipelineStates(platform.worker_database)
    yield from _batches(tables.batches(), platform.clock.now())
    yield from map(_matcher, tables.owners(settings.alert_shards))
    yield from _sources(tables.readers(SILENT_SECONDS), watched_chains(platform))


def _queues(settings: AlertSettings) -> Iterator[State]:
    if settings.events_queue_url:
        held = MessageQueue(settings.events_queue_url).depth()
        lags = held.visible > MOST_WAITING
        problem = f"over {MOST_WAITING} messages wait: the function alert_events lags" if lags else ""
        said = f"{held.hidden} in hand"
        yield State(what="queue", name="events (SQS)", count=held.visible, said=said, problem=problem)
    if settings.events_dead_letters:
        dead = MessageQueue(settings.events_dead_letters)
        count, oldest = dead.depth().visible, dead.oldest()
        problem = "events were refused: premium dlq list events" if count else ""
        yield State(what="dead letters", name="events (SQS)", count=count, oldest=oldest, problem=problem)


def _batches(counts: Sequence[BatchCount], now: datetime) -> Iterator[State]:
    for each in counts or [BatchCount(shard=0, waiting=0, oldest=None, failed=0, oldest_failed=None, matched=0)]:
        late = each.oldest is not None and now - each.oldest > LATE
        problem = f"the oldest waits for over {LATE.seconds} s: is its shard served?" if late else ""
        yield State(what="batches", name=f"shard {each.shard}", count=each.waiting, oldest=each.oldest,
                    rate=float(each.matched), problem=problem)  # fmt: skip
        if each.failed:
            yield State(what="dead letters", name=f"batches of shard {each.shard}", count=each.failed,
                        oldest=each.oldest_failed, problem=_FAILED)  # fmt: skip


def _matcher(each: ShardOwner) -> State:
    name = f"shard {each.shard}"
    if each.is_lapsed:
        return State(what="matcher", name=name, owner=each.owner, problem="no process serves this shard: alerts wait")
    return State(what="matcher", name=name, owner=each.owner, said="a deputy" if each.is_deputy else "")


def _sources(readers: Sequence[Reader], watched: Sequence[str]) -> Iterator[State]:
    known = {each.chain: each for each in readers}
    for chain in watched:
        each = known.get(chain, _NOBODY)
        problem = _UNREAD if each.is_lapsed else each.note or ""
        yield State(what="source", name=chain, owner=each.owner, oldest=each.read_at, said="age of the newest block",
                    problem=problem)  # fmt: skip
