"""`premium settings`: what the environment may tell a process."""

from __future__ import annotations

import click

from premium.cli.tables import show
from premium.config import table


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
def settings(as_json: bool) -> None:
    """List every setting with its owner, default and meaning."""
    names = ("name", "owner", "default", "meaning")
    show([dict(zip(names, row, strict=True)) for row in table()], as_json)
