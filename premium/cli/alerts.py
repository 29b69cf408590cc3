"""`premium alerts …`: rules tried offline before they are switched on, and what operators do with failed batches."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TextIO
from uuid import UUID

import click
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from premium.alerts import batches
from premium.alerts.backtest import LineError, backtest, read_events, read_rules
from premium.alerts.matcher import Matcher
from premium.bootstrap import platform
from premium.storage.plain import to_json

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHOWN = 10


@click.group()
def alerts() -> None:
    """Alert rules, offline; and batches of events that could not be matched."""


@alerts.group("batches")
def batches_() -> None:
    """Batches of events that could not be matched, with the environment of a worker."""


@batches_.command("list")
def list_() -> None:
    """Print {"id", "shard", "failed_at", "error"} for each, the newest last."""
    for one in batches.failed(platform().worker_database):
        click.echo(to_json(asdict(one)))


@batches_.command()
@click.argument("batch_ids", type=click.UUID, nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every one that failed.")
def requeue(batch_ids: tuple[UUID, ...], *, every: bool) -> None:
    """Have batches matched again; exit code 1 where one is not there or has not failed."""
    if bool(batch_ids) is every:
        raise click.UsageError("give batch ids, or --all")
    given = platform()
    wanted = [one.id for one in batches.failed(given.worker_database)] if every else list(dict.fromkeys(batch_ids))
    done = batches.requeue(given.worker_database, given.redis(1), wanted)
    for refused in set(wanted) - set(done):
        click.echo(f"{refused}: no batch that has failed", err=True)
    click.echo(f"{len(done)} requeued")
    sys.exit(0 if len(done) == len(wanted) else 1)


@alerts.command()
@click.option("--rules", "rules_path", type=_FILE, required=True, help="Rules, one JSON object a line.")
@click.option("--events", "events_path", type=_FILE, required=True, help="Events in order of arrival, likewise.")
@click.option("--level", is_flag=True, help="Compare each event on its own: no edge, cooldown or hysteresis.")
def match(rules_path: Path, events_path: Path, *, level: bool) -> None:
    """Print {"rule_id", "event_id"} for every rule that an event fires, as the service would have fired it."""
    try:
        with rules_path.open(encoding="utf-8") as lines:
            matcher = Matcher(read_rules(lines), stateless=level)
    except (LineError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{rules_path}: {error}") from None
    unreadable: list[LineError] = []
    with events_path.open(encoding="utf-8", errors="replace") as lines, _progress() as progress:
        counted = _counted(lines, progress)
        for firings in backtest(matcher, read_events(counted, unreadable), once=not level):
            sys.stdout.write("".join(f"{json.dumps(firing._asdict())}\n" for firing in firings))
    for one in unreadable[:_SHOWN]:
        click.echo(f"{events_path}: {one}", err=True)
    if unreadable:
        click.echo(f"{events_path}: {len(unreadable)} lines could not be read and were passed over", err=True)


def _progress() -> Progress:
    columns = (TextColumn("{task.completed:,} events"), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())


def _counted(lines: TextIO, progress: Progress) -> Iterator[str]:
    task = progress.add_task("events", total=None)
    for number, line in enumerate(lines):
        if number % 1000 == 0:
            progress.update(task, completed=number)
        yield line
