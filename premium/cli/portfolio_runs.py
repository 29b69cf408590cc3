"""Look after the hourly runs over all portfolios: `premium portfolio runs`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from uuid import UUID

import click

from premium.bootstrap import platform
from premium.cli.operators import add_targets, changes_state
from premium.cli.output import errors_as_sentences
from premium.storage.plain import to_json

if TYPE_CHECKING:
    from premium.portfolio.runs import Runs

_RUN = click.argument("run_id", type=click.UUID)


@click.group()
def runs() -> None:
    """List, show, stop and retry the hourly runs.

    Runs with the environment of a worker.
    """


@runs.command("list")
@click.option("--most", default=24, show_default=True, type=click.IntRange(1, 720), help="The newest of them.")
def list_(most: int) -> None:
    """List runs, the newest first, as {"id", "moment", "status", "users", "written", "seconds"}."""
    for run in _runs().newest(most):
        report = run.report or {}
        told = {name: report.get(name) for name in ("written", "seconds", "unread")}
        click.echo(to_json({"id": run.id, "moment": run.moment, "status": run.status, "users": run.users, **told}))


@runs.command()
@_RUN
def show(run_id: UUID) -> None:
    """Print a run with its report, also while it goes on."""
    with errors_as_sentences():
        found = _runs()
        run = found.stores.runs.get(run_id)
        click.echo(to_json({**run.model_dump(), "report": run.report or found.report(run)}))


@runs.command()
@_RUN
@changes_state
def stop(run_id: UUID) -> None:
    """End a run.

    What is not written stays as it was, and stands in the report. Its workers end with the chunks that they are at.
    Exit code 1 where it has ended.
    """
    with errors_as_sentences():
        found = _runs()
        if not found.conclude(found.stores.runs.get(run_id), "stopped"):
            sys.exit(f"{run_id}: has ended already")
        click.echo("stopped")


@runs.command()
@_RUN
@changes_state
def retry(run_id: UUID) -> None:
    """Do a run's chunks that failed or were left undone again, with new deadlines.

    Exit code 1 where there are none.
    """
    with errors_as_sentences():
        opened = _runs().retry(run_id)
        if not opened:
            sys.exit(f"{run_id}: no chunk that is left")
        add_targets([run_id])
        click.echo(f"{opened} chunks are done again")


def _runs() -> Runs:
    from premium.portfolio.runs import Runs  # noqa: PLC0415 - offline commands need no store

    return Runs.of(platform())
