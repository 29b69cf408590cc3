"""List undelivered notices and send them again: `premium alerts deliveries`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Literal
from uuid import UUID

import click

from premium.bootstrap import platform
from premium.cli.operators import changes_state
from premium.notifications.model import CHANNELS, Channel
from premium.notifications.service import Deliveries
from premium.storage.plain import to_json

Unsent = Literal["dead", "failed"]
_CHANNELS = click.Choice(CHANNELS)


def _which(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that select deliveries."""
    for option in (
        click.option("--channel", type=_CHANNELS, help="Of this channel only."),
        click.option("--hours", default=24.0, show_default=True, type=click.FloatRange(0), help="Ended within these."),
        click.option("--status", default="dead", show_default=True, type=click.Choice(["dead", "failed"]),
                     help="dead: given up; failed: refused for good."),
    ):  # fmt: skip
        command = option(command)
    return command


@click.group()
def deliveries() -> None:
    """List and resend notices that did not arrive.

    Runs with the environment of a worker.
    """


@deliveries.command("list")
@_which
def list_(status: Unsent, hours: float, channel: Channel | None) -> None:
    """List deliveries that did not arrive, the newest last.

    Each is printed as {"id", "channel", "destination", "status", "attempts", "error", …}.
    """
    for one in Deliveries.of(platform()).unsent(status, hours=hours, channel=channel):
        click.echo(to_json(one))


@deliveries.command()
@click.argument("delivery_ids", type=click.UUID, nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every one that `list` shows with the same options.")
@_which
@changes_state
def resend(
    delivery_ids: tuple[UUID, ...], status: Unsent, hours: float, channel: Channel | None, *, every: bool
) -> None:
    """Send deliveries again, under the same ids.

    Exit code 1 where one is not there, is pending or has arrived.
    """
    if bool(delivery_ids) is every:
        raise click.UsageError("give delivery ids, or --all")
    unsent = Deliveries.of(platform())
    found = [one.id for one in unsent.unsent(status, hours=hours, channel=channel)] if every else []
    wanted = found or list(dict.fromkeys(delivery_ids))
    done = unsent.resend(wanted)
    for refused in set(wanted) - set(done):
        click.echo(f"{refused}: no delivery that has ended without arriving", err=True)
    click.echo(f"{len(done)} to be sent again")
    sys.exit(0 if len(done) == len(wanted) else 1)
