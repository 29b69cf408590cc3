"""Try alert rules offline and look after failed batches: `premium alerts`."""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import BinaryIO
from uuid import UUID

import click
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from premium.alerts.intake import FailedBatches
from premium.alerts.language.lines import LineError, Unreadable, read_events, read_rules
from premium.alerts.matcher.backtest import Backtest, BacktestFiring, compare
from premium.alerts.matcher.matcher import Matcher
from premium.bootstrap import platform
from premium.cli.deliveries import deliveries
from premium.cli.operators import changes_state
from premium.storage.plain import to_json

_FILE = click.File("rb")


@click.group()
def alerts() -> None:
    """Try rules offline; look after failed batches and undelivered notices."""


alerts.add_command(deliveries)


@alerts.group("batches")
def batches_() -> None:
    """List and requeue batches of events that could not be matched.

    Runs with the environment of a worker.
    """


@batches_.command("list")
def list_() -> None:
    """List failed batches, the newest last.

    Each is printed as {"id", "shard", "failed_at", "error"}.
    """
    for one in FailedBatches.of(platform()).all():
        click.echo(to_json(asdict(one)))


@batches_.command()
@click.argument("batch_ids", type=click.UUID, nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every one that failed.")
@changes_state
def requeue(batch_ids: tuple[UUID, ...], *, every: bool) -> None:
    """Requeue failed batches, so that they are matched again.

    Exit code 1 where one is not there or has not failed.
    """
    if bool(batch_ids) is every:
        raise click.UsageError("give batch ids, or --all")
    failed = FailedBatches.of(platform())
    wanted = [one.id for one in failed.all()] if every else list(dict.fromkeys(batch_ids))
    done = failed.requeue(wanted)
    for refused in set(wanted) - set(done):
        click.echo(f"{refused}: no batch that has failed", err=True)
    click.echo(f"{len(done)} requeued")
    sys.exit(0 if len(done) == len(wanted) else 1)


@alerts.command()
@click.option("--rules", "rules", type=_FILE, required=True, help="Rules, one JSON object a line; - is stdin.")
@click.option("--events", "events", type=_FILE, required=True, help="Events in order of arrival, likewise.")
@click.option("--level", is_flag=True, help="Compare each event on its own: no edge, cooldown or hysteresis.")
def match(rules: BinaryIO, events: BinaryIO, *, level: bool) -> None:
    """Print which rules the events fire, as the service would.

    Each firing is printed as {"rule_id", "event_id"}.
    """
    try:
        matcher = Matcher(read_rules(rules), stateless=level)
    except LineError as error:
        raise click.ClickException(f"{rules.name}: {error}") from None
    unreadable = Unreadable()
    with _progress() as progress:
        read = read_events(_counted(events, progress), unreadable)
        _print(compare(matcher, read) if level else Backtest(matcher).run(read))
    for one in unreadable.first:
        click.echo(f"{events.name}: {one}", err=True)
    if unreadable.count:
        click.echo(f"{events.name}: {unreadable.count} lines could not be read and were passed over", err=True)


def _print(batches_of_firings: Iterable[list[BacktestFiring]]) -> None:
    try:
        for firings in batches_of_firings:
            sys.stdout.write("".join(f"{json.dumps(firing._asdict())}\n" for firing in firings))
        sys.stdout.flush()
    except OSError as error:
        if error.errno == errno.EPIPE:  # the reader has enough: click ends quietly
            raise
        raise click.ClickException(f"cannot write: {error.strerror}") from None


def _progress() -> Progress:
    """Return a progress bar.

    It shows only on a terminal that does not show the firings themselves.
    """
    watched = sys.stderr.isatty() and not sys.stdout.isatty()
    return Progress(
        TextColumn("{task.completed:,} events"), TimeElapsedColumn(), console=Console(stderr=True), transient=True,
        disable=not watched, redirect_stdout=False, redirect_stderr=False,
    )  # fmt: skip


def _counted(lines: BinaryIO, progress: Progress) -> Iterator[bytes]:
    task = progress.add_task("events", total=None)
    for number, line in enumerate(lines):
        if number % 1000 == 0:
            progress.update(task, completed=number)
        yield line
