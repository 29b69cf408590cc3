"""Look after jobs that wait or fail: `premium queues`.

Exit code 1 where something was refused.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from uuid import UUID

import click

from premium.bootstrap import platform
from premium.cli.operators import add_targets, agreed, changes_state, dry_run, reason
from premium.cli.tables import show
from premium.clock import rfc3339
from premium.errors import AppError, NotFound
from premium.execution.backlog import kept
from premium.jobs import operations
from premium.jobs.kinds import declared, queue_of
from premium.jobs.model import JobRecord
from premium.jobs.queue import QUEUES
from premium.jobs.service import JobService

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
_QUEUE = click.Choice(QUEUES)


@click.group()
def queues() -> None:
    """List, requeue, acknowledge and cancel jobs; drain queues."""


@queues.command("list")
@_AS_JSON
def list_(as_json: bool) -> None:
    """Show the numbers of jobs by state and of workers, for each queue.

    Jobs wait, run, are retried, or have failed.
    """
    show([asdict(state) for state in _states()], as_json)


@queues.command()
@click.option("--queue", type=_QUEUE, help="This queue only.")
@_AS_JSON
def failed(queue: str | None, as_json: bool) -> None:
    """List dead letters: jobs whose every attempt failed, kept 30 days.

    A user's own mistakes are not among them. `acknowledged_at` says which an operator has looked at.
    """
    letters = operations.dead_letters(platform().redis(1), (queue,) if queue else QUEUES)
    show([_row(each) for each in letters], as_json)


@queues.command()
@click.argument("job_id", type=click.UUID, required=False)
@click.option("--all", "every", is_flag=True, help="Every dead letter.")
@changes_state
def requeue(job_id: UUID | None, every: bool) -> None:
    """Give failed jobs all their attempts again.

    The record goes back to queued first (its error is removed, its attempt number goes on), then the queue gets it:
    after a crash between the two the sweeper enqueues it. A job that has not failed is refused.
    """
    if (job_id is None) is not every:
        raise click.UsageError("give one job id, or --all")
    wanted = [letter.id for letter in operations.dead_letters(platform().redis(1))] if every else [job_id]
    jobs = platform().jobs
    refused = [wanted_id for wanted_id in wanted if wanted_id and not _done(jobs, jobs.requeue, wanted_id)]
    click.echo(f"{len(wanted) - len(refused)} requeued")
    sys.exit(1 if refused else 0)


@queues.command()
@click.argument("job_ids", type=click.UUID, nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every job that `premium status` counts as failed.")
@click.option("--kind", help="Those of this kind, tax.report for one.")
@click.option("--queue", type=_QUEUE, help="Those of this queue.")
@reason("For the audit trail: what it was, and why nothing more is to be done.")
@dry_run
@changes_state
def acknowledge(
    job_ids: tuple[UUID, ...],
    *,
    every: bool,
    kind: str | None,
    queue: str | None,
    why: str,  # noqa: ARG001 - the trail is told of it
    dry_run: bool,
    yes: bool,
) -> None:
    """Say of failed jobs that they were looked at: `premium status` is green again.

    They stay dead letters, which `failed` lists and `requeue` takes. A job that fails later is a problem of its own.
    Exit code 1 where one has not failed.
    """
    if sum((bool(job_ids), every, kind is not None or queue is not None)) != 1:
        raise click.UsageError("give job ids, or --all, or --kind or --queue")
    if kind is not None and kind not in declared():
        raise click.UsageError(f"there is no kind {kind}; there are {', '.join(sorted(declared()))}")
    wanted = list(dict.fromkeys(job_ids)) or [record.id for record in _unseen(kind, queue)]
    if not wanted:
        click.echo("0 acknowledged: no job has failed within 24 hours that was not acknowledged")
        return
    if not agreed(f"acknowledge {len(wanted)} failed jobs", is_dry_run=dry_run, yes=yes or bool(job_ids)):
        return
    add_targets(wanted)
    refused = [one for one in wanted if not _done(platform().jobs, platform().jobs.acknowledge, one)]
    click.echo(f"{len(wanted) - len(refused)} acknowledged")
    sys.exit(1 if refused else 0)


@queues.command()
@click.argument("job_id", type=click.UUID)
@changes_state
def cancel(job_id: UUID) -> None:
    """End a job that no worker has taken.

    Its record fails with CANCELLED. A running or ended job is refused.
    """
    try:
        record = platform().jobs.cancel(job_id)
    except AppError as error:
        sys.exit(error.message)
    if record is None:
        sys.exit(f"{job_id} is {platform().jobs.store.get(job_id).status.value}: only a queued job can be cancelled")
    click.echo(f"{job_id} cancelled")


@queues.command()
@click.argument("queue", type=_QUEUE)
@click.option("--seconds", default=600, show_default=True, type=click.IntRange(0), help="Wait at most this long.")
@changes_state
def drain(queue: str, seconds: int) -> None:
    """Wait until a queue has nothing queued, running or waiting for a retry.

    Exit code 1 when it still has.

    Workers go on working; nothing is thrown away. Before maintenance, stop what starts jobs, then drain.
    """
    deadline = time.monotonic() + seconds
    while left := next(
        s for s in operations.states(platform().redis(1), kept(platform())) if s.queue == queue
    ).unfinished:
        if time.monotonic() >= deadline:
            sys.exit(f"{queue}: {left} jobs left after {seconds} s")
        click.echo(f"{queue}: {left} jobs left", err=True)
        time.sleep(min(1.0, max(0.0, deadline - time.monotonic())))
    click.echo(f"{queue} is empty")


def _row(letter: operations.DeadLetter) -> dict[str, object]:
    """Return a dead letter with the moment at which it was acknowledged; its record may be gone before it."""
    try:
        seen = platform().jobs.store.get(letter.id).acknowledged_at
    except NotFound:
        seen = None
    told = {"failed_at": letter.failed_at and rfc3339(letter.failed_at), "acknowledged_at": seen and rfc3339(seen)}
    known = asdict(letter)
    reason = known.pop("reason")
    return {**known, **told, "reason": reason}


def _states() -> tuple[operations.QueueState, ...]:
    return operations.states(platform().redis(1), kept(platform()))


def _unseen(kind: str | None, queue: str | None) -> list[JobRecord]:
    """Return the failed jobs that nobody acknowledged, of a kind or of a queue where one is named."""
    found = [record for record in platform().jobs.failed() if record.acknowledged_at is None]
    of_kind = [record for record in found if kind in (None, record.kind)]
    return [record for record in of_kind if queue in (None, queue_of(record.kind))]


def _done(jobs: JobService, change: Callable[[UUID], JobRecord | None], job_id: UUID) -> bool:
    """Change one failed job; say on standard error why it cannot be."""
    try:
        if change(job_id) is not None:
            return True
        refusal = f"is {jobs.store.get(job_id).status.value}, not failed"
    except AppError as error:
        refusal = error.message
    click.echo(f"{job_id}: {refusal}", err=True)
    return False
