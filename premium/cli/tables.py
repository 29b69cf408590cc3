"""Show rows to an operator, as a table or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import click
from rich.console import Console
from rich.table import Column, Table

from premium.storage.plain import to_json


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
    Console(soft_wrap=True).print(table)
