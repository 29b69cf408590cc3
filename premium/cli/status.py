"""Show all that waits, who works on it and what is wrong: `premium status`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from premium.bootstrap import platform
from premium.execution.status import gathered
from premium.jobs.state import State
from premium.storage.plain import to_json

WIDTH = 250
"""Columns of the table, also on a narrower screen.

A sentence that says what to do is not cut into words.
"""
_COLUMNS = ("what", "name", "count", "age", "a minute", "owner", "", "wrong")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
@click.option("--wrong", "only_wrong", is_flag=True, help="Only what has a problem.")
def status(*, as_json: bool, only_wrong: bool) -> None:
    """Show queues, dead letters, batches, deliveries, sources and matchers.

    Each has its count, the age of its oldest, its rate a minute and its owner. Exit code 1 where something is wrong.
    """
    now = platform().clock.now()
    found = gathered(platform())
    wrong = [each for each in found if each.problem]
    shown = wrong if only_wrong else found
    if as_json:
        rows = [row(each, now) for each in shown]
        click.echo(json.dumps(json.loads(to_json({"healthy": not wrong, "states": rows})), indent=2))
    else:
        write(shown, now)
        click.echo(f"{len(wrong)} wrong" if wrong else "all well")
    sys.exit(1 if wrong else 0)


def row(state: State, now: datetime) -> dict[str, Any]:
    """Return a line as JSON has it: `age_seconds` beside the rest."""
    return {**asdict(state), "age_seconds": state.age(now)}


def write(states: Sequence[State], now: datetime) -> None:
    """Print lines as a table; ages as `12 s`, `3 min`, `2 h`."""
    made = Table(*(Column(name, no_wrap=True) for name in _COLUMNS), box=None, pad_edge=False)
    for each in states:
        cells = (each.what, each.name, _number(each.count), _age(each.age(now)), _number(each.rate), each.owner or "",
                 each.said, each.problem)  # fmt: skip
        made.add_row(*(escape(cell) for cell in cells), style="red" if each.problem else None)
    lines = Console(width=WIDTH, highlight=False)
    with lines.capture() as captured:
        lines.print(made)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _age(seconds: float | None) -> str:
    if seconds is None:
        return ""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
