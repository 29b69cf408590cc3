"""Show rows to an operator, as a table or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import click
from rich.console import Console
from rich.table import Column, Table

from premium.storage.plain import to_json

_PIPED = 250


def show(rows: Iterable[Mapping[str, Any]], as_json: bool) -> None:
    """Print rows that share their keys."""
    listed = list(rows)
    if as_json:
        click.echo(json.dumps(json.loads(to_json(listed)), indent=2))
        return
    if not listed:
        click.echo("none")
        return
    table = Table(*(Column(name, overflow="fold", no_wrap=name == "id") for name in listed[0]), box=None)
    for row in listed:
        table.add_row(*("-" if value is None else str(value) for value in row.values()))
    # A file or a pipe has no width: nothing is cut into the eighty columns of a terminal that is not there.
    Console(soft_wrap=True, width=None if sys.stdout.isatty() else _PIPED).print(table)
