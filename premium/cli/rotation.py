"""Change the passwords of a stage's own stores: `premium rotation`."""

from __future__ import annotations

import sys

import click

from premium.bootstrap import platform
from premium.cli.operators import changes_state
from premium.rotation.service import Rotation


@click.group()
def rotation() -> None:
    """Change passwords, with two that are valid at a time."""


@rotation.command()
@changes_state
def run() -> None:
    """Change them all, or go on with a change that died.

    It takes a quarter of an hour.
    """
    name = Rotation.of(platform(), _say).run()
    click.echo(f"Rotated: every secret is of {name}.")


@rotation.command()
def status() -> None:
    """Say of each whether the newest rotation is done.

    Exit code 1 where one is not.
    """
    state = Rotation.of(platform(), _say).state()
    for name, done in state.items():
        click.echo(f"{name:24} {'done' if done else 'to be done: premium rotation run'}")
    sys.exit(0 if all(state.values()) else 1)


def _say(line: str) -> None:
    click.echo(line)
