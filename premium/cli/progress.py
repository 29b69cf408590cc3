"""Draw a progress bar on standard error for long work.

It appears after two seconds, and only where somebody watches.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Timer
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text

from premium.tax.neutral.rows import Piece
from premium.tax.progress import Unwatched, Watch

Item = TypeVar("Item")
SLOW = 2.0
"""Seconds before a bar is shown at all."""
_EVERY = 1000


class _Done(ProgressColumn):
    """A column that shows the number of items done.

    Only items that can be counted have one.
    """

    def render(self, task: Task) -> Text:
        return Text("" if task.total is None else f"{task.completed:,.0f}")


class Bar:
    """A progress bar that one part of the work hands to the next."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None)

    def __call__(self, what: str, items: Iterable[Item], count: int) -> Iterable[Item]:
        self._progress.reset(self._task, description=what, total=count)
        return self._counted(items)

    def wait(self, what: str) -> None:
        """Begin a part of unknown length: the bar only moves, and the clock runs."""
        self._progress.reset(self._task, description=what)
        self._progress.update(self._task, total=None)

    def _counted(self, items: Iterable[Item]) -> Iterator[Item]:
        number = shown = 0
        for item in items:
            number += len(item) if isinstance(item, Piece) else 1
            if number - shown >= _EVERY:
                self._progress.update(self._task, completed=number)
                shown = number
            yield item
        # The count may have been an estimate.
        self._progress.update(self._task, completed=number, total=number)


@contextmanager
def watched() -> Iterator[Watch]:
    """Draw a bar on a terminal while a block runs.

    It is seen while the work goes on, and gone when the work is done.
    """
    if not sys.stderr.isatty():
        yield Unwatched()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), _Done(), TimeElapsedColumn())
    console = Console(stderr=True)
    # Standard output may be the result's: a bar must not draw it to itself.
    progress = Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)
    shown = Timer(SLOW, progress.start)
    shown.daemon = True
    shown.start()
    try:
        yield Bar(progress)
    finally:
        shown.cancel()
        shown.join()
        if progress.live.is_started:
            progress.stop()
