"""Tell operators of jobs, of living processes, and of what the clock left undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from premium.bootstrap import Platform
from premium.execution.backlog import kept
from premium.jobs.backlog import Waiting
from premium.jobs.kinds import queue_of
from premium.jobs.manifest import JobSettings
from premium.jobs.model import JobRecord, JobStatus
from premium.jobs.operations import QueueState
from premium.jobs.operations import states as queue_states
from premium.jobs.presence import Resident, residents
from premium.jobs.state import State
from premium.manifest import services
from premium.storage.message_queue import MessageQueue

RATE = timedelta(minutes=5)
LATE = timedelta(minutes=1)
"""After which a job that nobody takes is a problem, where workers are there and end none."""
_UNSEEN = "jobs have failed for good within 24 hours: premium queues failed, then requeue or acknowledge"


def states(platform: Platform) -> Iterator[State]:
    """Yield the lines of schedules, failed jobs, queues and residents."""
    now = platform.clock.now()
    yield from _schedules(platform)
    yield from _failed(platform.jobs.failed())
    ended = Counter(queue_of(record.kind) for record in platform.jobs.store.ended(JobStatus.DONE, now - RATE))
    waiting, redis = kept(platform), platform.redis(1)
    for each in queue_states(redis, waiting):
        yield _queue(each, waiting.get(each.queue), ended[each.queue], now)
    yield from _residents(residents(redis))


def _queue(each: QueueState, waiting: Waiting | None, ended: int, now: datetime) -> State:
    problem = ""
    if each.unfinished and not each.workers:
        problem = f"{each.unfinished} wait and nobody works on this queue"
    elif each.queued and not each.started and not ended and _is_late(waiting, now):
        problem = f"the oldest waits for over {LATE.seconds} s and none is taken: are its workers frozen?"
    said = f"{each.started} started, {each.retrying} wait for a retry" if each.started or each.retrying else ""
    oldest = waiting and waiting.oldest
    return State(what="queue", name=each.queue, count=each.unfinished, oldest=oldest or None,
                 rate=ended / (RATE.total_seconds() / 60), owner=f"{each.workers} workers", said=said,
                 problem=problem)  # fmt: skip


def _is_late(waiting: Waiting | None, now: datetime) -> bool:
    return waiting is not None and waiting.oldest is not None and now - waiting.oldest > LATE


def _failed(records: Iterable[JobRecord]) -> Iterator[State]:
    """Count failed jobs by what is recorded: Redis may have forgotten its own list.

    Those that an operator has acknowledged are shown, and no problem.
    """
    by_queue: dict[str, list[JobRecord]] = {}
    for record in records:
        by_queue.setdefault(queue_of(record.kind), []).append(record)
    for name, failed in sorted(by_queue.items()):
        unseen = [record for record in failed if record.acknowledged_at is None]
        seen = len(failed) - len(unseen)
        yield State(what="dead letters", name=f"jobs of {name}", count=len(unseen),
                    oldest=min((record.updated_at for record in unseen), default=None),
                    said=f"{seen} acknowledged" if seen else "", problem=_UNSEEN if unseen else "")  # fmt: skip


def _residents(alive: Iterable[Resident]) -> Iterator[State]:
    found: Mapping[str, list[Resident]] = {each.name: [] for service in services() for each in service.residents}
    for one in alive:
        found.get(one.resident, []).append(one)
    for name, ones in found.items():
        said = "; ".join(f"{one.name.rpartition('@')[2]}: {one.doing}" for one in ones)
        problem = "" if ones else "no such process gives a sign of life"
        yield State(what="resident", name=name, count=len(ones), said=said, problem=problem)


def _schedules(platform: Platform) -> Iterator[State]:
    url = platform.settings.of(JobSettings).schedule_dead_letters_url
    if url:
        dead = MessageQueue(url)
        count, oldest = dead.depth().visible, dead.oldest()
        problem = "ticks of the clock failed three times: premium dlq list schedules" if count else ""
        yield State(what="dead letters", name="schedules (SQS)", count=count, oldest=oldest, problem=problem)
