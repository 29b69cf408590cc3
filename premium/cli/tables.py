"""Show rows to an operator, as a table or as JSON."""

from __future__ import annotations

import io
import json
import shutil
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from premium.storage.plain import to_json

UNBOUNDED = 10_000
"""Columns where no terminal has an end: a file or a pipe has no width, and nothing is cut there."""


def show(rows: Iterable[Mapping[str, Any]], as_json: bool) -> None:
    """Print rows that share their keys as a table.

    Where a terminal is too narrow for it, each row's values stand below one another.
    """
    listed = list(rows)
    if as_json:
        click.echo(json.dumps(json.loads(to_json(listed)), indent=2))
        return
    if not listed:
        click.echo("none")
        return
    cells = [["-" if value is None else str(value) for value in row.values()] for row in listed]
    lines = table_lines(list(listed[0]), cells)
    screen = terminal_width()
    if screen is None or all(len(line) <= screen for line in lines):
        click.echo("\n".join(lines))
        return
    click.echo("\n\n".join(_record(list(listed[0]), row, screen) for row in cells))


def _record(names: Sequence[str], row: Sequence[str], screen: int) -> str:
    """Return a row with each of its values on lines of its own."""
    wide = max(map(len, names)) + 2
    wrapper = textwrap.TextWrapper(screen, subsequent_indent=" " * wide, break_long_words=False, break_on_hyphens=False)
    return "\n".join(wrapper.fill(f"{name:<{wide}}{value}") for name, value in zip(names, row, strict=True))


def terminal_width() -> int | None:
    """Return the columns of the terminal that reads our output; None where none does."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def table_lines(names: Sequence[str], rows: Iterable[Sequence[str]], *, width: int = UNBOUNDED) -> list[str]:
    """Return a heading and one line a row, without colour.

    Cells are cut where `width` is too small for them.
    """
    table = Table(*(Column(name, no_wrap=True) for name in names), box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(escape(cell.replace("\n", " ")) for cell in row))
    console = Console(width=width, highlight=False, color_system=None, file=io.StringIO())
    console.print(table)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]
