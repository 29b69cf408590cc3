"""Show all that waits, who works on it and what is wrong: `premium status`."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from premium.bootstrap import platform
from premium.cli.tables import table_lines, terminal_width
from premium.execution.status import gathered
from premium.jobs.state import State
from premium.storage.plain import to_json

_COLUMNS = ("what", "name", "count", "age", "a minute", "owner", "", "wrong")
MEANINGS = "docs/runbooks/status.md"
"""Where each kind of line is explained."""
_NARROW = 6
"""Columns of a narrow screen; the sentences of the others stand below their line."""


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
        click.echo(f"{len(wrong)} wrong; what to do: {MEANINGS}" if wrong else "all well")
    sys.exit(1 if wrong else 0)


def row(state: State, now: datetime) -> dict[str, Any]:
    """Return a line as JSON has it: `age_seconds` beside the rest."""
    return {**asdict(state), "age_seconds": state.age(now)}


def write(states: Sequence[State], now: datetime) -> None:
    """Print lines as a table; ages as `12 s`, `3 min`, `2 h`.

    In a terminal that is too narrow for it, what a line says stands below it, whole.
    """
    lines = table_lines(_COLUMNS, [(*_figures(each, now), each.said, each.problem) for each in states])
    screen = terminal_width()
    if screen is None or all(len(line) <= screen for line in lines):
        _print(lines, states)
        return
    lines = table_lines(_COLUMNS[:_NARROW], [_figures(each, now) for each in states], width=screen)
    _print(lines, states, lambda each: _below(each, screen))


def _print(
    lines: Sequence[str], states: Sequence[State], below: Callable[[State], Iterable[str]] = lambda _: ()
) -> None:
    click.echo(lines[0])
    for line, each in zip(lines[1:], states, strict=True):
        for text in (line, *below(each)):
            click.echo(click.style(text, fg="red") if each.problem else text)


def _below(each: State, screen: int) -> Iterator[str]:
    for text in filter(None, (each.said, each.problem)):
        yield from textwrap.wrap(text, screen, initial_indent="    ", subsequent_indent="    ")


def _figures(each: State, now: datetime) -> tuple[str, ...]:
    age, rate = _age(each.age(now)), _number(each.rate)
    return each.what, each.name, _number(each.count), age, rate, each.owner or ""


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _age(seconds: float | None) -> str:
    if seconds is None:
        return ""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
