"""A progress bar on standard error for long work; none where nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

LONG = 20_000
"""Fewer rows take less than a second."""
Watch = Callable[[str, Iterable[Any]], Iterable[Any]]
_EVERY = 1000


@contextmanager
def watched(count: int, *, least: int = LONG) -> Iterator[Watch]:
    """Gives `watch(what, items)`, which yields the items and moves the bar."""
    if count < least or not sys.stderr.isatty():
        yield lambda _, items: items
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,.0f}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield lambda what, items: _counted(progress, what, items, count)


def _counted(progress: Progress, what: str, items: Iterable[Any], count: int) -> Iterator[Any]:
    task = progress.add_task(what, total=count)
    for number, item in enumerate(items):
        if number % _EVERY == 0:
            progress.update(task, completed=number)
        yield item
    progress.update(task, completed=count)
