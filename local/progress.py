"""Show the progress of a command's steps.

In a terminal a spinner with the seconds, plain lines elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

CONSOLE = Console(highlight=False, soft_wrap=True)
WIDTH = 120


@dataclass
class Note:
    """A step's result, shown beside its time."""

    text: str = ""


@contextmanager
def step(title: str) -> Iterator[Note]:
    """Show a step's progress, then `✓ title  1.2 s  note`.

    In a terminal a spinner turns until then. An error goes on as it is.
    """
    begun, note = time.monotonic(), Note()
    if CONSOLE.is_terminal:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=CONSOLE, transient=True) as progress:
            progress.add_task(title, total=None)
            yield note
    else:
        yield note
    _show(title, time.monotonic() - begun, note.text)


def _show(title: str, seconds: float, found: str) -> None:
    """Print a finished step.

    Its note stands on the line when it is short, below it otherwise.
    """
    line = f"✓ {title:<52} {seconds:6.1f} s"
    beside = len(line) + len(found) + 2 <= WIDTH
    CONSOLE.print(f"{line}  {found}".rstrip() if beside else f"{line}\n    {found}", markup=False)


def say(text: str = "") -> None:
    CONSOLE.print(text, markup=False)
