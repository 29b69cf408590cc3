"""Explore contracts anew: `premium security rescan`."""

from __future__ import annotations

from uuid import uuid4

import click

from premium.bootstrap import platform
from premium.cli.operators import changes_state
from premium.security.scores import Scores


@click.command("rescan")
@click.argument("addresses", nargs=-1)
@click.option("--chain", default=None, help="The chain of the addresses")
@click.option("--outdated", is_flag=True, help="Instead: every score that an earlier engine made, the oldest first")
@click.option("--most", default=1000, type=click.IntRange(1, 100_000), help="How many of these at once")
@changes_state
def rescan(addresses: tuple[str, ...], chain: str | None, most: int, *, outdated: bool) -> None:
    """Start jobs that explore contracts anew and score them.

    What is kept of them counts for nothing, even where nothing it rests on has changed.
    """
    if outdated == bool(addresses) or bool(addresses) != (chain is not None):
        raise click.UsageError("Give addresses with their --chain, or --outdated.")
    scores = Scores.of(platform())
    places = scores.outdated(most) if outdated else [(str(chain), each) for each in addresses]
    for name, address in places:
        job = scores.anew(chain=name, address=address, request_id=f"rescan {uuid4()}")
        click.echo(f"{job.payload['chain']} {job.payload['address']}: job {job.id}")
    if not places:
        click.echo("no score is of an earlier engine")
