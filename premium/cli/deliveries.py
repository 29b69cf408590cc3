"""Look at deliveries, send them again and end them: `premium alerts deliveries`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import click

from premium.bootstrap import platform
from premium.cli.operators import add_targets, agreed, changes_state, dry_run, reason
from premium.notifications.model import CHANNELS, UnsentDelivery
from premium.notifications.service import MOST, Deliveries, Wanted
from premium.storage.plain import to_json

_STATUSES = {
    "list": ("pending", "dead", "failed", "sent"),
    "resend": ("dead", "failed"),
    "drop": ("pending", "dead"),
}
_MEANING = "pending: on its way; dead: given up; failed: refused for good, or dropped; sent: arrived."
_IDS = click.argument("delivery_ids", type=click.UUID, nargs=-1)
_ALL = click.option("--all", "every", is_flag=True, help="Every one that `list` shows with the same options.")


def _which(verb: str, default: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the options that select deliveries."""
    options = (
        click.option("--status", default=default, show_default=True, type=click.Choice(_STATUSES[verb]), help=_MEANING),
        click.option("--hours", default=24.0, show_default=True, type=click.FloatRange(0, 24 * 400),
                     help="Ended within these; accepted within these where they are pending."),
        click.option("--channel", type=click.Choice(CHANNELS), help="Of this channel only."),
        click.option("--user", type=click.UUID, help="Of this user only."),
        click.option("--destination", help="To this destination only; to all that begin so with * at its end."),
    )  # fmt: skip

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return add


@click.group()
def deliveries() -> None:
    """List deliveries of notices, send them again, end them.

    Runs with the environment of a worker.
    """


@deliveries.command("list")
@_which("list", "dead")
@click.option("--most", default=MOST, show_default=True, type=click.IntRange(1, MOST), help="The newest of them.")
def list_(most: int, **which: Any) -> None:
    """List deliveries, the newest last.

    Each is printed as {"id", "channel", "destination", "status", "attempts", "error", …}.
    """
    found = Deliveries.of(platform()).some(Wanted(**which), most)
    for one in found:
        click.echo(to_json(one))
    _tell_more(found, most)


@deliveries.command()
@_IDS
@_ALL
@_which("resend", "dead")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@changes_state
def resend(delivery_ids: tuple[UUID, ...], *, every: bool, dry_run: bool, **which: Any) -> None:
    """Send deliveries again, under the same ids.

    Exit code 1 where one is not there, is pending or has arrived.
    """
    held = Deliveries.of(platform())
    wanted = _wanted(held, delivery_ids, every, which)
    if not agreed(f"send {len(wanted)} again", is_dry_run=dry_run, yes=True):
        return
    add_targets(wanted)
    done = held.resend(wanted)
    _end(wanted, done, "no delivery that has ended without arriving", "to be sent again")


@deliveries.command()
@_IDS
@_ALL
@_which("drop", "pending")
@reason("For the audit trail and the delivery's own error.")
@dry_run
@changes_state
def drop(delivery_ids: tuple[UUID, ...], *, every: bool, why: str, dry_run: bool, yes: bool, **which: Any) -> None:
    """End deliveries that have not arrived; `resend --status failed` takes it back.

    An attempt that is under way at this moment may still arrive. Exit code 1 where one is not there or has ended.
    """
    held = Deliveries.of(platform())
    wanted = _wanted(held, delivery_ids, every, which)
    if not agreed(f"end {len(wanted)} deliveries", is_dry_run=dry_run, yes=yes):
        return
    add_targets(wanted)
    done = held.drop(wanted, why)
    _end(wanted, done, "no delivery that is pending or was given up", "dropped")


def _wanted(held: Deliveries, ids: Sequence[UUID], every: bool, which: dict[str, Any]) -> list[UUID]:
    if bool(ids) is every:
        raise click.UsageError("give delivery ids, or --all")
    if not every:
        return list(dict.fromkeys(ids))
    found = held.some(Wanted(**which))
    _tell_more(found, MOST)
    return [one.id for one in found]


def _tell_more(found: Sequence[UnsentDelivery], most: int) -> None:
    if len(found) >= most:
        click.echo(f"the newest {most}: there may be more", err=True)


def _end(wanted: Sequence[UUID], done: Sequence[UUID], missing: str, what: str) -> None:
    for refused in sorted(set(wanted) - set(done), key=str):
        click.echo(f"{refused}: {missing}", err=True)
    click.echo(f"{len(done)} {what}")
    sys.exit(0 if len(done) == len(wanted) else 1)
