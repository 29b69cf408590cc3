"""Rebuild what lies before users' first snapshots: `premium portfolio backfill`."""

from __future__ import annotations

from uuid import UUID, uuid4

import click

from premium.bootstrap import platform
from premium.cli.operators import add_targets, changes_state
from premium.cli.output import errors_as_sentences
from premium.storage.plain import to_json

_USER = click.argument("user_id", type=click.UUID)


@click.group()
def backfill() -> None:
    """Start and show what is rebuilt from before the first snapshot.

    Runs with the environment of a worker.
    """


@backfill.command()
@_USER
@changes_state
def start(user_id: UUID) -> None:
    """Start a user's back-fill; what was read before is not read again."""
    with errors_as_sentences():
        from premium.portfolio.onchain.begin import ordered  # noqa: PLC0415 - offline commands need no store

        record = ordered(platform(), user_id, uuid4())
        add_targets([record.id])
        click.echo(to_json({"job": record.id}))


@backfill.command()
@_USER
def show(user_id: UUID) -> None:
    """Print how a user's back-fill stands, then what is not rebuilt, a line each."""
    with errors_as_sentences():
        from premium.portfolio.store import Stores  # noqa: PLC0415 - as above

        found = Stores.of_worker(platform()).backfills.get(user_id)
        if found is None:
            click.echo(to_json({"status": "none", "days": 0, "until": None}))
            return
        click.echo(to_json({"status": found.status, "days": found.days, "until": found.until}))
        for gap in found.gaps:
            click.echo(to_json(dict(gap)))
