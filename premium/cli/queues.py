"""Look after jobs that wait or fail: `premium queues`.

Exit code 1 where something was refused.
"""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from uuid import UUID

import click

from premium.bootstrap import platform
from premium.cli.operators import changes_state
from premium.cli.tables import show
from premium.clock import rfc3339
from premium.errors import AppError
from premium.execution.backlog import kept
from premium.jobs import operations
from premium.jobs.queue import QUEUES
from premium.jobs.service import JobService

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
_QUEUE = click.Choice(QUEUES)


@click.group()
def queues() -> None:
    """List, requeue and cancel jobs; drain queues."""


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

    A user's own mistakes are not among them.
    """
    letters = operations.dead_letters(platform().redis(1), (queue,) if queue else QUEUES)
    rows = [{**asdict(each), "failed_at": each.failed_at and rfc3339(each.failed_at)} for each in letters]
    show(rows, as_json)


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
    refused = [wanted_id for wanted_id in wanted if wanted_id and not _requeued(jobs, wanted_id)]
    click.echo(f"{len(wanted) - len(refused)} requeued")
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


def _states() -> tuple[operations.QueueState, ...]:
    return operations.states(platform().redis(1), kept(platform()))


def _requeued(jobs: JobService, job_id: UUID) -> bool:
    try:
        if jobs.requeue(job_id) is not None:
            return True
        reason = f"is {jobs.store.get(job_id).status.value}, not failed"
    except AppError as error:
        reason = error.message
    click.echo(f"{job_id}: {reason}", err=True)
    return False
