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
from premium.cli.operators import add_targets, agreed, changes_state, dry_run, reason
from premium.storage.plain import to_json

_FILE = click.File("rb")


@click.group()
def alerts() -> None:
    """Try rules offline; look after batches of events and deliveries of notices."""


alerts.add_command(deliveries)


@alerts.group("batches")
def batches_() -> None:
    """List, split, drop and requeue batches of events that are not matched.

    Runs with the environment of a worker.
    """


@batches_.command("list")
@click.option("--dropped", is_flag=True, help="Those that an operator dropped: they can be requeued.")
def list_(*, dropped: bool) -> None:
    """List failed batches, the newest last.

    Each is printed as {"id", "shard", "failed_at", "error"}.
    """
    batches = FailedBatches.of(platform())
    for one in batches.dropped() if dropped else batches.all():
        click.echo(to_json(asdict(one)))


@batches_.command()
@click.argument("batch_id", type=click.UUID)
def show(batch_id: UUID) -> None:
    """Print the events of a batch that is not matched, one JSON object a line."""
    events = FailedBatches.of(platform()).events(batch_id)
    if events is None:
        sys.exit(f"{batch_id}: no batch, or matched already")
    for event in events:
        click.echo(to_json(event))


@batches_.command()
@click.argument("batch_id", type=click.UUID)
@click.option("--each", is_flag=True, help="One batch an event, not two halves.")
@changes_state
def split(batch_id: UUID, *, each: bool) -> None:
    """Put smaller batches in the place of one, and have them matched.

    So that an event which cannot be matched stands alone. Exit code 1 where the batch is matched or has one event.
    """
    made = FailedBatches.of(platform()).split(batch_id, each=each)
    if not made:
        sys.exit(f"{batch_id}: no unmatched batch of two events or more")
    add_targets(made)
    for one in made:
        click.echo(str(one))


@batches_.command()
@click.argument("batch_ids", type=click.UUID, nargs=-1, required=True)
@click.option("--event", "event_ids", multiple=True, help="Only this event of the batch; the others are matched.")
@reason("For the audit trail.")
@dry_run
@changes_state
def drop(
    batch_ids: tuple[UUID, ...],
    *,
    event_ids: tuple[str, ...],
    why: str,  # noqa: ARG001 - the trail is told of it
    dry_run: bool,
    yes: bool,
) -> None:
    """Have batches, or one batch's events, never matched.

    `list --dropped` shows them and `requeue` takes it back, for 30 days. Exit code 1 where one is not there or matched.
    """
    if event_ids and len(batch_ids) > 1:
        raise click.UsageError("--event goes with one batch")
    batches = FailedBatches.of(platform())
    held = {one: batches.events(one) for one in dict.fromkeys(batch_ids)}
    for one in [one for one, events in held.items() if events is None]:
        click.echo(f"{one}: no batch, or matched already", err=True)
    found = {one: events for one, events in held.items() if events is not None}
    count = len(event_ids) or sum(map(len, found.values()))
    if found and agreed(f"drop {count} events", is_dry_run=dry_run, yes=yes):
        done = _dropped(batches, list(found), event_ids)
        add_targets(done)
        click.echo(f"{len(done)} dropped: {', '.join(map(str, done)) or 'none'}")
        sys.exit(0 if len(done) == len(held) else 1)
    sys.exit(0 if len(found) == len(held) else 1)


def _dropped(batches: FailedBatches, ids: list[UUID], event_ids: tuple[str, ...]) -> list[UUID]:
    if not event_ids:
        return batches.drop(ids)
    apart = batches.drop_events(ids[0], event_ids)
    if apart is None:
        click.echo(f"{ids[0]}: holds none of these events", err=True)
    return [] if apart is None else [apart]


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
